"""What a run finds out beside its scores: rounding by layer, the kernel's time, and what to say of it all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workers.kit import evaluation
from workers.kit.classification import Task
from workers.kit.encoders import EncoderClassifier
from workers.kit.events import Report
from workers.kit.text import pad
from workers.methods.compression.q8bert.integers import LARGEST, HeldAsIntegers, integer_product
from workers.spec import Text

TEXTS = 128  # of dev, on which the rounding is looked at
BERT_BASE = (768, 3072)  # inputs and outputs of its largest layer: what the kernel gives at the paper's size
TOKENS = (16, 128)  # of a text, of a batch
TIMED = 3  # calls
PARTS = {
    "attention.self.query": Text("query", "查询"),
    "attention.self.key": Text("key", "键"),
    "attention.self.value": Text("value", "值"),
    "attention.output.dense": Text("attention out", "注意力输出"),
    "intermediate.dense": Text("feed-forward in", "前馈输入"),
    "output.dense": Text("feed-forward out", "前馈输出"),
}


@dataclass(frozen=True)
class Rounding:
    """What rounding does to one linear layer: the largest difference over the real tokens, or over the weights."""

    of_input: float  # max |x^ - x|
    of_weight: float  # max |W^ - W|
    of_integers: float  # max |y of integers - y simulated|, from the same x


@torch.inference_mode()
def roundings(simulated: EncoderClassifier, integers: EncoderClassifier, ids: Tensor) -> dict[str, Rounding]:
    """By the layer's name in the network. ids (B, S)."""
    found: dict[str, Rounding] = {}
    layers = dict(simulated.named_modules())
    twins = {
        name: m for name, m in integers.named_modules() if isinstance(m, HeldAsIntegers) and isinstance(m, nn.Linear)
    }
    real = ids != simulated.pad  # (B, S)

    def look(name: str) -> Callable:
        def hook(layer: nn.Module, inputs: tuple[Tensor], y: Tensor) -> None:
            here = real if y.dim() == 3 else slice(None)  # the classifier reads [CLS] alone
            of_input, of_integers = layer.input(inputs[0]) - inputs[0], twins[name](inputs[0]) - y
            differences = of_input[here], layer.rounded_weight() - layer.weight, of_integers[here]
            found[name] = Rounding(*(difference.abs().max().item() for difference in differences))

        return hook

    hooks = [layers[name].register_forward_hook(look(name)) for name in twins]
    simulated.eval()(ids)
    for hook in hooks:
        hook.remove()
    return found


def layers(simulated: EncoderClassifier, integers: EncoderClassifier, task: Task, report: Report) -> None:
    found = roundings(simulated, integers, pad(task.dev_ids[:TEXTS]))
    for field in ("of_input", "of_weight", "of_integers"):
        report.figure(field.replace("_", "-"), by_layer({name: getattr(one, field) for name, one in found.items()}))
    name, worst = max(found.items(), key=lambda item: item[1].of_integers)
    report.log(
        f"From the same input a layer of integers is at most {worst.of_integers:.1e} from its simulation ({name})."
    )


def by_layer(found: dict[str, float]) -> dict:
    """A heat map: the encoder's layers by their parts. What lies outside them, the classifier, is left out."""
    cells = {(int(m[1]), m[2]): found[name] for name in found if (m := re.search(r"layer\.(\d+)\.(.+)", name))}
    rows, parts = sorted({layer for layer, _ in cells}), list(dict.fromkeys(part for _, part in cells))
    labels = [PARTS.get(part, Text(part, part)) for part in parts]
    return {
        "kind": "heatmap",
        "rows": [str(layer + 1) for layer in rows],
        "columns": [{"en": label.en, "zh": label.zh} for label in labels],
        "values": [[cells.get((layer, part)) for part in parts] for layer in rows],
        "low": 0,
    }


def kernel(sizes: set[tuple[int, int]], report: Report) -> None:
    """At the sizes of the layers, inputs and outputs, and at BERT-base's. Times of int8, fp32 being 1."""
    ratios: dict[tuple[int, int, int], float] = {}
    for tokens in TOKENS:
        for inputs, outputs in sorted(sizes | {BERT_BASE}):
            fp32, int8 = kernel_ms(tokens, inputs, outputs)
            ratios[tokens, inputs, outputs] = int8 / fp32
    categories = [
        {"en": f"{inputs}→{outputs}, {tokens} tokens", "zh": f"{inputs}→{outputs}，{tokens} 词元"}
        for tokens, inputs, outputs in ratios
    ]
    series = [{"name": "student", "y": list(ratios.values())}]
    report.figure("kernel-time", {"kind": "bars", "categories": categories, "series": series})
    here = [ratio for (_, *size), ratio in ratios.items() if tuple(size) in sizes]
    large = [ratio for (_, *size), ratio in ratios.items() if tuple(size) == BERT_BASE]
    report.log(
        f"On the CPU a linear layer takes in int8 {min(here):.1f} to {max(here):.1f} times as long as in fp32 at this "
        f"network's sizes, and {min(large):.1f} to {max(large):.1f} times at BERT-base's largest."
    )


@torch.inference_mode()
def kernel_ms(tokens: int, inputs: int, outputs: int) -> tuple[float, float]:
    """Median milliseconds of a linear layer in fp32, and in int8 with rounding the input and scaling the output."""
    x, W = torch.randn(tokens, inputs), torch.randn(outputs, inputs)
    S_x, S_W = LARGEST / x.abs().max(), LARGEST / W.abs().max()
    product = integer_product((W * S_W).round().to(torch.int8))

    def int8() -> Tensor:
        return product((x * S_x).round().clamp(-LARGEST, LARGEST)) / (S_x * S_W)

    return _median_ms(lambda: F.linear(x, W)), _median_ms(int8)


def _median_ms(call: Callable[[], Tensor]) -> float:
    call()
    times = []
    for _ in range(TIMED):
        began = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - began))
    return median(times)


def say(z: dict[str, Tensor], of_simulation: Tensor, task: Task, report: Report) -> None:
    """What the run gave, in words. z: dev logits (N, C) by role."""
    far = (z["student"] - of_simulation).abs().max().item()
    turned = int((z["student"].argmax(1) != of_simulation.argmax(1)).sum())
    report.log(f"Logits of the integers and of the simulation: at most {far:.1e} apart; {turned} answers differ.")
    others = {"static": "rounding after calibration", "dynamic": "rounding with each batch's own ranges"}
    for role, words in (others | {"continued": "the same steps in floating point"}).items():
        gain = evaluation.gain_in_words(z["student"], z[role], task.dev_y)
        report.log(f"Training with the rounding, against {words}: {gain}.")
