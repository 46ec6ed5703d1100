"""FastBERT's own figures: quality against cost at every Speed, and layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from workers.kit import evaluation, exits, figures
from workers.kit.exits import Point, Seen, uncertainty
from workers.kit.lab import Lab
from workers.methods.compression.fastbert.network import Branched
from workers.pages import Words


def draw(full: nn.Module, net: Branched, shallows: Mapping[int, nn.Module], z: Mapping[str, Tensor], lab: Lab) -> None:
    """z: logits after every layer on dev (N, L, C), of both branched networks; `net` is the student."""
    seen = {role: Seen(uncertainty(logits), logits.argmax(-1) == lab.task.dev_y[:, None]) for role, logits in z.items()}
    spent = exits.operations(net.every_classifier, lab.task.dev_ids, lab.task.device)  # of both: their weights differ
    curves = {role: exits.curve_of(one, spent) for role, one in seen.items()}
    curves["random-exits"] = exits.curve_of(seen["student"], spent, exits.at_random)
    curves["shallow"] = [static_point(depth, model, lab) for depth, model in sorted(shallows.items())]
    curves["teacher"] = [static_point(z["student"].shape[1], full, lab)]
    by_layers = {role: [(point.layers, point.accuracy) for point in points] for role, points in curves.items()}
    lab.report.figure("layers-quality", accuracies(by_layers))
    mega = {role: [(point.operations / 1e6, point.accuracy) for point in points] for role, points in curves.items()}
    lab.report.figure("operations-quality", accuracies(mega))
    draw_layers(seen, net.speed, by_layers["shallow"], lab)
    draw_times(net, full, curves, lab)


# --- quality against cost ---------------------------------------------------------------------------------------------
def static_point(depth: int, model: nn.Module, lab: Lab) -> Point:
    rows = lab.task.dev_ids
    spent = exits.operations(lambda ids: [model(ids).logits], rows, lab.task.device)
    return Point(depth, spent.mean().item(), evaluation.accuracy(evaluation.predict(model, rows), lab.task.dev_y))


def accuracies(points: Mapping[str, list[tuple[float, float | None]]]) -> dict[str, Any]:
    return figures.points({f"{role}/accuracy": line for role, line in points.items()})


def draw_times(net: Branched, full: nn.Module, curves: Mapping[str, list[Point]], lab: Lab) -> None:
    """Measured at each Speed of `net`, which is set back at the end; the full model is a single point."""
    rows, device, usual, times = lab.task.dev_ids, lab.task.device, net.speed, []
    for place, net.speed in enumerate(exits.THRESHOLDS, start=1):
        times.append(exits.milliseconds(net, rows, device))
        lab.report.progress(place, len(exits.THRESHOLDS))
    net.speed = usual
    times_of = {"teacher": [exits.milliseconds(full, rows, device)], "student": times}
    right = {role: [point.accuracy for point in curves[role]] for role in times_of}
    lines = {role: list(zip(times_of[role], right[role], strict=True)) for role in times_of}
    lab.report.figure("time-quality", accuracies(lines))
    lab.report.log("alone", full=times_of["teacher"][0], slowest=times[0], fastest=times[-1])


# --- layer by layer ---------------------------------------------------------------------------------------------------
def by_layer(values: Mapping[str, list[float | None]], words: Words) -> dict[str, Any]:
    """Bars, one value a layer and role."""
    return figures.bars(figures.layer_names(len(next(iter(values.values()))), words), values)


def draw_layers(seen: Mapping[str, Seen], speed: float, shallows: list[tuple[float, float]], lab: Lab) -> None:
    report, depths = lab.report, range(1, next(iter(seen.values())).u.shape[1] + 1)
    left = {role: exits.exit_layers(one.u, speed) for role, one in seen.items()}
    shares = {role: [evaluation.share(at == depth) for depth in depths] for role, at in left.items()}
    report.figure("exit-histogram", by_layer(shares, report.words))
    report.figure("uncertainty", by_layer({role: one.u.mean(0).tolist() for role, one in seen.items()}, report.words))
    right = {role: [evaluation.share(at) for at in one.right.unbind(1)] for role, one in seen.items()}
    lines = {role: list(zip(depths, values, strict=True)) for role, values in right.items()}
    report.figure("exit-accuracy", accuracies({**lines, "shallow": shallows}))
    report.figure("sure-and-right", accuracies({role: exits.by_uncertainty(one) for role, one in seen.items()}))
