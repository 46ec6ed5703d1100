"""A sweep's folders: complete runs are kept and not measured again, failed ones are."""

import json
from dataclasses import replace

import pytest

from workers import registry, sweep
from workers.__main__ import main
from workers.comparison import comparison, planned
from workers.kit import params
from workers.spec import Text


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """One smoke run, measured by the command."""
    out = tmp_path_factory.mktemp("sweep")
    options = ["--preset", "smoke", "--seeds", "1", "--method", "tinybert"]
    places = ["--out", str(out / "runs"), "--cache-dir", str(out / "cache")]
    assert main(["sweep", "distillation", *options, *places]) == 0
    return sweep.Place(out / "runs", str(out / "cache"), None)


@pytest.fixture
def run():
    return planned(comparison("distillation", "smoke", ["tinybert"]), ["opinions"], [0])[0]


def test_a_run_leaves_all_that_it_said(swept, run):
    folder = swept.folder(run)
    events = [json.loads(line)["event"] for line in (folder / sweep.EVENTS).read_text(encoding="utf-8").splitlines()]
    results = json.loads((folder / sweep.RESULTS).read_text(encoding="utf-8"))
    assert [event for event in events if event["kind"] == "result"] == [
        {"kind": "result", **row} for row in results["results"]
    ]
    assert {event["path"] for event in events if event["kind"] == "artifact"} <= {
        file.name for file in folder.iterdir()
    }
    assert sweep.read_measured(folder)["asked"] == run.asked()


def test_what_is_complete_is_not_measured_again(swept, run):
    before = (swept.folder(run) / sweep.MEASURED).read_bytes()
    ended = []
    sweep.measure([run], swept, ended.append)
    assert [one.state for one in ended] == [sweep.ALREADY]
    assert (swept.folder(run) / sweep.MEASURED).read_bytes() == before


def test_other_parameters_are_another_run(swept, run):
    said = sweep.read_measured(swept.folder(run))
    said["asked"]["params"]["train_rows"] += 1
    (swept.folder(run) / sweep.MEASURED).write_text(json.dumps(said), encoding="utf-8")
    assert sweep.read_results(swept, [run]) == []


def test_a_failed_run_says_why_and_is_not_complete(tmp_path, run, monkeypatch):
    monkeypatch.setattr(sweep, "_say_measured", lambda *_: pytest.fail("a failed run was called measured"))
    place = sweep.Place(tmp_path, str(tmp_path / "cache"), None, device="cuda")
    ended = []
    sweep.measure([run], place, ended.append)
    assert ended[0].state == "failed"
    assert "cuda" in ended[0].cause


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seeds", "0"], "not a whole number"),
        (["--method", "theseus"], "has no method theseus"),
        (["--data", "conll"], "does not take the data set"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(options, said, capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["sweep", "distillation", "--out", str(tmp_path / "out"), *options])
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_value_that_is_not_here_is_refused_before_anything_is_measured(tmp_path, monkeypatch, capsys):
    spec = registry.get_spec("tinybert")
    absent = params.encoder("minilm-l6", "minilm-l6")
    absent = replace(absent, why_not=lambda value, data_dir: Text("not installed", "未安装"))
    monkeypatch.setattr(registry, "all_specs", lambda: {spec.slug: replace(spec, params=(*spec.params, absent))})
    with pytest.raises(SystemExit):
        main(["sweep", "distillation", "--preset", "smoke", "--out", str(tmp_path / "runs")])
    assert "tinybert: encoder minilm-l6: not installed" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
