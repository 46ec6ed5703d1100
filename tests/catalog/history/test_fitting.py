"""Taking one step back leaves what later steps wrote."""

import pytest

from catalog.history.fitting import Entangled, fit_order, fitted


def test_a_field_that_the_step_did_not_touch_stays_as_it_is_now():
    goal, base, now = {"year": 2019, "doi": ""}, {"year": 2020, "doi": ""}, {"year": 2020, "doi": "10.1/x"}
    assert fitted(goal, base, now) == {"year": 2019, "doi": "10.1/x"}


def test_a_field_that_was_changed_again_goes_back_all_the_same():
    assert fitted({"year": 2019}, {"year": 2020}, {"year": 2021}) == {"year": 2019}


def test_of_a_set_only_what_the_step_put_in_or_took_out_goes_back():
    goal, base = {"topics": ["a", "b"]}, {"topics": ["b", "c"]}
    assert fitted(goal, base, {"topics": ["b", "c", "later"]}) == {"topics": ["b", "later", "a"]}


def test_of_bibtex_fields_only_the_key_that_the_step_wrote_goes_back():
    goal, base = {"bibtex_fields": {"pages": "1"}}, {"bibtex_fields": {"pages": "2", "month": "may"}}
    now = {"bibtex_fields": {"pages": "2", "month": "may", "note": "later"}}
    assert fitted(goal, base, now) == {"bibtex_fields": {"pages": "1", "note": "later"}}


@pytest.mark.parametrize(
    ("goal", "base", "now", "result"),
    [
        ("abc", "ac", "ac", "abc"),
        ("abc", "ac", "acd", "abcd"),
        ("abc", "ac", "xac", "xabc"),
        ("ac", "abc", "abcd", "acd"),
        ("abc", "cba", "cbxa", "abxc"),
        ("abc", "bc", "cb", "acb"),
        ("a", "ab", "a", "a"),
        ("aba", "ab", "xab", "xaba"),
        ("abc", "", "x", "abcx"),
    ],
)
def test_an_order_is_put_right_around_what_came_later(goal, base, now, result):
    assert "".join(fit_order(list(goal), list(base), list(now))) == result


def section(pk, entries, name="s"):
    return {"id": pk, "parent": None, "name_en": name, "entries": entries}


def test_a_section_taken_out_comes_back_between_its_neighbours():
    goal = {"sections": [section(1, []), section(2, [5]), section(3, [])]}
    base = {"sections": [section(1, []), section(3, [])]}
    now = {"sections": [section(1, [9]), section(3, [])]}
    assert fitted(goal, base, now)["sections"] == [section(1, [9]), section(2, [5]), section(3, [])]


def test_a_section_that_has_later_entries_is_not_taken_out():
    goal, base = {"sections": [section(1, [])]}, {"sections": [section(1, []), section(2, [5])]}
    with pytest.raises(Entangled):
        fitted(goal, base, {"sections": [section(1, []), section(2, [5, 6])]})
