"""What a sweep measured becomes a run of the site: whole, once, and not again after it was removed."""

from __future__ import annotations

import json
import uuid

import pytest

from demos import services
from demos.models import Artifact, Run
from demos.taking_in import NotTakenIn, take_in, take_in_all, take_in_new
from workers import sweep

pytestmark = pytest.mark.django_db

EVENTS = [
    {"kind": "started"},
    {"kind": "environment", "device_name": "a processor", "code": "commit 1"},
    {"kind": "stage", "index": 1, "count": 1, "title": {"en": "Data", "zh": "数据"}},
    {"kind": "log", "text": "read"},  # as older versions wrote it
    {"kind": "log", "text": {"en": "Trained.", "zh": "已训练。"}},
    {"kind": "result", "role": "student", "metric": "accuracy", "value": 0.81, "unit": "share"},
    {"kind": "artifact", "name": "student.zip", "path": "student.zip"},
    {"kind": "end", "state": "succeeded"},
]


def write_events(folder, events) -> None:
    """Two seconds apart."""
    lines = [{"at": f"2026-01-02T03:04:{6 + 2 * place:02}+00:00", "event": e} for place, e in enumerate(events)]
    (folder / sweep.EVENTS).write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def folder(tmp_path, spec, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    found = tmp_path / "sweeps" / "stand-in-small-opinions-3"
    found.mkdir(parents=True)
    asked = {"method": spec.slug, "preset": "small", "data": "opinions", "seed": 3, "params": spec.clean({"epochs": 5})}
    times = {"began": "2026-01-02T03:04:05+00:00", "ended": "2026-01-02T03:05:05+00:00"}
    said = {"id": str(uuid.uuid4()), "asked": asked, **times}
    (found / sweep.MEASURED).write_text(json.dumps(said))
    write_events(found, EVENTS)
    (found / "student.zip").write_bytes(b"weights")
    return found


def test_the_run_holds_all_that_the_job_said(folder):
    run = take_in(folder)
    assert (run.state, run.seed, run.params["epochs"], run.device_class) == ("succeeded", 3, 5, "a processor")
    assert [(result.role, result.metric, result.value) for result in run.results.all()] == [
        ("student", "accuracy", 0.81)
    ]
    artifact = run.artifacts.get()
    assert (artifact.name, artifact.file.read()) == ("student.zip", b"weights")
    assert (run.ended_at - run.started_at).total_seconds() == 60
    assert run.created_at == run.started_at
    kinds = [event.kind for event in run.events.all()]
    assert kinds[0] == kinds[-1] == "state"
    said = run.events.get(kind="log", body__text="read")
    assert (said.at - run.started_at).total_seconds() == 7


def test_log_lines_of_old_and_new_versions_stay_as_they_are(folder):
    said = take_in(folder).events.filter(kind="log").values_list("body__text", flat=True)
    assert list(said) == ["read", {"en": "Trained.", "zh": "已训练。"}]


def test_it_is_taken_in_once(folder):
    run = take_in(folder)
    assert take_in(folder) is None
    assert Run.objects.get() == run


def test_a_removed_run_stays_removed_for_the_keeper_and_comes_back_when_asked(folder):
    (run,) = take_in_new(folder.parent)
    services.remove_runs(runs=[run])
    assert take_in_new(folder.parent) == []
    assert [found.id for found in take_in_all(folder.parent)] == [run.id]


def test_what_is_not_complete_waits(folder):
    (folder / sweep.MEASURED).unlink()
    assert take_in_new(folder.parent) == []
    assert not Run.objects.exists()


@pytest.mark.parametrize("broken", ["no such file", "no such method", "no such parameter", "cut short"])
def test_a_broken_folder_is_refused_and_leaves_nothing(folder, broken, caplog):
    said = json.loads((folder / sweep.MEASURED).read_text())
    if broken == "no such file":
        (folder / "student.zip").unlink()
    elif broken == "no such method":
        said["asked"]["method"] = "gone"
    elif broken == "no such parameter":
        said["asked"]["params"]["gone"] = 1
    else:
        (folder / sweep.EVENTS).write_text('{"kind": "log", ')
    (folder / sweep.MEASURED).write_text(json.dumps(said))
    with pytest.raises(NotTakenIn, match="stand-in-small-opinions-3"):
        take_in(folder)
    assert not Run.objects.exists() and not Artifact.objects.exists()
    assert take_in_new(folder.parent) == []
    assert "cannot be taken in" in caplog.text


def test_a_file_outside_the_folder_is_refused(folder):
    events = [{**event, "path": "../../secret"} if event["kind"] == "artifact" else event for event in EVENTS]
    (folder.parent.parent / "secret").write_text("secret")
    write_events(folder, events)
    with pytest.raises(NotTakenIn, match="outside"):
        take_in(folder)
