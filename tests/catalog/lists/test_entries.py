"""Lists, sections and entries are made, moved and removed, each with its record; two editors take turns."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.lists import entries as list_editing
from catalog.lists import sections as section_editing
from catalog.models import Change, Entry, Paper, PaperList, Section
from tests.catalog.factories import EntryFactory, PaperFactory, PaperListFactory, SectionFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def section_with(*names: str, **facts) -> Section:
    section = SectionFactory(**facts)
    for position, name in enumerate(names, 1):
        EntryFactory(section=section, position=position, paper=PaperFactory(title=f"Paper {name}", short_name=name))
    return section


def order(section: Section) -> str:
    return "".join(section.entries.order_by("position").values_list("paper__short_name", flat=True))


def entry(name: str) -> Entry:
    return Entry.objects.get(paper__short_name=name)


def move(name: str, to: str, target: int | None = None) -> None:
    list_editing.move_entry(entry=entry(name), to=to, target=target, actor=None)


@pytest.mark.parametrize(
    ("to", "target", "expected"),
    [
        ("up", None, "acbde"),
        ("down", None, "abdce"),
        ("top", None, "cabde"),
        ("bottom", None, "abdec"),
        ("rank", 1, "cabde"),
        ("rank", 4, "abdce"),
        ("rank", 99, "abdec"),
        ("rank", -7, "cabde"),
    ],
)
def test_an_entry_moves_by_a_step_or_to_a_rank(to, target, expected):
    section = section_with(*"abcde")
    move("c", to, target)
    assert order(section) == expected


@pytest.mark.parametrize(("name", "to"), [("a", "up"), ("e", "down")])
def test_beyond_an_end_is_that_end_and_no_change(name, to):
    section = section_with(*"abcde")
    move(name, to)
    assert order(section) == "abcde"
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("to", "neighbour", "expected"),
    [("before", "a", "daebc"), ("after", "a", "adebc"), ("after", "c", "aebcd"), ("before", "d", "aebcd")],
)
def test_an_entry_stands_beside_the_neighbour_named(to, neighbour, expected):
    section = section_with(*"aebcd")
    move("d", to, entry(neighbour).pk)
    assert order(section) == expected


def test_an_entry_moves_beside_a_neighbour_in_another_section():
    first = section_with(*"abc")
    second = section_with(*"xy", paper_list=first.paper_list)
    move("b", "before", entry("y").pk)
    assert (order(first), order(second)) == ("ac", "xby")


def test_an_entry_moves_to_the_end_of_another_section():
    first = section_with(*"abc")
    second = section_with(paper_list=first.paper_list)
    move("b", "section", second.pk)
    assert (order(first), order(second)) == ("ac", "b")


def test_gaps_between_positions_do_not_disturb_the_order():
    section = section_with(*"abcde")
    entry("b").delete()
    move("e", "up")
    move("a", "down")
    assert order(section) == "caed"


def test_a_neighbour_in_another_list_is_refused_and_nothing_is_written():
    section, other = section_with(*"ab"), section_with(*"x")
    with pytest.raises(list_editing.Gone):
        move("a", "after", entry("x").pk)
    assert (order(section), order(other), Change.objects.count()) == ("ab", "x", 0)


def test_a_move_is_in_the_history_with_its_editor(django_user_model):
    editor = django_user_model.objects.create_user("editor")
    section = section_with(*"ab")
    before = [row.paper_id for row in section.entries.order_by("position")]
    list_editing.move_entry(entry=entry("b"), to="up", actor=editor)
    change = Change.objects.get(target=Change.Target.LIST, target_id=section.paper_list_id)
    assert change.changeset.actor == editor
    assert change.before["sections"][0]["entries"] == before
    assert change.after["sections"][0]["entries"] == before[::-1]


def test_a_move_shows_in_the_time_of_change_of_the_papers_beside_it():
    section_with(*"ab")
    stranger = PaperFactory()
    before = dict(Paper.objects.values_list("pk", "updated_at"))
    move("b", "up")
    moved = {pk for pk, at in Paper.objects.values_list("pk", "updated_at") if at > before[pk]}
    assert moved == set(before) - {stranger.pk}


def move_queries(section: Section) -> int:
    last = section.entries.order_by("position").last()
    with CaptureQueriesContext(connection) as queries:
        list_editing.move_entry(entry=last, to="top", actor=None)
    return len(queries)


def test_a_move_costs_as_many_queries_among_5000_entries_as_among_5():
    short, long = section_with(*"abcde"), SectionFactory()
    papers = Paper.objects.bulk_create(
        Paper(slug=f"p{number}", title=f"P {number}", title_key=f"p{number}") for number in range(5000)
    )
    Entry.objects.bulk_create(Entry(section=long, paper=paper, position=n) for n, paper in enumerate(papers, 1))
    assert move_queries(long) == move_queries(short)
    assert long.entries.order_by("position").first().paper == papers[-1]


# --- entries come and go ------------------------------------------------------------------------------------------


def test_a_paper_is_added_at_the_end_of_a_section():
    section = section_with(*"ab")
    paper = PaperFactory(short_name="c")
    list_editing.add_entry(paper=paper, paper_list=section.paper_list, section=section, actor=None)
    assert order(section) == "abc"


def test_without_a_section_a_paper_stands_before_all_headings():
    section = section_with("a", position=1)
    paper = PaperFactory()
    added = list_editing.add_entry(paper=paper, paper_list=section.paper_list, section=None, actor=None)
    assert [row.pk for row in section.paper_list.sections.all()] == [added.section_id, section.pk]
    assert added.section.name_en == ""


def test_a_paper_is_not_added_to_its_section_twice():
    section = section_with("a")
    with pytest.raises(list_editing.AlreadyThere, match="Paper a"):
        list_editing.add_entry(paper=entry("a").paper, paper_list=section.paper_list, section=section, actor=None)
    assert order(section) == "a"


def test_an_entry_taken_out_leaves_the_paper_and_a_record():
    section = section_with(*"abc")
    list_editing.remove_entry(entry=entry("b"), actor=None)
    assert order(section) == "ac"
    assert Paper.objects.filter(short_name="b").exists()
    assert len(Change.objects.get().after["sections"][0]["entries"]) == 2


# --- lists --------------------------------------------------------------------------------------------------------


def test_a_list_gets_an_address_from_its_name_and_a_number_where_it_is_taken():
    made = [list_editing.create_list(name_en="Small models", actor=None).slug for _ in range(3)]
    assert made == ["small-models", "small-models-2", "small-models-3"]


def test_a_list_called_new_does_not_hide_the_page_that_makes_lists():
    assert list_editing.create_list(name_en="New", actor=None).slug == "new-2"


def test_a_taken_address_is_refused():
    PaperListFactory(slug="mine")
    with pytest.raises(list_editing.SlugTaken):
        list_editing.create_list(slug="mine", name_en="Mine", actor=None)
    assert PaperList.objects.count() == 1


def test_a_removed_list_leaves_its_papers_and_stands_in_the_history():
    section = section_with(*"ab")
    list_editing.remove_list(paper_list=section.paper_list, actor=None)
    change = Change.objects.get()
    assert (PaperList.objects.count(), Entry.objects.count(), Paper.objects.count()) == (0, 0, 2)
    assert change.after is None and len(change.before["sections"][0]["entries"]) == 2


# --- sections -----------------------------------------------------------------------------------------------------


def headings(paper_list: PaperList) -> list[str]:
    """Names in the order of their positions, each behind its parent's."""
    rows = paper_list.sections.order_by("position").select_related("parent")
    return [f"{row.parent.name_en}/{row.name_en}" if row.parent else row.name_en for row in rows]


@pytest.fixture
def tree() -> dict[str, Section]:
    """One (A, B), Two (C): each with one entry named like it."""
    paper_list, rows = PaperListFactory(), {}
    for position, (name, parent) in enumerate([("One", ""), ("A", "One"), ("B", "One"), ("Two", ""), ("C", "Two")], 1):
        rows[name] = section_with(name, paper_list=paper_list, name_en=name, parent=rows.get(parent), position=position)
    return rows


def test_a_section_is_added_behind_its_siblings(tree):
    paper_list = tree["One"].paper_list
    section_editing.add_section(paper_list=paper_list, parent=tree["One"], name_en="New", actor=None)
    assert headings(paper_list) == ["One", "One/A", "One/B", "One/New", "Two", "Two/C"]


def test_a_section_moves_with_what_is_below_it(tree):
    section_editing.move_section(section=tree["Two"], to="up", actor=None)
    assert headings(tree["Two"].paper_list) == ["Two", "Two/C", "One", "One/A", "One/B"]


def test_a_section_is_renamed_and_nested_elsewhere(tree):
    section_editing.edit_section(section=tree["C"], parent=tree["One"], name_en="See", name_zh="看", actor=None)
    assert headings(tree["C"].paper_list) == ["One", "One/A", "One/B", "One/See", "Two"]
    assert Section.objects.get(name_en="See").name_zh == "看"


@pytest.mark.parametrize("inner", ["One", "A"])
def test_a_section_does_not_stand_inside_itself(tree, inner):
    with pytest.raises(section_editing.WrongPlace, match="inside itself"):
        section_editing.edit_section(section=tree["One"], parent=tree[inner], name_en="One", actor=None)
    assert headings(tree["One"].paper_list)[:2] == ["One", "One/A"]


def test_sections_go_five_levels_deep_and_no_deeper(tree):
    section = tree["A"]
    for name in ("3", "4", "5"):
        section = section_editing.add_section(paper_list=section.paper_list, parent=section, name_en=name, actor=None)
    with pytest.raises(section_editing.WrongPlace, match="5 levels"):
        section_editing.add_section(paper_list=section.paper_list, parent=section, name_en="6", actor=None)
    assert not Section.objects.filter(name_en="6").exists()


def test_a_removed_section_gives_its_entries_and_sections_to_its_parent(tree):
    section_editing.edit_section(section=tree["B"], parent=tree["A"], name_en="B", actor=None)
    section_editing.remove_section(section=tree["A"], keep_entries=True, actor=None)
    assert headings(tree["One"].paper_list) == ["One", "One/B", "Two", "Two/C"]
    assert order(tree["One"]) == "OneA"


def test_a_removed_section_without_entries_leaves_no_empty_place_behind(tree):
    entry("Two").delete()
    section_editing.remove_section(section=tree["Two"], keep_entries=True, actor=None)
    assert headings(tree["One"].paper_list) == ["One", "One/A", "One/B", "C"]


def test_entries_of_a_removed_outermost_section_stand_under_no_heading(tree):
    section_editing.remove_section(section=tree["One"], keep_entries=True, actor=None)
    assert headings(tree["One"].paper_list) == ["", "A", "B", "Two", "Two/C"]
    assert entry("One").section.name_en == ""


def test_a_removed_section_takes_its_entries_along_where_that_was_asked(tree):
    section_editing.remove_section(section=tree["A"], keep_entries=False, actor=None)
    assert not Entry.objects.filter(paper__short_name="A").exists()
    assert Paper.objects.filter(short_name="A").exists()


def test_a_paper_is_not_repeated_where_a_section_gives_up_its_entries(tree):
    EntryFactory(section=tree["A"], paper=entry("One").paper, position=9)
    section_editing.remove_section(section=tree["A"], keep_entries=True, actor=None)
    assert order(tree["One"]) == "OneA"


def test_papers_say_a_new_heading_in_their_time_of_change(tree):
    before = entry("A").paper.updated_at
    section_editing.edit_section(section=tree["One"], parent=None, name_en="First", actor=None)
    assert entry("A").paper.updated_at > before


# --- two editors at once ------------------------------------------------------------------------------------------

RACE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.catalog.lists.test_entries import race
print(race())
"""


def race() -> str:
    """Two threads move entries of one list, one adds: "whole" where every entry stands once, else what is left."""
    section = section_with(*"abcdefgh")
    failures: list[str] = []

    def work(name: str, to: str, added: str) -> None:
        try:
            for number in range(8):
                list_editing.move_entry(entry=entry(name), to=to, actor=None)
                paper = PaperFactory(title=f"{added}{number}", short_name=f"{added}{number}")
                list_editing.add_entry(paper=paper, paper_list=section.paper_list, section=section, actor=None)
        except Exception as error:  # noqa: BLE001 - told by the test
            failures.append(repr(error))
        finally:
            connection.close()

    threads = [Thread(target=work, args=args) for args in (("h", "up", "x"), ("a", "down", "y"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = sorted([*"abcdefgh", *(f"{added}{number}" for added in "xy" for number in range(8))])
    found = sorted(Entry.objects.values_list("paper__short_name", flat=True))
    return "whole" if (found, failures) == (expected, []) else f"{found} {failures}"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's locks work on a file, in a process of its own")
def test_two_editors_at_once_lose_nothing_on_sqlite(tmp_path):
    environment = os.environ | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run([sys.executable, "-c", RACE], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "whole", done.stderr


@pytest.mark.skipif(connection.vendor == "sqlite", reason="needs a database whose threads share rows")
@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_lose_nothing():
    assert race() == "whole"
