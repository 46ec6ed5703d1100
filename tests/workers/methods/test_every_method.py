"""What every method must do, told of one tiny run of each; a new method is tested here by being there."""

from __future__ import annotations

import ast
import hashlib
import math
import re
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from torch import nn

from workers import registry, trying
from workers.kit import checkpoints, cost, evaluation, text
from workers.kit.events import Report
from workers.kit.teachers import Teachers
from workers.kit.workspace import Workspace

SPECS = registry.all_specs()
FEW = {"train_rows": 120, "labelled": 60, "epochs": 1, "batch_size": 32}  # where a method has such parameters
TRAIN, DEV = 400, 80  # rows that are left of the built-in data
CLOCK = {"latency_p50_ms": 1.0, "latency_p95_ms": 1.0, "throughput": 1.0}
SECONDS = {"train_s"}
TIMED_FIGURES = {"kernel-time", "time-quality"}  # they draw seconds
IDS = torch.tensor([[text.FIRST, 7, 9, 8, text.SEPARATOR]])


def digest(net: nn.Module) -> str:
    found = hashlib.sha256()
    for tensor in net.state_dict().values():
        found.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


@torch.inference_mode()
def said(net: nn.Module, ids: torch.Tensor) -> torch.Tensor:
    """Its logits; of an encoder without a classifier to speak of these are as good as any other number."""
    return net.eval()(ids.to(next(net.parameters()).device)).logits.float().cpu()


@dataclass
class Watching(Workspace):
    """Remembers of each network, when it was saved, what it said and what it was."""

    logits: dict[str, torch.Tensor] = field(default_factory=dict)
    nets: dict[str, tuple[nn.Module, str]] = field(default_factory=dict)

    def save(self, role: str, model: nn.Module, *args: Any, **kwargs: Any) -> int:
        self.logits[role] = said(model, IDS)
        self.nets[role] = model, digest(model)
        return super().save(role, model, *args, **kwargs)


@dataclass(frozen=True)
class Ran:
    events: list[dict]
    returned: dict[str, float]
    workspace: Watching

    def of(self, kind: str) -> list[dict]:
        return [event for event in self.events if event["kind"] == kind]

    def numbers(self) -> dict[str, Any]:
        """All that a second run must say again."""
        results = {(e["role"], e["metric"]): e["value"] for e in self.of("result") if e["metric"] not in SECONDS}
        scalars = [(e["name"], e["step"], e["value"]) for e in self.of("scalar") if not e["name"].startswith(TRAINED)]
        figures = [(e["slug"], e["data"]) for e in self.of("figure") if e["slug"] not in TIMED_FIGURES]
        return {"results": results, "scalars": scalars, "figures": figures}


TRAINED = ("teacher/", "pretraining/")  # nothing is drawn of what comes from the cache


def run(slug: str, folder, cache) -> Ran:
    spec, events = SPECS[slug], []
    known = {name: value for name, value in FEW.items() if name in {param.name for param in spec.params}}
    smoke = spec.preset("smoke")
    values = spec.clean({**known, **spec.tiny}, preset=smoke)
    kind = next(kind for kind in spec.data if kind.takes(smoke.data))
    data = kind.read(smoke.data, None)
    data = replace(data, train=data.train[:TRAIN], dev=data.dev[:DEV])
    report = Report(events.append)
    report.words = spec.words
    workspace = Watching(folder, Teachers(cache))
    given = {"data": data, "seed": 0, "device": torch.device("cpu"), "report": report, "workspace": workspace}
    torch.manual_seed(0)
    # Speed and cost take most of a tiny run's time, and have tests of their own.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "speed", lambda model, rows: dict(CLOCK))
        for name in ("flops_per_token", "peak_memory"):
            patch.setattr(cost, name, lambda model, rows: 1.0)
        returned = registry.load(slug)(**values, **given)
    return Ran(events, returned, workspace)


@pytest.fixture(scope="session", params=sorted(SPECS))
def slug(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def folder(slug, tmp_path_factory):
    return tmp_path_factory.mktemp(slug)


@pytest.fixture(scope="session")
def ran(slug, folder) -> Ran:
    return run(slug, folder / "first", folder / "cache")


@pytest.fixture(scope="session")
def again(slug, folder, ran) -> Ran:
    """The same once more, with the teachers of the first in the cache."""
    return run(slug, folder / "again", folder / "cache")


# --- what a run says --------------------------------------------------------------------------------------------------
def test_every_role_is_measured_by_what_the_method_is_judged_by(slug, ran):
    found = {(event["role"], event["metric"]) for event in ran.of("result")}
    wanted = {(role.slug, metric.slug) for role in SPECS[slug].roles for metric in SPECS[slug].metrics}
    assert wanted - found == set()
    assert {role for role, _ in found} == {role.slug for role in SPECS[slug].roles}


def test_every_number_has_a_metric_that_is_known_and_its_unit(ran):
    known = registry.metrics()
    assert {e["metric"]: e["unit"] for e in ran.of("result")} == {
        e["metric"]: known[e["metric"]].unit for e in ran.of("result")
    }


def test_what_run_returns_is_the_quality_of_roles(slug, ran):
    quality = SPECS[slug].quality.slug
    reported = {event["role"]: event["value"] for event in ran.of("result") if event["metric"] == quality}
    assert set(ran.returned) <= set(reported)
    assert {role: reported[role] for role in ran.returned} == pytest.approx(ran.returned)


def test_every_figure_is_drawn(slug, ran, answer):
    drawn = {event["slug"] for event in ran.of("figure")} | {figure["slug"] for figure in answer["figures"]}
    scalars = {event["name"] for event in ran.of("scalar")}
    missing = [
        figure.slug
        for figure in SPECS[slug].figures
        if figure.slug not in drawn and not any(name.startswith(figure.series) for name in scalars if figure.series)
    ]
    assert missing == []
    assert drawn <= {figure.slug for figure in SPECS[slug].figures}


def test_every_curve_is_a_role_s_or_of_the_pre_training(slug, ran):
    """What no figure of the spec draws the page draws by the curve's last part, in the colour of its role."""
    roles = {role.slug for role in SPECS[slug].roles} | {"pretraining"}
    names = {event["name"].partition("/")[0] for event in ran.of("scalar")}
    assert names - roles - {f"shallow-{depth}" for depth in range(1, 12)} == set()


def test_stages_are_numbered_without_a_gap_and_end_where_they_said(ran):
    stages = ran.of("stage")
    assert [event["index"] for event in stages] == list(range(1, stages[-1]["count"] + 1))
    assert stages[0]["name"] == "data"


def test_what_is_said_to_people_is_said_in_both_languages(ran):
    said_ = [event["text"] for event in ran.of("log")] + [event["title"] for event in ran.of("stage")]
    assert all(one["en"] and one["zh"] for one in said_)
    assert all("{" not in one["en"] + one["zh"] for one in said_)


def test_the_same_seed_gives_the_same_numbers_whether_or_not_the_teacher_was_cached(ran, again):
    first, second = ran.numbers(), again.numbers()
    assert first["results"] == second["results"]
    assert first["scalars"] == second["scalars"]
    assert first["figures"] == second["figures"]


# --- the networks -----------------------------------------------------------------------------------------------------
def test_a_network_that_was_saved_says_the_same_when_it_is_loaded(ran):
    for role, logits in ran.workspace.logits.items():
        loaded = checkpoints.load(ran.workspace.out_dir / role)
        assert torch.allclose(said(loaded.model, IDS), logits, atol=1e-6), role


def test_padding_changes_nothing_that_a_network_says(ran):
    padded = nn.functional.pad(IDS, (0, 5), value=text.PAD)
    for role in ran.workspace.logits:
        net = checkpoints.load(ran.workspace.out_dir / role).model
        assert torch.allclose(said(net, padded), said(net, IDS), atol=1e-5), role


def test_nothing_that_comes_after_a_network_was_measured_changes_it(ran):
    """The teacher above all: students learn from it, and it learns nothing."""
    changed = {role for role, (net, before) in ran.workspace.nets.items() if digest(net) != before}
    assert changed == set()


@pytest.fixture(scope="session")
def answer(slug, ran) -> dict:
    loaded = {role: checkpoints.load(ran.workspace.out_dir / role) for role in ran.workspace.roles}
    return {"figures": [], **trying.answer_of(slug)(loaded, "the food was good , but the room was cold")}


def test_the_networks_of_a_run_answer_a_text(slug, ran, answer):
    assert trying.figures_fault(answer["figures"]) == ""
    assert {figure["slug"] for figure in answer["figures"]} <= {figure.slug for figure in SPECS[slug].figures}
    for one in answer["answers"]:
        assert math.isclose(sum(entry["probability"] for entry in one["classes"]), 1, abs_tol=1e-5)


# --- the parameters ---------------------------------------------------------------------------------------------------
def names_in(path) -> set[str]:
    """Attributes, and strings; of one with placeholders a pattern."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(re.escape(node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in node.values]
            found.add("".join(parts) if any(isinstance(part, ast.Constant) for part in node.values) else "")
    return found


def test_every_parameter_is_used(slug):
    """As p.NAME, or as "NAME", in the method's folder or the kit."""
    home = registry.folder_path(SPECS[slug])
    files = [file for file in (*home.glob("*.py"), *(home.parents[2] / "kit").glob("*.py")) if file.stem != "__init__"]
    used = set().union(*map(names_in, files))
    unused = [param.name for param in SPECS[slug].params if not any(re.fullmatch(name, param.name) for name in used)]
    assert unused == []
