import pytest

from demos.groups.grid import Grid, InvalidSeeds, TooLarge, checked, parse_seeds
from tests.demos.stand_in import SPEC
from workers.spec import InvalidParams

SMALL = SPEC.preset("small")


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("0", [0]),
        ("0-4", [0, 1, 2, 3, 4]),
        ("0, 3, 7", [0, 3, 7]),
        (" 2 - 3 , 9 ", [2, 3, 9]),
        ("7 0-1", [7, 0, 1]),
        ("1，2、3", [1, 2, 3]),
        ("5, 4-6", [5, 4, 6]),
        ("", []),
    ],
)
def test_seeds_are_read_from_lists_and_ranges(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "“x” is no seed"),
        ("-1", "“-1” is no seed"),
        ("1.5", "“1.5” is no seed"),
        ("²", "“²” is no seed"),
        ("4-0", "“4-0” runs backwards. Write 0-4."),
        ("2147483648", "between 0 and 2147483647"),
        ("0-99", "at most 60 runs"),
        ("0-2147483647", "at most 60 runs"),
    ],
)
def test_what_is_no_seed_is_named(text, said):
    with pytest.raises(InvalidSeeds, match=said):
        parse_seeds(text)


def grid(seeds=(0,), params=None, **varied) -> Grid:
    return checked(SPEC, SMALL, seeds=list(seeds), params=params or {}, varied=varied)


def test_points_are_every_combination_in_the_spec_s_order():
    found = grid(epochs=[1, 2], temperature=["4", "8"])
    assert found.points == [
        {"temperature": 4.0, "epochs": 1},
        {"temperature": 4.0, "epochs": 2},
        {"temperature": 8.0, "epochs": 1},
        {"temperature": 8.0, "epochs": 2},
    ]


def test_size_counts_seeds_times_points():
    assert grid(range(3), temperature=[1, 2, 4]).size == 9


def test_without_anything_varied_there_is_one_point_per_seed():
    found = grid([5, 6])
    assert (found.points, found.size) == ([{}], 2)


def test_what_runs_have_in_common_comes_from_the_preset_and_leaves_out_what_varies():
    found = grid(temperature=[1, 2])
    assert found.params == {"epochs": 3, "copy_embeddings": False, "student": "tiny"}


def test_equal_values_count_once_and_one_value_is_not_varied():
    found = grid(temperature=["2", 2.0], epochs=[4, 5, "4"])
    assert found.varied == {"epochs": [4, 5]}
    assert found.params["temperature"] == 2.0


def test_equal_seeds_count_once():
    assert grid([3, 3, 1]).seeds == [3, 1]


def test_everything_that_is_wrong_is_named_at_once():
    with pytest.raises(InvalidParams) as caught:
        grid(params={"epochs": 0}, temperature=[4, 99], colour=[1])
    errors = {name: text.en for name, text in caught.value.errors.items()}
    assert errors == {
        "temperature": "99: must be between 1 and 20",
        "colour": "is not a parameter of this method",
        "epochs": "must be between 1 and 50",
    }


def test_an_empty_list_is_refused():
    with pytest.raises(InvalidParams, match="at least one value"):
        grid(temperature=[])


def test_one_value_and_a_list_for_the_same_parameter_are_refused():
    with pytest.raises(InvalidParams, match="give only one of them"):
        grid(params={"temperature": 2}, temperature=[1, 2])


def test_three_varied_parameters_are_refused():
    with pytest.raises(TooLarge, match="At most 2 parameters"):
        grid(temperature=[1, 2], epochs=[1, 2], copy_embeddings=[True, False])


def test_a_grid_that_is_too_large_is_refused_without_being_built():
    with pytest.raises(TooLarge, match="This makes 1000000000 runs"):
        grid(range(1000), temperature=range(1000), epochs=range(1000))
