"""Pruning heads: Paul Michel, Omer Levy, Graham Neubig, "Are Sixteen Heads Really Better than One?", NeurIPS 2019,
arXiv:1905.10650.

Every attention head gets a gate, and the gradient of the loss at the gate says how much the head matters. The heads
that matter least are cut out of the trained network, which is not trained again.

Here, in the paper's order: the gates in multi-head attention (kit/masks.py); removing one head; removing all heads of a
layer but one (figures.py); the importance score of a head and pruning in its order, in steps of a tenth; what pruning
saves, measured on a network whose matrices are really smaller. In the paper's form the score takes |.| once a text; the
authors' code takes it once a token, other codes once a batch: `granularity`. What their code calls exact pruning is the
role "rescored".
Shrunk: a small BERT on one task; no translation model, no second data set, no study of how heads come to matter.
Added: random and reversed orders, and a network that is trained again after pruning.

Symbols: N texts that are scored, B texts in a batch, S padded length, L layers, H heads a layer, d width of a head,
xi_h the gate of head h (xi in kit/masks.py), Att_h what the head says, I_h its importance, y labels.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from workers.kit import answering, evaluation, networks
from workers.kit.checkpoints import Checkpoint
from workers.kit.classification import Task
from workers.kit.encoders import EncoderClassifier, gated
from workers.kit.events import Report
from workers.kit.lab import Lab
from workers.kit.masks import CutClassifier, CutShape, Head, all_heads, cut_out, gates_without, logits_without
from workers.methods.compression.sixteen_heads import SPEC
from workers.methods.compression.sixteen_heads.figures import Dev, ablate_each, draw_curves, grid, leave_one
from workers.pages import Words

Orders = dict[str, list[Head]]  # by name: which head goes first; random ones are "random/0" and so on
SCORED_AT_ONCE = 32  # texts in a batch; it matters to the score a batch alone
TINY = 1e-20  # beside the norm of a layer whose heads are all gone
CUT = "sixteen-heads-cut"  # the kind of its networks

networks.register(CUT, CutShape, CutClassifier)


# --- importance: I_h = E_x |dL(x) / d xi_h| = E_x |Att_h(x)^T dL(x) / dAtt_h(x)| --------------------------------------
def sensitivity(net: EncoderClassifier, ids: Tensor, y: Tensor, gates: list[Tensor]) -> Tensor:
    """Att_h(x)^T dL(x)/dAtt_h(x), token by token: (L, B, H, S); summed over S it is dL(x)/d xi_h by the chain rule.

    L is the cross-entropy in nats, summed over the batch, so that each text's gradient is its own. Padding gets 0.
    """
    with gated(gates):
        output = net(ids, insides=True)
    loss = F.cross_entropy(output.logits, y, reduction="sum")
    said = [layer.context for layer in output.attention]  # L of (B, H, S, d), before the gate
    gradients = torch.autograd.grad(loss, said)  # through the gate: 0 where it is closed
    return torch.stack([(a * g).sum(-1) for a, g in zip(said, gradients, strict=True)])


def absolute(s: Tensor, granularity: str) -> Tensor:
    """(L, B, H, S) -> (L, H): |.| once a text, a token or a batch, then the sum. What stands inside |.| may cancel."""
    if granularity == "example":  # the paper
        return s.sum(3).abs().sum(1)
    if granularity == "token":  # the authors' code
        return s.abs().sum((1, 3))
    return s.sum((1, 3)).abs()  # "batch": the gradient that one gate for all texts would get


def normalised(I_h: Tensor) -> Tensor:
    """I_h / sqrt(sum of I_h^2 in its layer), (L, H): else whole layers would go first."""
    return I_h / (I_h.square().sum(-1, keepdim=True).sqrt() + TINY)


@dataclass(frozen=True)
class Scoring:
    """How importance is measured: on which training texts, where |.| is taken, whether layers are made comparable."""

    task: Task
    rows: Sequence[int]
    granularity: str = "example"
    normalise: bool = True

    def importance(self, net: EncoderClassifier, removed: Sequence[Head] = ()) -> Tensor:
        """I_h of every head, (L, H), mean over the texts; 0 for heads removed. No dropout."""
        listening = copy.deepcopy(net).requires_grad_().eval()  # a graph has to begin somewhere; `net` stays frozen
        gates, total = gates_without(net, removed), torch.zeros(())
        for start in range(0, len(self.rows), SCORED_AT_ONCE):
            ids, y = self.task.batch(self.rows[start : start + SCORED_AT_ONCE])
            total = total + absolute(sensitivity(listening, ids, y, gates), self.granularity).cpu()
        I_h = total / len(self.rows)
        return normalised(I_h) if self.normalise else I_h


# --- the order in which heads go --------------------------------------------------------------------------------------
def ranked(I_h: Tensor) -> list[Head]:
    """Of all layers together, the least important first."""
    return [divmod(place, I_h.shape[1]) for place in I_h.flatten().argsort(stable=True).tolist()]


def spare_one(order: list[Head]) -> list[Head]:
    """The order without the head that each layer would lose last."""
    last = {layer: (layer, head) for layer, head in order}
    return [head for head in order if head not in last.values()]


def counts_of(heads: int, step: float, most: int) -> list[int]:
    """How many heads are gone after each step: 0, then a share `step` of all heads more each time, up to `most`."""
    steps = range(int(1 / step) + 2)
    return sorted({min(round(number * step * heads), most) for number in steps} | {most})


def rescored_order(
    net: EncoderClassifier, scoring: Scoring, counts: Sequence[int], keep_one: bool, report: Report
) -> list[Head]:
    """As `ranked`, but with the scores measured anew, without the heads that are gone, before each step."""
    order: list[Head] = []
    for count in counts[1:]:
        left = [head for head in ranked(scoring.importance(net, order)) if head not in order]
        order += (spare_one(left) if keep_one else left)[: count - len(order)]
        report.progress(count, counts[-1])
    return order


# --- the stages -------------------------------------------------------------------------------------------------------
def stages_of(p) -> list[str]:
    return ["teacher", "ablation", "importance", "curves", "cut", *(["retrained"] if p.retraining_epochs else [])]


def orders_of(net: EncoderClassifier, scoring: Scoring, lab: Lab) -> tuple[Orders, list[int]]:
    """Every order by name, and how many heads are gone after each step."""
    p, heads, draw = lab.p, all_heads(net), random.Random(lab.seed)  # noqa: S311 (not a secret)
    spared: Callable[[list[Head]], list[Head]] = spare_one if p.keep_one else list
    I_h = scoring.importance(net)  # (L, H)
    lab.report.figure("importance", grid(I_h.double(), lab.report.words))
    orders = {"pruned": spared(ranked(I_h)), "reversed": spared(ranked(I_h)[::-1])}
    orders |= {f"random/{number}": spared(draw.sample(heads, len(heads))) for number in range(p.random_orders)}
    counts = counts_of(len(heads), p.step, most=len(orders["pruned"]))
    orders["rescored"] = rescored_order(net, scoring, counts, p.keep_one, lab.report)
    return orders, counts


def cut_and_measure(net: EncoderClassifier, removed: Mapping[str, Sequence[Head]], lab: Lab) -> None:
    """The network that is left in each role; its dev logits are held against those of closed gates."""
    apart = 0.0
    for role, heads in removed.items():
        z = lab.measure(role, cut_out(net, heads, CUT))
        apart = max(apart, (z - logits_without(net, lab.task.dev_ids, heads)).abs().max().item())
    lab.report.log("cut-or-closed", apart=apart)


def say_what_it_gave(dev: Dev, orders: Orders, gone: int, lab: Lab) -> None:
    """The pruned network against the whole one, and against as many heads taken by chance."""
    y, pruned = lab.task.dev_y, lab.logits["pruned"]
    chances = [100 * dev.accuracy(order[:gone]) for name, order in orders.items() if name.startswith("random/")]
    known = {"gone": gone, "heads": len(all_heads(dev.net)), "accuracy": 100 * evaluation.accuracy(pruned, y)}
    known |= {"low": min(chances), "high": max(chances), "orders": len(chances)}
    lab.report.log("pruned", **known, gain=evaluation.gain_in_words(pruned, lab.logits["teacher"], y))


def answer(checkpoints: Mapping[str, Checkpoint], text: str, words: Words) -> dict[str, Any]:
    """What every network says, and what each head of the whole one does for the class that it chooses."""
    found, whole = answering.answer(checkpoints, text), checkpoints["teacher"]
    ids, heads = answering.token_ids(whole, text), all_heads(whole.model)
    closed = (1 - torch.eye(len(heads))).view(len(heads), len(whole.model.layers), -1)  # one head less in each copy
    with torch.inference_mode(), gated(list(closed.unbind(1))):  # L gates of (L H, H)
        shares = whole.model(ids.expand(len(heads), -1)).logits.softmax(-1)  # (L H, C)
    chosen = max(found["answers"][0]["classes"], key=lambda entry: entry["probability"])
    changes = 100 * (shares[:, whole.classes.index(chosen["name"])] - chosen["probability"])
    data = grid(changes.double().view(len(whole.model.layers), -1), words)
    return found | {"figures": [{"slug": "heads-of-a-text", "data": data}]}


def run(*, data, seed, device, report, workspace, **values) -> dict[str, float]:
    """Returns the dev accuracy of every network by role."""
    given = {"data": data, "seed": seed, "device": device, "report": report, "workspace": workspace}
    lab = Lab.open(SPEC, values, **given, stages_of=stages_of, is_like_bert=True)
    p, net, task = lab.p, lab.teacher(), lab.task
    dev, scoring = Dev(net, task), Scoring(task, range(len(task.ids))[: p.scored_texts], p.granularity, p.normalise)
    lab.stages("ablation")
    ablate_each(dev, report)
    leave_one(dev, scoring.rows, report)
    lab.stages("importance")
    orders, counts = orders_of(net, scoring, lab)
    lab.stages("curves")
    draw_curves(dev, orders, counts, report)
    lab.stages("cut")
    gone = round(p.share * len(all_heads(net)))
    arms = ("random/0", "reversed", "rescored", "pruned") if p.extra_arms else ("random/0", "pruned")
    cut_and_measure(net, {name.partition("/")[0]: orders[name][:gone] for name in arms}, lab)
    if p.retraining_epochs:
        lab.stages("retrained")
        again = cut_out(net, orders["pruned"][:gone], CUT).requires_grad_()
        lab.fine_tune("retrained", again, epochs=p.retraining_epochs, seed=seed + 1)
        lab.measure("retrained", again)
    say_what_it_gave(dev, orders, gone, lab)
    return lab.close()
