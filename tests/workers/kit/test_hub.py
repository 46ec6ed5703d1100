"""Sets of the hub: how columns are told apart, and what is said where one cannot be had."""

import sys
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from workers import jobs, registry
from workers.kit import data, hub, texts
from workers.kit.files import DataError, OtherKind


@dataclass(frozen=True)
class Feature:
    """As `datasets` has them: ClassLabel has names, Value only a dtype."""

    dtype: str
    names: tuple[str, ...] | None = None


class Split:
    def __init__(self, features, *rows):
        self.features = features
        self.rows = [dict(zip(features, row, strict=True)) for row in rows]

    def __iter__(self):
        return iter(self.rows)

    def __getitem__(self, column):
        return [row[column] for row in self.rows]


STRING, CLASSES = Feature("string"), Feature("int64", ("negative", "positive"))
ONE_TEXT = {"idx": Feature("int32"), "sentence": STRING, "label": CLASSES}
PAIRS = {"premise": STRING, "hypothesis": STRING, "label": CLASSES}
SCORES = {"sentence1": STRING, "sentence2": STRING, "label": Feature("float32")}


class DatasetsError(Exception):
    pass


@pytest.fixture
def the_hub_has(monkeypatch):
    """Stands in for the package, whose sets come over a network."""

    def install(splits):
        asked = []

        def load_dataset(*names):
            asked.append(names)
            if isinstance(splits, Exception):
                raise splits
            return splits

        package = SimpleNamespace(load_dataset=load_dataset, exceptions=SimpleNamespace(DatasetsError=DatasetsError))
        monkeypatch.setitem(sys.modules, "datasets", package)
        return asked

    return install


def test_a_set_with_classes_is_read_with_its_own_dev(the_hub_has):
    the_hub_has({"train": Split(ONE_TEXT, (0, "a  fine film", 1)), "validation": Split(ONE_TEXT, (0, "no plot", 0))})
    found = hub.load_hub("hub:owner/films")
    assert found.train == (data.Example("a fine film", 1),)
    assert found.dev == (data.Example("no plot", 0),)
    assert found.classes == ("negative", "positive")
    assert "validation" in found.note.en


def test_owner_name_and_config_are_asked_for(the_hub_has):
    asked = the_hub_has({"train": Split(ONE_TEXT, (0, "fine", 1))})
    hub.load_hub("hub:owner/glue/sst2")
    hub.load_hub("hub:owner/films")
    assert asked == [("owner/glue", "sst2"), ("owner/films", None)]


def test_two_columns_of_text_are_a_pair():
    found = hub.dataset_from(
        "hub:a/b", {"train": Split(PAIRS), "validation": Split(PAIRS, ("it rains", "it is wet", 1))}
    )
    assert found.dev == (data.Example("it rains", 1, "it is wet"),)


def test_a_column_of_fractions_is_a_score():
    found = hub.dataset_from(
        "hub:a/b", {"train": Split(SCORES, ("a", "b", 0.5), ("a", "c", 4.5)), "dev": Split(SCORES)}
    )
    assert (found.task, found.scale, found.classes) == ("regression", (0.0, 5.0), ())


def test_without_a_dev_split_a_tenth_is_held_out():
    found = hub.dataset_from("hub:a/b", {"train": Split(ONE_TEXT, *((i, f"text {i}", i % 2) for i in range(400)))})
    assert len(found.train) + len(found.dev) == 400
    assert 20 < len(found.dev) < 60


def test_numbers_without_names_are_classes_and_names_beside_them_no_text():
    features = {"text": STRING, "label": Feature("int64"), "label_text": STRING}
    found = hub.dataset_from(
        "hub:a/b", {"train": Split(features, ("x", 3, "bad"), ("y", 5, "good")), "dev": Split(features)}
    )
    assert found.classes == ("3", "5")
    assert [example.label for example in found.train] == [0, 1]


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        ({"test": Split(ONE_TEXT)}, "no train split; there are test"),
        ({"train": Split({"text": STRING})}, "no column of classes, label or score; there are text"),
        ({"train": Split({"label": CLASSES})}, "one or two columns of text are wanted; found none"),
        ({"train": Split(ONE_TEXT, (0, "hidden", -1))}, "row 0 has the label -1, which is none of negative, positive"),
    ],
)
def test_a_set_whose_columns_cannot_be_told_apart_is_refused(splits, said):
    with pytest.raises(DataError, match=f"hub:a/b: {said}"):
        hub.dataset_from("hub:a/b", splits)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match="pip install datasets"):
        hub.load_hub("hub:owner/films")


@pytest.mark.parametrize("error", [ConnectionError("no network"), ValueError("no config"), DatasetsError("damaged")])
def test_what_the_package_says_is_passed_on(the_hub_has, error):
    the_hub_has(error)
    with pytest.raises(DataError, match=f"hub:owner/films: {error}"):
        hub.load_hub("hub:owner/films")


@pytest.mark.parametrize("name", ["hub:films", "hub:/films", "hub:owner/"])
def test_a_name_without_owner_is_refused_before_anything_is_fetched(name):
    with pytest.raises(DataError, match="is called hub:owner/name"):
        hub.load_hub(name)


@pytest.mark.parametrize(
    ("features", "row", "kind"),
    [
        (ONE_TEXT, (0, "fine", 1), texts.CLASSIFIED),
        (PAIRS, ("it rains", "it is wet", 1), texts.PAIRS),
        (SCORES, ("a", "b", 0.5), texts.SCORED_PAIRS),
        ({"text": STRING, "score": Feature("float32")}, ("a", 0.5), None),
    ],
)
def test_a_set_is_of_the_kind_that_its_columns_say_and_of_no_other(the_hub_has, features, row, kind):
    the_hub_has({"train": Split(features, row)})
    for asked in (texts.CLASSIFIED, texts.PAIRS, texts.SCORED_PAIRS):
        if asked is kind:
            assert len(asked.read("hub:a/b", None).train) + len(asked.read("hub:a/b", None).dev) == 1
        else:
            with pytest.raises(OtherKind, match=f"not {asked.slug}"):
                asked.read("hub:a/b", None)


def test_a_job_takes_a_set_of_its_method_s_kind_and_no_other(the_hub_has):
    spec = registry.get_spec("hinton-kd")
    the_hub_has({"train": Split(ONE_TEXT, (0, "fine", 1)), "dev": Split(ONE_TEXT, (0, "poor", 0))})
    assert jobs.load_data(spec, "hub:a/b", None).train == (data.Example("fine", 1),)
    with pytest.raises(jobs.JobError, match="does not take the data set 'hub:a/b'"):
        jobs.load_data(replace(spec, data=(texts.PAIRS,)), "hub:a/b", None)
    with pytest.raises(jobs.JobError, match="does not take the data set 'hub:a/b'"):
        jobs.load_data(replace(spec, data=(texts.TREES,)), "hub:a/b", None)


def test_no_form_offers_the_hub():
    assert not [found for found in registry.data_sets(registry.get_spec("hinton-kd"), None) if "hub" in found.name]
