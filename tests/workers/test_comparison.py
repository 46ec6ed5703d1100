"""Methods on the same footing: who takes which shared value, who is an exception, which runs a sweep plans."""

import pytest

from workers import registry
from workers.comparison import NothingToCompare, comparison, planned

FAMILIES = sorted({spec.family for spec in registry.all_specs().values()})
SETTLED = [(family, preset) for family in ("distillation", "compression") for preset in ("small", "full")]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("preset", ["smoke", "small", "full"])
def test_every_method_can_take_part(family, preset):
    """The shared values fit each method's own checks: heads that match, layers that can be mapped."""
    found = comparison(family, preset)
    assert [entry.spec.family for entry in found.entries] == [family] * len(found.entries)
    for entry in found.entries:
        assert set(entry.params) == {param.name for param in entry.spec.params}


@pytest.mark.parametrize(("family", "preset"), SETTLED)
def test_all_methods_of_a_family_have_one_teacher(family, preset):
    entries = comparison(family, preset).entries
    teachers = set()
    for entry in entries:
        role = next(role for role in entry.spec.roles if role.kind == "teacher")
        teachers.add(tuple((name, entry.params[name]) for name in sorted(role.depends_on)))
    assert len(teachers) == 1


@pytest.mark.parametrize("preset", ["smoke", "small", "full"])
def test_distilled_students_are_trained_for_as_many_epochs(preset):
    assert {entry.spec.slug: entry.other_budget for entry in comparison("distillation", preset).entries} == {
        entry.spec.slug: None for entry in comparison("distillation", preset).entries
    }


def test_a_method_takes_the_shared_student():
    (entry,) = comparison("distillation", "small", ["hinton-kd"]).entries
    assert (entry.params["teacher"], entry.params["student"], entry.params["epochs"]) == ("bert-4x64", "bert-2x32", 5)
    assert entry.exceptions == []


def test_what_a_method_cannot_take_it_keeps_and_is_an_exception():
    (entry,) = comparison("distillation", "small", ["distil-lstm"]).entries
    assert entry.params["student"].startswith("bilstm-")
    assert [param.name for param in entry.exceptions] == ["student"]


def test_every_method_runs_before_any_runs_twice():
    found = comparison("distillation", "smoke", ["hinton-kd", "tinybert"])
    assert [run.name for run in planned(found, ["opinions"], [0, 1])] == [
        "hinton-kd-smoke-opinions-0",
        "tinybert-smoke-opinions-0",
        "hinton-kd-smoke-opinions-1",
        "tinybert-smoke-opinions-1",
    ]


def test_a_method_of_another_family_is_named():
    with pytest.raises(NothingToCompare, match="no method theseus"):
        comparison("distillation", "small", ["theseus"])
