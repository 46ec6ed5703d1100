"""A lab on the built-in data, for tests of what a method does in one."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import torch
from torch import nn

from workers import registry
from workers.kit import classification, data
from workers.kit.events import Report, Stages
from workers.kit.lab import Lab, record
from workers.kit.teachers import Teachers
from workers.kit.workspace import Workspace
from workers.spec import MethodSpec

BATCH = 32


@cache
def _texts():
    return data.load("opinions")


def lab_of(spec: MethodSpec, events: list | None = None, *, dev: int = 40, **values) -> Lab:
    """The spec's values but for these, batches of 32, no look at the clock; `events` gets what is reported."""
    spec = registry.get_spec(spec.slug)
    known = {param.name for param in spec.params}
    small = {"batch_size": BATCH, "vocabulary": 500, "epochs": 1}
    values = spec.clean({name: value for name, value in small.items() if name in known} | values)
    report = Report((events if events is not None else []).append)
    report.words = spec.words
    drawn = {"train_rows": values["train_rows"], "vocabulary": values["vocabulary"]}
    labelled = values.get("labelled", values["train_rows"])
    task = classification.prepare(_texts(), **drawn, labelled=labelled, seed=0, device=torch.device("cpu"))
    del task.dev_ids[dev:]
    object.__setattr__(task, "dev_y", task.dev_y[:dev])
    folder = Path(mkdtemp())
    workspace = Workspace(folder, Teachers(folder / "cache"))
    return Lab(report, workspace, Stages(report, count=1), spec, record(spec, values), task, seed=0)


def same(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
