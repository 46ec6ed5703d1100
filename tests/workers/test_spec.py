"""Values outside a spec are refused in words; the rest is filled from preset and default."""

from dataclasses import replace

import pytest

from workers.metrics import METRICS
from workers.spec import InvalidParams, MethodSpec, Param, Preset, Role, Text

WORDS = Text("word", "词")
SPEC = MethodSpec(
    slug="toy",
    title=WORDS,
    family="distillation",
    summary=WORDS,
    paper="",
    params=(
        Param("epochs", "int", 3, WORDS, WORDS, minimum=1, maximum=9),
        Param("rate", "float", 0.1, WORDS, WORDS, minimum=0, maximum=1),
        Param("extra", "bool", True, WORDS, WORDS),
        Param("size", "choice", "small", WORDS, WORDS, choices=(("small", WORDS), ("large", WORDS))),
    ),
    presets=(Preset("smoke", WORDS, WORDS, "opinions", 1, values={"epochs": 1}),),
    data=("opinions",),
    roles=(Role("teacher", WORDS, "teacher"),),
)


def test_what_is_not_given_comes_from_the_preset_then_the_default():
    cleaned = SPEC.clean({"rate": "0.5"}, preset=SPEC.preset("smoke"))
    assert cleaned == {"epochs": 1, "rate": 0.5, "extra": True, "size": "small"}


def test_values_take_the_parameters_type():
    cleaned = SPEC.clean({"epochs": "4", "rate": 1, "extra": "off", "size": "large"})
    assert [type(value) for value in cleaned.values()] == [int, float, bool, str]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("epochs", value) for value in (0, 10, 1.5, "many", True, None)),
        *(("rate", value) for value in (-0.1, "nan", "inf")),
        ("extra", "perhaps"),
        ("size", "middling"),
    ],
)
def test_a_value_outside_its_bounds_is_refused(name, value):
    with pytest.raises(InvalidParams) as refused:
        SPEC.clean({name: value})
    assert set(refused.value.errors) == {name}


def test_every_bad_value_is_named_and_not_only_the_first():
    with pytest.raises(InvalidParams) as refused:
        SPEC.clean({"epochs": 0, "rate": 7, "colour": "red"})
    assert set(refused.value.errors) == {"epochs", "rate", "colour"}


def test_an_unknown_preset_names_those_that_exist():
    with pytest.raises(KeyError, match="smoke"):
        SPEC.preset("huge")


LINE = Param("layers", "text", "", WORDS, WORDS, maximum=8)


def test_a_text_is_one_line_of_bounded_length():
    assert LINE.clean(" 1, 4 ") == "1, 4"
    for value in ("123456789", "1\n4", 4):
        with pytest.raises(ValueError):
            LINE.clean(value)


def test_what_parameters_must_keep_to_together_is_checked_once_each_is_right():
    def small_is_quick(values):
        return {"epochs": WORDS} if values["size"] == "small" and values["epochs"] > 3 else {}

    spec = replace(SPEC, checks=(small_is_quick,))
    assert spec.clean({"epochs": 3})["epochs"] == 3
    with pytest.raises(InvalidParams) as refused:
        spec.clean({"epochs": 4})
    assert refused.value.errors == {"epochs": WORDS}
    with pytest.raises(InvalidParams) as refused:
        spec.clean({"epochs": 4, "rate": 7})
    assert set(refused.value.errors) == {"rate"}, "a check sees only values that are right"


def test_a_classifier_is_judged_by_its_accuracy_unless_it_says_otherwise():
    assert [metric.slug for metric in SPEC.metrics] == ["accuracy", "macro_f1"]
    assert replace(SPEC, metrics=(METRICS["perplexity"],)).quality.sign == -1
