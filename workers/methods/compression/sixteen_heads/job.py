"""Pruning heads: Paul Michel, Omer Levy, Graham Neubig, "Are Sixteen Heads Really Better than One?", NeurIPS 2019,
arXiv:1905.10650.

Every attention head gets a gate, and the gradient of the loss at the gate says how much the head matters. The heads
that matter least are cut out of the trained network, which is not trained again.

Here, in the paper's order: the gates in multi-head attention; removing one head; removing all heads of a layer but one;
the importance score of a head and pruning in its order, in steps of a tenth; what pruning saves, measured on a network
whose matrices are really smaller. In the paper's form the score takes |.| once a text; the authors' code takes it once
a token, other codes once a batch: `granularity`. What their code calls exact pruning is the role "rescored".
Shrunk: a small BERT on one task; no translation model, no second data set, no study of how heads come to matter.
Added: random and reversed orders, and a network that is trained again after pruning.

Symbols: N texts that are scored, B texts in a batch, S padded length, L layers, H heads a layer, d width of a head,
xi_h the gate of head h, Att_h what the head says, I_h its importance, y labels.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import answering, classification, evaluation, networks, teaching
from workers.kit.checkpoints import Checkpoint
from workers.kit.classification import Task
from workers.kit.data import Dataset
from workers.kit.encoders import EncoderClassifier, EncoderShape, gated
from workers.kit.events import Report, Stages
from workers.kit.teaching import Bench
from workers.kit.workspace import Workspace
from workers.methods.compression.sixteen_heads import as_many_can_go
from workers.spec import Text

Head = tuple[int, int]  # its layer and its number there, both from 0
SCORED_AT_ONCE = 32  # texts in a batch; it matters to the score a batch alone
TINY = 1e-20  # beside the norm of a layer whose heads are all gone


# --- gates: MHAtt(x) = sum_h xi_h Att_h(x) ----------------------------------------------------------------------------
def all_heads(net: EncoderClassifier) -> list[Head]:
    return [(layer, head) for layer in range(len(net.layers)) for head in range(net.body.config.num_attention_heads)]


def gates_without(net: EncoderClassifier, removed: Sequence[Head]) -> list[Tensor]:
    """xi of every layer, (H,) each: 0 for the heads removed, 1 for the others."""
    xi = torch.ones(len(net.layers), net.body.config.num_attention_heads)  # (L, H)
    for layer, head in removed:
        xi[layer, head] = 0
    return list(xi.to(next(net.parameters()).device))


def logits_without(net: EncoderClassifier, rows: evaluation.Rows, removed: Sequence[Head]) -> Tensor:
    """(N, C) with some heads' gates closed: what they say is lost, and the network is as large as before."""
    with gated(gates_without(net, removed)):
        return evaluation.predict(net, rows)


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


# --- cutting: the same function with smaller matrices -----------------------------------------------------------------
@dataclass(frozen=True)
class CutShape(EncoderShape):
    """An encoder whose layers keep some of their heads. `body` still says how many there were, and so their width."""

    kept: list[list[int]] = field(default_factory=list)
    kind: str = "sixteen-heads-cut"


class NoHeads(nn.Module):
    """What is left of an attention without heads: it says nothing, and the bias after W_o alone goes on."""

    def forward(self, hidden_states: Tensor, **_: Any) -> tuple[Tensor, None]:
        return hidden_states[..., :0], None  # (B, S, 0)


def cut(attention: nn.Module, kept: Sequence[int]) -> None:
    """Deletes all heads but `kept`: d rows a head of W_q, W_k, W_v and their biases, d columns a head of W_o."""
    heads, out = attention.self, attention.output.dense
    d = heads.attention_head_size
    stay = torch.tensor([head * d + i for head in kept for i in range(d)], dtype=torch.long, device=out.weight.device)
    for linear in (heads.query, heads.key, heads.value):
        linear.weight = nn.Parameter(linear.weight.detach()[stay])  # (d kept, D) of (d H, D)
        linear.bias = nn.Parameter(linear.bias.detach()[stay])
        linear.out_features = len(stay)
    out.weight = nn.Parameter(out.weight.detach()[:, stay])  # (D, d kept) of (D, d H)
    out.in_features = len(stay)
    if not kept:
        attention.self = NoHeads()


class CutClassifier(EncoderClassifier):
    def __init__(self, shape: CutShape):
        super().__init__(shape)
        for layer, kept in zip(self.layers, shape.kept, strict=True):
            cut(layer.attention, kept)


networks.register(CutShape.kind, CutShape, CutClassifier)


def cut_out(net: EncoderClassifier, removed: Sequence[Head]) -> CutClassifier:
    """A new network without these heads; its logits are those of `net` with their gates closed."""
    kept: list[list[int]] = [[] for _ in net.layers]
    for layer, head in all_heads(net):
        if (layer, head) not in removed:
            kept[layer].append(head)
    whole = copy.deepcopy(net)
    for layer, heads in zip(whole.layers, kept, strict=True):
        cut(layer.attention, heads)
    small = networks.build(CutShape(**{**net.shape.as_dict(), "kept": kept, "kind": CutShape.kind}))
    small.load_state_dict(whole.state_dict())
    return small.to(next(net.parameters()).device).eval()


# --- what one head does, and how few a layer needs --------------------------------------------------------------------
def layers_named(count: int) -> list[dict[str, str]]:
    return [{"en": f"layer {number}", "zh": f"第 {number} 层"} for number in range(1, count + 1)]


def grid(values: Tensor) -> dict[str, Any]:
    """A heat map of one value a head; values (L, H)."""
    columns = [str(number) for number in range(1, values.shape[1] + 1)]
    return {"kind": "heatmap", "rows": layers_named(len(values)), "columns": columns, "values": values.tolist()}


@dataclass
class Dev:
    """Dev accuracy without some heads. What was asked before is known: all orders begin and end alike."""

    net: EncoderClassifier
    task: Task
    known: dict[frozenset[Head], float] = field(default_factory=dict)

    def accuracy(self, removed: Sequence[Head] = ()) -> float:
        key = frozenset(removed)
        if key not in self.known:
            logits = logits_without(self.net, self.task.dev_ids, removed)
            self.known[key] = evaluation.accuracy(logits, self.task.dev_y)
        return self.known[key]

    def change(self, removed: Sequence[Head]) -> float:
        """In points, against the whole network."""
        return 100 * (self.accuracy(removed) - self.accuracy())


def ablate_each(dev: Dev, report: Report) -> None:
    """Points of dev accuracy won or lost when one head is removed and no other."""
    heads, changes = all_heads(dev.net), []
    for number, head in enumerate(heads, start=1):
        changes.append(dev.change([head]))
        report.progress(number, len(heads))
    report.figure("one-head-less", grid(torch.tensor(changes, dtype=torch.float64).view(len(dev.net.layers), -1)))
    costly = sum(change < -0.5 for change in changes)
    report.log(f"Removing a single head costs more than half a point of dev accuracy for {costly} of {len(heads)}.")


def best_heads(net: EncoderClassifier, scoring: Scoring, report: Report) -> list[Head]:
    """Of each layer the head that, alone there, leaves the lowest cross-entropy on the scored training texts."""
    ids, y = [scoring.task.ids[row] for row in scoring.rows], scoring.task.y[list(scoring.rows)]
    best = []
    for layer in range(len(net.layers)):
        mine = [head for head in all_heads(net) if head[0] == layer]
        losses = [F.cross_entropy(logits_without(net, ids, [h for h in mine if h != one]), y).item() for one in mine]
        best.append(mine[losses.index(min(losses))])
        report.progress(layer + 1, len(net.layers))
    return best


def leave_one(dev: Dev, scoring: Scoring, report: Report) -> None:
    """Points of dev accuracy won or lost when a layer keeps its best head alone, or none. The dev set chooses none."""
    best, heads, layers = best_heads(dev.net, scoring, report), all_heads(dev.net), len(dev.net.layers)
    places = [[head for head in heads if head[0] == layer] for layer in range(layers)] + [heads]  # last: all at once
    values = [[dev.change([head for head in place if head not in best]), dev.change(place)] for place in places]
    columns = [{"en": "its best head left", "zh": "只留最好的一个头"}, {"en": "no head left", "zh": "一个不留"}]
    rows = [*layers_named(layers), {"en": "every layer at once", "zh": "所有层同时"}]
    report.figure("one-head-left", {"kind": "heatmap", "rows": rows, "columns": columns, "values": values})


# --- quality against heads removed ------------------------------------------------------------------------------------
def orders_of(
    net: EncoderClassifier,
    scoring: Scoring,
    *,
    keep_one: bool,
    step: float,
    random_orders: int,
    seed: int,
    report: Report,
) -> tuple[dict[str, list[Head]], list[int]]:
    """Every order by name, random ones as "random/0" and so on, and how many heads are gone after each step."""
    spared: Callable[[list[Head]], list[Head]] = spare_one if keep_one else list
    I_h = scoring.importance(net)  # (L, H)
    report.figure("importance", grid(I_h.double()))
    heads, draw = all_heads(net), random.Random(seed)  # noqa: S311 (not a secret)
    orders = {"pruned": spared(ranked(I_h)), "reversed": spared(ranked(I_h)[::-1])}
    orders |= {f"random/{number}": spared(draw.sample(heads, len(heads))) for number in range(random_orders)}
    counts = counts_of(len(heads), step, most=len(orders["pruned"]))
    orders["rescored"] = rescored_order(net, scoring, counts, keep_one, report)
    return orders, counts


def draw_curves(dev: Dev, orders: Mapping[str, list[Head]], counts: list[int], report: Report) -> None:
    """Dev accuracy after each step of every order; of the random ones their mean, and the lowest and highest."""
    found: dict[str, list[float]] = {}
    for number, (name, order) in enumerate(orders.items(), start=1):
        found[name] = [dev.accuracy(order[:count]) for count in counts]
        report.progress(number, len(orders))
    chances = list(zip(*(found[name] for name in orders if name.startswith("random/")), strict=True))
    found |= {"random": [sum(values) / len(values) for values in chances]}
    found |= {"random/min": [min(values) for values in chances], "random/max": [max(values) for values in chances]}
    shown = ("pruned", "rescored", "random", "random/min", "random/max", "reversed")
    report.figure("heads-removed", {"x": counts, "series": [{"name": name, "y": found[name]} for name in shown]})
    left = [[0] * len(counts) for _ in dev.net.layers]
    for column, count in enumerate(counts):
        for layer, _ in set(all_heads(dev.net)) - set(orders["pruned"][:count]):
            left[layer][column] += 1
    kept = {"kind": "heatmap", "rows": layers_named(len(left)), "columns": [str(count) for count in counts]}
    report.figure("heads-kept", {**kept, "values": left, "low": 0})


# --- what is left, measured -------------------------------------------------------------------------------------------
def cut_and_measure(
    net: EncoderClassifier,
    removed: Mapping[str, Sequence[Head]],
    task: Task,
    z_dev: Tensor,
    report: Report,
    workspace: Workspace,
) -> dict[str, Tensor]:
    """Dev logits (N, C) of the network that is left in each role. They are held against those of closed gates."""
    dev_logits, apart = {}, 0.0
    for role, heads in removed.items():
        z = classification.measure(role, cut_out(net, heads), task, report, workspace, teacher=z_dev)
        apart = max(apart, (z - logits_without(net, task.dev_ids, heads)).abs().max().item())
        dev_logits[role] = z
    report.log(f"Heads cut out or their gates closed: the logits are the same (at most {apart:.0e} apart).")
    return dev_logits


def say_what_it_gave(
    dev_logits: Mapping[str, Tensor], y: Tensor, gone: int, heads: int, chances: Sequence[float], report: Report
) -> None:
    """Points of dev accuracy against the whole network, with the error of a paired difference, and against chance."""
    right = (dev_logits["pruned"].argmax(1) == y).float() - (dev_logits["teacher"].argmax(1) == y).float()  # -1, 0, 1
    change, error = 100 * right.mean().item(), 100 * right.std().item() / len(y) ** 0.5
    known = "more than two standard errors" if abs(change) > 2 * error else "not told apart from chance on this dev set"
    mine = 100 * evaluation.accuracy(dev_logits["pruned"], y)
    low, high = 100 * min(chances), 100 * max(chances)
    report.log(
        f"Without the {gone} least important of {heads} heads: {change:+.1f} points on dev (error {error:.1f}; "
        f"{known}), {mine:.1f} %. As many taken at random leave {low:.1f} to {high:.1f} % ({len(chances)} orders)."
    )


def answer(checkpoints: Mapping[str, Checkpoint], text: str) -> dict[str, Any]:
    """What every network says, and what each head of the whole one does for the class that it chooses."""
    found, whole = answering.answer(checkpoints, text), checkpoints["teacher"]
    ids, heads = answering.token_ids(whole, text), all_heads(whole.model)
    closed = (1 - torch.eye(len(heads))).view(len(heads), len(whole.model.layers), -1)  # one head less in each copy
    with torch.inference_mode(), gated(list(closed.unbind(1))):  # L gates of (L H, H)
        shares = whole.model(ids.expand(len(heads), -1)).logits.softmax(-1)  # (L H, C)
    chosen = max(found["answers"][0]["classes"], key=lambda entry: entry["probability"])
    changes = 100 * (shares[:, whole.classes.index(chosen["name"])] - chosen["probability"])
    data = grid(changes.double().view(len(whole.model.layers), -1))
    return found | {"figures": [{"slug": "heads-of-a-text", "data": data}]}


def run(
    *, teacher: str, ready_made: str, train_rows: int, vocabulary: int, pretraining_epochs: int, teacher_epochs: int,
    share: float, step: float, granularity: str, normalise: bool, keep_one: bool, scored_texts: int,
    random_orders: int, retraining_epochs: int, extra_arms: bool, data: Dataset, seed: int, device: torch.device,
    report: Report, workspace: Workspace,
) -> dict[str, float]:  # fmt: skip
    """Returns the dev accuracy of every network by role."""
    stages = Stages(report, count=6 + bool(retraining_epochs))
    stages("data", Text("Read the texts", "读取文本"))
    drawn = {"train_rows": train_rows, "labelled": train_rows, "vocabulary": vocabulary, "seed": seed}
    brought = {"ready_made": ready_made, "data_dir": workspace.data_dir}
    task = classification.prepare(data, **drawn, **brought, device=device)
    teaching.refuse_unlike_bert(task)
    teaching.refuse_misfits(task, (as_many_can_go,), teacher=teacher, keep_one=keep_one, share=share)
    trained = {"epochs": teacher_epochs, "pretraining_epochs": pretraining_epochs, "seed": seed}
    net = teaching.teacher(task, teacher, **trained, bench=Bench(report, workspace, stages))
    z_dev = classification.measure("teacher", net, task, report, workspace)
    dev, heads = Dev(net, task), all_heads(net)
    scoring = Scoring(task, range(min(scored_texts, len(task.ids))), granularity, normalise)

    stages("ablation", Text("Remove single heads, and all but one", "逐个移除注意力头，以及每层只留一个"))
    ablate_each(dev, report)
    leave_one(dev, scoring, report)
    stages("importance", Text("Score the heads", "为注意力头打分"))
    asked = {"keep_one": keep_one, "step": step, "random_orders": random_orders, "seed": seed}
    orders, counts = orders_of(net, scoring, **asked, report=report)
    stages("curves", Text("Remove heads in every order", "按各种顺序移除注意力头"))
    draw_curves(dev, orders, counts, report)

    stages("cut", Text("Cut the heads out and measure", "真正剪除并测量"))
    gone = round(share * len(heads))
    removed = {role: order[:gone] for role, order in {**orders, "random": orders["random/0"]}.items()}
    arms = ("random", "reversed", "rescored", "pruned") if extra_arms else ("random", "pruned")
    dev_logits = cut_and_measure(net, {role: removed[role] for role in arms}, task, z_dev, report, workspace)
    dev_logits["teacher"] = z_dev
    if retraining_epochs:
        stages("retrained", Text("Train the pruned network again", "重新训练剪枝后的网络"))
        again = cut_out(net, removed["pruned"]).requires_grad_()
        rate = teaching.fine_tuning_rate(teacher, task)
        settings = {"batch_size": teaching.BATCH, "learning_rate": rate, "seed": seed + 1}
        classification.train_on_labels("retrained", again, task, epochs=retraining_epochs, **settings, report=report)
        dev_logits["retrained"] = classification.measure("retrained", again, task, report, workspace, teacher=z_dev)
    chances = [dev.accuracy(removed[name]) for name in removed if name.startswith("random/")]
    say_what_it_gave(dev_logits, task.dev_y, gone, len(heads), chances, report)
    report.artifact("pruned.zip", workspace.pack("pruned"))
    return {role: evaluation.accuracy(logits, task.dev_y) for role, logits in dev_logits.items()}
