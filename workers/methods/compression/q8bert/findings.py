"""What a run finds out beside its scores: rounding by layer, the kernel's time, and the curve over bits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from workers.kit import evaluation, figures
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report
from workers.kit.lab import Lab
from workers.kit.packing import kernel_ms
from workers.kit.text import pad
from workers.methods.compression.q8bert.network import QuantisedClassifier, simulated

TEXTS = 128  # of dev, on which the rounding is looked at
BERT_BASE = (768, 3072)  # inputs and outputs of its largest layer: what the kernel gives at the paper's size
TOKENS = (16, 128)  # of a text, of a batch
WIDTHS = (2, 3, 4, 6, 8)  # bits, of the curve
PARTS = {  # of an encoder's layer, and their labels
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attention-out",
    "intermediate.dense": "feed-forward-in",
    "output.dense": "feed-forward-out",
}


@torch.inference_mode()
def roundings(simulation: EncoderClassifier, integers: EncoderClassifier, ids: Tensor) -> dict[str, dict[str, float]]:
    """What rounding does to each linear layer, by what is looked at and the layer's name. ids (B, S).

    The largest |x^ - x| over the real tokens, |W^ - W| over the weights, and |y of integers - y simulated| of one x.
    """
    found: dict[str, dict[str, float]] = defaultdict(dict)
    twins = {name: module for name, module in integers.named_modules() if isinstance(module, nn.Linear)}
    real = ids != simulation.pad  # (B, S)

    def look(name: str) -> Callable:
        def hook(layer: nn.Module, inputs: tuple[Tensor], y: Tensor) -> None:
            here = real if y.dim() == 3 else slice(None)  # the classifier reads [CLS] alone
            found["of-input"][name] = _largest((layer.input(inputs[0]) - inputs[0])[here])
            found["of-weight"][name] = _largest(layer.rounded_weight() - layer.weight)
            found["of-integers"][name] = _largest((twins[name](inputs[0]) - y)[here])

        return hook

    hooks = [simulation.get_submodule(name).register_forward_hook(look(name)) for name in twins]
    simulation.eval()(ids)
    for hook in hooks:
        hook.remove()
    return found


def _largest(difference: Tensor) -> float:
    return difference.abs().max().item()


def compare_with_integers(simulation: QuantisedClassifier, integers: QuantisedClassifier, lab: Lab) -> None:
    """Layer by layer from the same input, and the whole network, whose logits the lab has as the student's."""
    found = roundings(simulation, integers, pad(lab.task.dev_ids[:TEXTS]))
    for slug, values in found.items():
        lab.report.figure(slug, by_layer(values, lab.report))
    layer, worst = max(found["of-integers"].items(), key=lambda item: item[1])
    lab.report.log("layer-of-integers", worst=worst, layer=layer)
    z, z_simulated = lab.logits["student"], evaluation.predict(simulation, lab.task.dev_ids)  # (N, C)
    turned = int((z.argmax(1) != z_simulated.argmax(1)).sum())
    lab.report.log("integers", far=_largest(z - z_simulated), turned=turned)


def by_layer(found: Mapping[str, float], report: Report) -> dict:
    """A heat map: the encoder's layers by their parts. What lies outside them, the classifier, is left out."""
    cells = {(int(m[1]), m[2]): found[name] for name in found if (m := re.search(r"layer\.(\d+)\.(.+)", name))}
    layers, parts = sorted({layer for layer, _ in cells}), list(dict.fromkeys(part for _, part in cells))
    labels = [report.label(PARTS[part]) if part in PARTS else part for part in parts]
    values = [[cells.get((layer, part)) for part in parts] for layer in layers]
    return figures.heat_map([str(layer + 1) for layer in layers], labels, values, low=0)


def time_kernel(net: nn.Module, report: Report) -> None:
    """At the sizes of the network's layers, inputs and outputs, and at BERT-base's. Times of int8, fp32 being 1."""
    sizes = {(layer.in_features, layer.out_features) for layer in net.modules() if isinstance(layer, nn.Linear)}
    ratios: dict[tuple[int, int, int], float] = {}
    for tokens in TOKENS:
        for inputs, outputs in sorted(sizes | {BERT_BASE}):
            fp32, int8 = kernel_ms(tokens, inputs, outputs)
            ratios[tokens, inputs, outputs] = int8 / fp32
    categories = [report.label("linear", inputs=i, outputs=o, tokens=tokens) for tokens, i, o in ratios]
    report.figure("kernel-time", figures.bars(categories, {"student": list(ratios.values())}))
    here = [ratio for (_, *size), ratio in ratios.items() if tuple(size) in sizes]
    large = [ratios[tokens, *BERT_BASE] for tokens in TOKENS]
    report.log("kernel", low=min(here), high=max(here), large_low=min(large), large_high=max(large))


def draw_curve(ranged: QuantisedClassifier, trained: Callable[[int], QuantisedClassifier], lab: Lab) -> None:
    """Dev accuracy at every width of the weights: `ranged` rounded after training, and `trained` with b bits."""
    used, y = lab.p.weight_bits, lab.task.dev_y
    widths = sorted({*WIDTHS, used})
    heights: dict[str, list[float]] = {role: [] for role in lab.logits if role != "teacher"}
    for b in widths:
        z = lab.logits
        if b != used:
            rounded = simulated(ranged, weight_bits=b)
            nets = {"dynamic": simulated(rounded, dynamic=True), "static": rounded, "student": trained(b)}
            z = z | {role: evaluation.predict(net, lab.task.dev_ids) for role, net in nets.items()}
        for role, values in heights.items():
            values.append(evaluation.accuracy(z[role], y))
        lab.report.log("width", bits=b, gain=evaluation.gain_in_words(z["student"], z["static"], y))
    lab.report.figure("quality-bits", figures.lines(widths, heights))
