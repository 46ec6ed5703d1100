"""`python -m workers data`: what is said of each set, here or not."""

import json

import pytest

from workers import registry
from workers.__main__ import main
from workers.kit import data

ROWS = "sentence\tlabel\na fine film\t1\nno plot\t0\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sst2").mkdir()
    for split in ("train", "dev"):
        (tmp_path / f"sst2/{split}.tsv").write_text(ROWS)
    (tmp_path / "cola").mkdir()
    for split in ("train", "dev"):
        (tmp_path / f"cola/{split}.tsv").write_text("sentence\tlabel\nno number\tx\n")
    return tmp_path


@pytest.fixture
def sets(folder, capsys):
    assert main(["data", "--json", "--data-dir", str(folder)]) == 0
    kinds = json.loads(capsys.readouterr().out)
    return {(kind["kind"], one["name"]): one for kind in kinds for one in kind["sets"]}


def test_every_set_of_every_kind_is_named(sets):
    assert list(sets) == [(kind.slug, name) for kind in registry.kinds() for name in kind.names]


def test_a_set_that_is_here_is_told_with_source_licence_place_and_hash(sets, folder):
    found = sets["classified", "sst2"]
    assert found["files"] == ["sst2/train.tsv", "sst2/dev.tsv"]
    assert found["source"].startswith("https://")
    assert found["licence"]["en"] == "unclear: for tests and reference runs only"
    assert (found["available"], found["why_not"]) == (True, None)
    assert found["sha256"] == data.load("sst2", folder).sha256


def test_what_is_built_in_is_always_here(sets):
    built_in = [one for one in sets.values() if not one["files"]]
    assert len(built_in) == len(registry.kinds())
    assert all(one["available"] and len(one["sha256"]) == 64 for one in built_in)


def test_an_absent_set_says_why_in_both_languages_and_has_no_hash(sets):
    found = sets["pairs", "rte"]
    assert (found["available"], found["sha256"]) == (False, "")
    assert found["why_not"]["en"] == "rte/train.tsv, rte/dev.tsv is not in DATA_DIR"
    assert found["why_not"]["zh"].startswith("DATA_DIR 中没有")


def test_a_damaged_set_does_not_end_the_list(sets):
    found = sets["classified", "cola"]
    assert (found["available"], found["sha256"]) == (False, "")
    assert "cola/train.tsv:2: label 'x' is none of 0, 1" in found["why_not"]["en"]


def test_the_list_for_people_says_the_same(capsys, folder):
    main(["data", "--data-dir", str(folder)])
    said = capsys.readouterr().out
    assert "SST-2, phrases: here" in said
    assert f"sha256 {data.load('opinions').sha256}" in said
    assert "rte/train.tsv, rte/dev.tsv is not in DATA_DIR" in said
    assert "built in; our own generator" in said
