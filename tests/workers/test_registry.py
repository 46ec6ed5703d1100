"""What every method folder must hold; a new method is tested here by being there."""

import inspect
import re

import pytest
from latex2mathml.converter import convert

from workers import registry

GIVEN_BY_THE_ENGINE = {"data", "seed", "device", "report", "workspace"}
METHODS = sorted(registry.all_specs())
PAGES = {"page.md": "en", "page.zh.md": "zh"}
pytestmark = pytest.mark.parametrize("slug", METHODS)


def page(slug: str, name: str) -> str:
    return (registry.folder_path(registry.get_spec(slug)) / name).read_text(encoding="utf-8")


def test_run_takes_what_the_engine_gives_and_the_values_of_the_spec(slug):
    parameters = inspect.signature(registry.load(slug)).parameters
    named = {name for name, one in parameters.items() if one.kind is one.KEYWORD_ONLY}
    rest = [name for name, one in parameters.items() if one.kind is one.VAR_KEYWORD]
    assert named | ({param.name for param in registry.get_spec(slug).params} if rest else set()) == (
        GIVEN_BY_THE_ENGINE | {param.name for param in registry.get_spec(slug).params}
    )


def test_defaults_lie_inside_their_bounds(slug):
    spec = registry.get_spec(slug)
    assert spec.clean({}) == {param.name: param.default for param in spec.params}


def test_every_preset_cleans_and_names_a_data_set_of_the_method(slug):
    spec = registry.get_spec(slug)
    for preset in spec.presets:
        assert spec.clean({}, preset=preset) == spec.values_of(preset)
        assert preset.data in spec.data_sets
    assert {"smoke", "small"} <= {preset.name for preset in spec.presets}


def test_numbers_have_bounds(slug):
    for param in registry.get_spec(slug).params:
        assert param.type in ("bool", "choice") or (param.minimum or 0) < param.maximum  # a text has no least length


def test_family_data_and_roles_are_known(slug):
    spec = registry.get_spec(slug)
    assert spec.family in {family.slug for family in registry.FAMILIES}
    assert set(spec.data) <= set(registry.kinds())
    assert set(spec.data_sets) <= set(registry.data_titles())
    assert {"teacher", "baseline", "method"} >= {role.kind for role in spec.roles}


def test_a_role_depends_on_parameters_that_there_are_and_a_teacher_says_on_which(slug):
    spec = registry.get_spec(slug)
    for role in spec.roles:
        assert set(role.depends_on) <= {param.name for param in spec.params}, role.slug
        assert role.depends_on or role.kind != "teacher", "else no other method could have the same teacher"


def test_whatever_a_method_is_judged_by_has_a_better_way(slug):
    assert all(metric.better for metric in registry.get_spec(slug).metrics)


@pytest.mark.parametrize(("name", "language"), PAGES.items())
def test_the_page_speaks_of_every_parameter(slug, name, language):
    text = re.sub(r"\s+", " ", page(slug, name)).lower()
    labels = [param.label.in_language(language).lower() for param in registry.get_spec(slug).params]
    assert [label for label in labels if label not in text] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_becomes_mathml(slug, name):
    formulas = [a or b for a, b in re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", page(slug, name), flags=re.DOTALL)]
    formulas += [symbol.latex for symbol in registry.get_spec(slug).symbols]
    assert [formula for formula in formulas if "\\" in convert(formula)] == []


def test_a_network_of_the_method_s_own_kind_brings_its_job(slug, monkeypatch):
    loaded = []
    monkeypatch.setattr(registry, "load", loaded.append)
    registry.load_owner(f"{slug}-small")
    assert slug in loaded
    loaded.clear()
    registry.load_owner("encoder")
    assert loaded == []
