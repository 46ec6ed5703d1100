"""Layer maps against maps written out by hand, and refusals that say what to change."""

import pytest

from workers.kit.layer_maps import LayerMapError, layer_map


@pytest.mark.parametrize(
    ("kind", "student", "teacher", "listed", "expected"),
    [
        ("uniform", 2, 4, "", (2, 4)),
        ("uniform", 4, 12, "", (3, 6, 9, 12)),
        ("uniform", 3, 3, "", (1, 2, 3)),
        ("last", 2, 6, "", (5, 6)),
        ("first", 2, 6, "", (1, 2)),
        ("skip", 2, 6, "", (1, 3)),
        ("skip", 3, 4, "", (1, 2, 3)),
        ("custom", 2, 6, "1, 6", (1, 6)),
        ("custom", 2, 6, "3，3", (3, 3)),
    ],
)
def test_maps_by_hand(kind, student, teacher, listed, expected):
    assert layer_map(kind, student, teacher, listed) == expected


@pytest.mark.parametrize(
    ("kind", "student", "teacher", "listed", "said"),
    [
        ("uniform", 3, 4, "", "divide the teacher's, or another map"),
        ("last", 5, 4, "", "at most 4"),
        ("custom", 2, 6, "1", "list 2 layers between 1 and 6"),
        ("custom", 2, 6, "1, 7", "list 2 layers between 1 and 6"),
        ("custom", 2, 6, "1, two", "list 2 layers between 1 and 6"),
    ],
)
def test_a_map_that_cannot_be_is_refused_with_what_to_change(kind, student, teacher, listed, said):
    with pytest.raises(LayerMapError, match=said) as refused:
        layer_map(kind, student, teacher, listed)
    assert refused.value.text.zh
