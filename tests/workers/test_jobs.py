"""A whole job in this process: what it reports, what it leaves, what a second one saves, how it stops."""

import json
import shlex
import zipfile
from dataclasses import replace

import pytest
import torch

from workers import jobs, registry
from workers.__main__ import build_parser
from workers.data_kinds import SetFacts, Source
from workers.kit import checkpoints
from workers.kit.data import DataError, Dataset
from workers.kit.events import Cancelled, Report
from workers.kit.texts import CLASSIFIED, TREES
from workers.kit.treebanks import TreeBank
from workers.metrics import METRICS
from workers.results import Results
from workers.spec import Text

TINY = {
    "train_rows": 200,
    "labelled": 40,
    "teacher_epochs": 1,
    "epochs": 1,
    "teacher": "bilstm-64",
    "student": "bilstm-16",
}
TIMED = {"train_s", "latency_p50_ms", "latency_p95_ms", "throughput"}


def request_for(folder, *, seed=0, **changes):
    spec = registry.get_spec("hinton-kd")
    params = spec.clean({**TINY, **changes}, preset=spec.preset("smoke"))
    return jobs.JobRequest(
        method=spec.slug,
        preset="smoke",
        data="opinions",
        seed=seed,
        params=params,
        device="cpu",
        out_dir=str(folder / "out"),
        cache_dir=str(folder / "teachers"),
    )


def run(request):
    results = Results(method="hinton-kd", preset="smoke", seed=request.seed, data=request.data, params=request.params)
    jobs.execute(request, Report(results.take))
    return results.document()


def numbers(document):
    return {(r["role"], r["metric"]): r["value"] for r in document["results"] if r["metric"] not in TIMED}


@pytest.mark.parametrize(("kinds", "given"), [((CLASSIFIED, TREES), Dataset), ((TREES, CLASSIFIED), TreeBank)])
def test_a_job_is_given_the_set_as_the_first_of_its_method_s_kinds_reads_it(kinds, given):
    spec = replace(registry.get_spec("hinton-kd"), data=kinds)
    assert type(jobs.load_data(spec, "opinions", None)) is given


def test_a_method_can_bring_a_kind_of_data_of_its_own():
    numbers = Source(
        "numbers", Text("numbers", "数"), (SetFacts("primes", *[Text("x", "x")] * 2),), f"{__name__}:primes"
    )
    spec = replace(registry.get_spec("hinton-kd"), data=(numbers,))
    assert jobs.load_data(spec, "primes", "here") == ("primes", "here")


def primes(name, data_dir):
    return name, data_dir


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("job")


@pytest.fixture(scope="module")
def first(folder):
    return run(request_for(folder, extra_arms=True))


def test_a_job_can_read_more_from_the_data_folder_than_its_data_set(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(registry, "load", lambda slug: lambda **arguments: given.append(arguments["workspace"]))
    jobs.execute(replace(request_for(tmp_path), data_dir="/data"), Report([].append))
    assert given[0].data_dir == "/data"


def test_every_role_has_every_metric_once(first):
    spec = registry.get_spec("hinton-kd")
    found = [(row["role"], row["metric"]) for row in first["results"]]
    of_students = {"agreement", "kl_to_teacher", "steps", "examples", "labelled_examples"}
    of_others = {"mcc", "spearman", "pearson", "uas", "uuas", "selectivity", "span_f1", "tag_accuracy", "perplexity"}
    of_classifiers = set(METRICS) - of_others
    wanted = {(role.slug, metric) for role in spec.roles for metric in of_classifiers}
    wanted -= {("teacher", name) for name in of_students}
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert {row["unit"] for row in first["results"] if row["metric"] == "accuracy"} == {"share"}


def test_every_series_that_a_figure_names_is_there(first):
    spec = registry.get_spec("hinton-kd")
    for figure in spec.figures:
        assert figure.slug in first["figures"] or set(figure.series) <= set(first["series"])
    json.dumps(first, allow_nan=False)


def test_the_environment_says_what_is_needed_to_repeat_the_run(first):
    environment = first["environment"]
    assert environment["packages"]["torch"] == torch.__version__.partition("+")[0] or torch.__version__
    assert environment["data"]["sha256"]
    assert environment["data"]["split"] == "dev"
    assert environment["teacher"]["cached"] is False
    assert environment["threads"] == 1
    assert environment["peak_memory_mb"] > 50
    assert environment["compute_s"] > 0.1
    assert "peak_device_memory_mb" not in environment  # there is no GPU in it


def test_the_command_repeats_the_run(folder):
    request = request_for(folder, temperature=7.5)
    words = shlex.split(jobs.command_line(request))
    args = vars(build_parser().parse_args(words[3:]))
    given = {name[6:]: value for name, value in args.items() if name.startswith("param:") and value is not None}
    spec = registry.get_spec("hinton-kd")
    assert spec.clean(given, preset=spec.preset(args["preset"])) == request.params
    assert (args["seed"], args["data"], args["device"]) == (0, None, "cpu")


def test_the_saved_networks_give_the_reported_parameters_and_size(first, folder):
    for role in ("teacher", "baseline", "student"):
        saved = checkpoints.load(folder / "out" / role)
        assert sum(p.numel() for p in saved.model.parameters()) == numbers(first)[role, "parameters"]
        assert (folder / "out" / role / "model.safetensors").stat().st_size == numbers(first)[role, "size_bytes"]


def test_the_student_can_be_downloaded_and_all_models_are_left(first, folder):
    assert [artifact["name"] for artifact in first["artifacts"]] == ["student.zip", "models.zip"]
    names = zipfile.ZipFile(folder / "out" / "student.zip").namelist()
    assert names == [
        f"student/{n}" for n in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
    ]


def test_a_second_run_trains_no_teacher_says_so_and_gives_the_same_numbers(first, folder):
    second = run(request_for(folder, extra_arms=True))
    assert second["environment"]["teacher"]["cached"] is True
    assert any("none is trained" in line["en"] for line in second["log"])
    assert numbers(second) == numbers(first)
    assert ("teacher", "train_s") not in {(row["role"], row["metric"]) for row in second["results"]}
    assert "teacher/loss" not in second["series"]


def test_student_settings_leave_the_teacher_alone_and_teacher_settings_do_not(first, folder):
    assert run(request_for(folder, temperature=9, alpha=0.5, epochs=2))["environment"]["teacher"]["cached"] is True
    assert run(request_for(folder, teacher_epochs=2))["environment"]["teacher"]["cached"] is False
    assert run(request_for(folder, seed=1))["environment"]["teacher"]["cached"] is False


def test_a_damaged_teacher_is_trained_again(first, folder):
    request = request_for(folder, teacher_epochs=3)
    fresh = run(request)
    for weights in (folder / "teachers").glob("*/model.safetensors"):
        weights.write_bytes(weights.read_bytes()[:-1])
    again = run(request)
    assert again["environment"]["teacher"]["cached"] is False
    assert any("damaged" in line["en"] for line in again["log"])
    assert numbers(again) == numbers(fresh)


@pytest.mark.parametrize("stage", ["teacher", "student"])
def test_a_cancelled_job_unwinds_within_a_few_steps(tmp_path, stage):
    events, cancelled = [], []

    def send(event):
        events.append(event)
        if event["kind"] == "stage" and event["name"] == stage:
            cancelled.append(True)

    with pytest.raises(Cancelled):
        jobs.execute(request_for(tmp_path), Report(send, is_cancelled=lambda: bool(cancelled)))
    assert events[-1]["kind"] == "stage"
    if stage == "teacher":
        assert not (tmp_path / "teachers").exists()


def test_a_set_that_the_method_does_not_take_is_refused(tmp_path):
    request = request_for(tmp_path)
    with pytest.raises(jobs.JobError, match="does not take the data set 'wikitext'"):
        jobs.execute(jobs.JobRequest(**{**vars(request), "data": "wikitext"}), Report([].append))
    with pytest.raises(DataError, match="set DATA_DIR"):
        jobs.execute(jobs.JobRequest(**{**vars(request), "data": "trec"}), Report([].append))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(jobs.JobError, match="sees no GPU"):
        jobs.execute(jobs.JobRequest(**{**vars(request_for(tmp_path)), "device": "cuda"}), Report([].append))
