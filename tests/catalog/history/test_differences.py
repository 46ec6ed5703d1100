"""A change as people read it: words put in and taken out, things added, entries moved."""

from catalog.history.differences import Item, Piece, differences_of, pieces_between


def only(before, after):
    (difference,) = differences_of(before, after)
    return difference


def test_a_text_is_compared_word_by_word():
    assert pieces_between("a small model learns", "a tiny model learns") == [
        Piece("a "), Piece("small", "out"), Piece("tiny", "in"), Piece(" model learns"),
    ]  # fmt: skip


def test_words_changed_side_by_side_are_one_mark():
    pieces = pieces_between("the old way of it", "the new road of it")
    assert pieces[1:3] == [Piece("old way", "out"), Piece("new road", "in")]


def test_chinese_is_compared_sign_by_sign():
    assert pieces_between("知识蒸馏", "知识剪枝") == [Piece("知识"), Piece("蒸馏", "out"), Piece("剪枝", "in")]


def test_text_far_from_a_change_is_left_out():
    pieces = pieces_between("start " + "word " * 200 + "end", "start " + "word " * 200 + "over")
    assert [piece.mark for piece in pieces] == ["gap", "", "out", "in"]
    assert sum(len(piece.text) for piece in pieces) < 120


def test_a_long_text_made_anew_is_compared_by_lines():
    before, after = ("\n".join(f"{word} {n}" for n in range(3000)) for word in ("old", "new"))
    assert {piece.mark for piece in pieces_between(before, after)} == {"out", "in"}


def test_a_number_is_told_before_and_after():
    difference = only({"year": 2019}, {"year": 2020})
    assert (difference.before, difference.after) == ("2019", "2020")


def test_what_did_not_change_is_not_told():
    assert differences_of({"year": 2019, "doi": ""}, {"year": 2019, "doi": ""}) == []


def test_authors_are_told_as_added_removed_and_moved():
    difference = only({"authors": ["A", "B", "C"]}, {"authors": ["C", "A", "D"]})
    assert difference.items == [Item("out", "B"), Item("in", "D"), Item("moved", "C")]


def test_links_and_topics_are_told_by_what_a_reader_knows_them_by():
    links = only({"links": []}, {"links": [["code", "https://example.org"]]})
    topics = only({"topics": [["tag", "pruning"]]}, {"topics": []})
    assert links.items == [Item("in", "code: https://example.org")]
    assert topics.items == [Item("out", "pruning", topic=("tag", "pruning"))]


def test_bibtex_fields_are_told_key_by_key():
    difference = only({"bibtex_fields": {"pages": "1", "year": "2"}}, {"bibtex_fields": {"pages": "3", "year": "2"}})
    assert difference.items == [Item("out", "pages = 1"), Item("in", "pages = 3")]


def section(pk, name, entries, parent=None):
    words = {"name_zh": "", "description_en": "", "description_zh": ""}
    return {"id": pk, "parent": parent, "name_en": name, "entries": entries} | words


def test_entries_are_told_as_added_removed_and_moved_with_their_section():
    before = {"sections": [section(1, "One", [10, 11, 12]), section(2, "Two", [13])]}
    after = {"sections": [section(1, "One", [12, 10]), section(2, "Two", [13, 11, 14])]}
    assert set(only(before, after).items) == {
        Item("moved", paper=11, where="One → Two"),
        Item("moved", paper=12, where="One"),
        Item("in", paper=14, where="Two"),
    }


def test_entries_of_a_renamed_section_did_not_move():
    difference = only({"sections": [section(1, "One", [10])]}, {"sections": [section(1, "First", [10])]})
    assert {item.paper for item in difference.items} == {None}


def test_sections_are_told_as_made_removed_and_renamed():
    before = {"sections": [section(1, "One", []), section(2, "Two", [])]}
    after = {"sections": [section(1, "First", []), section(3, "Three", [])]}
    assert set(only(before, after).items) == {
        Item("out", "Two"),
        Item("in", "Three"),
        Item("renamed", "One → First"),
    }


def test_a_change_of_a_thousand_entries_shows_some_and_counts_the_rest():
    difference = only({"sections": []}, {"sections": [section(1, "One", list(range(1000)))]})
    assert len(difference.items) + difference.more == 1001
    assert len(difference.items) <= 40


def test_of_a_row_that_was_made_only_what_one_knows_it_by_is_told():
    made = {"slug": "x", "title": "X", "doi": "", "created_at": "2020", "citation_key": "x", "authors": ["A", "B"]}
    difference = only(None, made)
    assert (difference.name, difference.before, difference.after, difference.is_whole) == ("authors", "", "A, B", True)
