"""The run form is made from a spec: presets, bounds, data sets, errors in place."""

import pytest

from demos.forms import form_for


@pytest.fixture
def form_class(spec):
    return form_for(spec)


def cleaned(form_class, **values):
    form = form_class({"preset": "small", **values})
    assert form.is_valid(), form.errors
    return form.cleaned_data


def errors(form_class, **values):
    form = form_class({"preset": "small", **values})
    assert not form.is_valid()
    return {name: list(messages) for name, messages in form.errors.items()}


def test_every_parameter_has_a_field(spec, form_class):
    html = str(form_class())
    assert all(f'name="param_{param.name}"' in html for param in spec.params)


def test_bounds_stand_in_the_html_too(form_class):
    html = str(form_class()["param_temperature"])
    assert 'min="1"' in html and 'max="20"' in html and 'step="any"' in html
    assert 'step="1"' in str(form_class()["param_epochs"])


@pytest.mark.parametrize(("preset", "epochs"), [("smoke", 1), ("small", 3)])
def test_an_empty_parameter_takes_the_preset_s_value(form_class, preset, epochs):
    assert cleaned(form_class, preset=preset, param_epochs="")["grid"].params["epochs"] == epochs


def test_a_given_parameter_wins_over_the_preset(form_class):
    assert cleaned(form_class, param_epochs="7", param_copy_embeddings="true")["grid"].params == {
        "temperature": 4.0,
        "epochs": 7,
        "copy_embeddings": True,
        "student": "tiny",
    }


def test_no_data_set_means_the_preset_s(form_class):
    assert cleaned(form_class)["data"] == "opinions"


@pytest.mark.parametrize("value", ["0", "21", "inf", "nan", "warm"])
def test_a_temperature_out_of_bounds_is_refused_at_its_field(form_class, value):
    assert list(errors(form_class, param_temperature=value)) == ["param_temperature"]


def test_an_error_says_what_is_allowed(form_class):
    assert errors(form_class, param_temperature="21") == {"param_temperature": ["Must be between 1 and 20."]}


def test_every_bad_parameter_is_named(form_class):
    assert set(errors(form_class, param_temperature="0", param_epochs="1.5", seed="-1")) == {
        "param_temperature",
        "param_epochs",
        "seed",
    }


def test_an_unknown_preset_is_refused(form_class):
    assert "preset" in errors(form_class, preset="huge")


def test_absent_data_is_refused_with_the_reason(form_class):
    assert errors(form_class, data="sst2") == {"data": ["Set DATA_DIR."]}


def test_a_preset_whose_data_is_absent_is_refused_at_the_data_field(form_class):
    assert errors(form_class, preset="full") == {"data": ["Set DATA_DIR."]}


def test_absent_data_cannot_be_chosen(form_class):
    assert '<option value="sst2" disabled>SST-2 (not here)</option>' in str(form_class()["data"])


def test_the_parameters_stand_open_where_one_is_wrong(form_class):
    assert not form_class({"preset": "small"}).opens_params
    assert form_class({"preset": "small", "param_temperature": "99"}).opens_params


def test_each_parameter_tells_its_value_under_every_preset(form_class):
    epochs = next(item for item in form_class().param_fields if item["param"].name == "epochs")
    assert epochs["presets"] == [("smoke", "1"), ("small", "3"), ("full", "5")]


# --- several runs -------------------------------------------------------------------------------------------------
def test_one_seed_and_nothing_varied_is_one_run(form_class):
    form = form_class({"preset": "small", "seed": ""})
    assert form.is_valid()
    assert (form.runs, form.asked["seeds"], form.asks_first) == (1, [0], False)


def test_seeds_and_values_multiply(form_class):
    form = form_class(
        {"preset": "small", "seed": "0-2", "vary_temperature": "1, 2 4", "vary_student": ["tiny", "small"]}
    )
    assert form.is_valid(), form.errors
    assert form.runs == 18
    assert form.asked["varied"] == {"temperature": [1.0, 2.0, 4.0], "student": ["tiny", "small"]}


@pytest.mark.parametrize(("seeds", "asks"), [("0-10", False), ("0-11", True)])
def test_twelve_runs_are_asked_about_once_more(form_class, seeds, asks):
    form = form_class({"preset": "small", "seed": seeds})
    assert form.is_valid()
    assert form.asks_first is asks


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"seed": "one"}, {"seed": ["“one” is no seed. Write 0, or 0-4, or 0, 3, 7."]}),
        ({"seed": "0-60"}, {"seed": ["A group has at most 60 runs."]}),
        ({"vary_temperature": "2, 99"}, {"vary_temperature": ["99: must be between 1 and 20."]}),
        (
            {"vary_temperature": "2, 4", "param_temperature": "3"},
            {"vary_temperature": ["Has one value and a list of values: give only one of them."]},
        ),
        (
            {"seed": "0-30", "vary_epochs": "1, 2"},
            {"vary_epochs": ["This makes 62 runs. A group has at most 60 runs."]},
        ),
        (
            {"vary_temperature": "1, 2", "vary_epochs": "1, 2", "vary_student": ["tiny", "small"]},
            {"vary_student": ["At most 2 parameters can be varied at once."]},
        ),
    ],
)
def test_what_is_wrong_with_a_group_stands_at_its_field(form_class, given, expected):
    assert errors(form_class, **given) == expected


def test_the_fold_with_lists_of_values_stands_open_once_one_is_given(form_class):
    assert not form_class({"preset": "small"}).opens_values
    assert form_class({"preset": "small", "vary_epochs": "1, 2"}).opens_values
    assert form_class(initial={"vary_student": ["tiny"]}).opens_values
