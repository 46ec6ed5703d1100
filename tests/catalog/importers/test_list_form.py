"""The written form of a list: what is written is read again, whatever characters it holds."""

import random

import pytest

from catalog.importers import format_of, list_form, read_text
from catalog.importers.records import Document, Link, Record, SectionTexts, Text

AWKWARD = (
    "*", "**", "_", "[", "]", "](", "(", ")", "（", "\\", "`", "<", ">", "<!--", "-->", "&amp;", "&", "#", ",", ".",
    " ", "2020", "Jr.", "and", "- ", "ACL", "é", "知识", "~", "$x_1$", "http://a.org/", "|", "!", "et al.", "---", "1.",
)  # fmt: skip


def read_again(document):
    return read_text("".join(list_form.written(document)))


def facts(document):
    """Everything but where it stood in the file."""
    for record in document.records:
        record.line = 0
    document.spans = []
    return document


def entry(title="Trees", **facts):
    record = Record(title=title, position=1, source="markdown", **facts)
    record.note = "\n\n".join(note.body for note in record.notes)
    return record


def survives(record):
    return facts(read_again(Document("markdown", [record]))).records == [record] or pytest.fail(list_form.item(record))


def test_item_of_every_part_is_written_as_lists_are():
    record = entry(
        "TinyBERT: Distilling BERT", authors=["Xiaoqi Jiao", "Yichun Yin"], venue="ACL Findings", year=2020,
        links=[Link("pdf", "https://a.org/1.pdf")], short_name="TinyBERT", notes=[Text("en", "Two\n\nlosses.")],
    )  # fmt: skip
    assert list_form.item(record) == (
        "- **TinyBERT: Distilling BERT**. *Xiaoqi Jiao, Yichun Yin*. (ACL Findings 2020) [[pdf]](https://a.org/1.pdf)"
        " - ***TinyBERT***\n\n  <!-- en -->\n  Two\n\n  losses.\n"
    )


def test_list_is_read_as_it_was_written():
    document = Document(
        "markdown",
        [
            entry("In no section"),
            entry("Trees", section=["One", "Sub"], notes=[Text("en", "# A\n\n- b\n```\n## c\n```"), Text("zh", "注")]),
            entry("Trees", section=["Two"]),
        ],
        title="Nets *and* trees #1",
        title_zh="网与树 -- 清单",
        description="- first\n- second\n\n## third",
        description_zh="> 说明",
        sections=[["One"], ["One", "Sub"], ["概览"], ["Two"]],
        section_texts=[
            SectionTexts(["One", "Sub"], "子节", "Of subs.", "子节的说明"),
            SectionTexts(["Two"], "二", "", "只有中文"),
        ],
    )
    assert facts(read_again(document)) == document


@pytest.mark.parametrize(
    "record",
    [
        entry(authors=["King, Jr., Martin", "Barnes and Noble", "et al.", "A. B."]),
        entry(venue="Workshop 2020"),
        entry(venue="2020"),
        entry(year=2020),
        entry(venue="Int. J. (East) Vis.", year=1999),
        entry("Deep (nets) [and] **trees**."),
        entry(links=[Link("a]b", "https://a.org/x_(y)?a=1&amp;b=2")]),
        entry(links=[Link("", "https://a.org/(((")]),
        entry(doi="10.1002/(SICI)1097<1661::AID--SIM968>3.0.CO;2-2", arxiv="1503.02531"),
        entry(links=[Link("pdf", "https://arxiv.org/abs/1503.02531")], arxiv=""),
        entry(notes=[Text("zh", "一"), Text("en", "two"), Text("en", "three\n    code\n\n\n  end")]),
        entry(fields={"tags": "a, b"}),
        entry(authors=[f"Ada {n}" for n in range(5_000)]),
    ],
    ids=range(13),
)
def test_awkward_entry_survives(record):
    assert survives(record)


@pytest.mark.parametrize("seed", range(40))
def test_any_signs_survive(seed):
    chance = random.Random(seed)

    def some(count=6):
        text = "".join(chance.choices(AWKWARD, k=count))
        return " ".join(text.split()) or "x"

    for _ in range(10):
        record = entry(
            some(), authors=[some(3) for _ in range(3)], venue=some(4), year=chance.choice([None, 2020]),
            links=[Link(some(3), "https://a.org/" + some(4).replace(" ", ""))], short_name=some(2),
            notes=[Text("en", some(9)), Text("zh", some(5))],
        )  # fmt: skip
        for name, value in list_form.identifiers_of(record.links).items():
            setattr(record, name, value)
        assert survives(record)


def test_item_edited_by_hand_is_read_as_in_any_list():
    text = f"{list_form.MARK}\n# L\n\n- Trees (ACL 2020) [[paper]](https://a.org/1)\n  on\n\n  A remark.\n- see below\n"
    document = read_text(text)
    assert [(r.title, r.venue, r.year) for r in document.records] == [("Trees", "ACL", 2020)]
    assert document.records[0].note.endswith("A remark.")
    assert [(p.line, p.text) for p in document.problems] == [(8, "- see below")]


def test_text_that_belongs_nowhere_is_one_problem():
    document = read_text(f"{list_form.MARK}\n# L\nstray\nmore\n\n- **Trees**.\n")
    assert [(p.line, p.text) for p in document.problems] == [(3, "stray\nmore")]
    assert len(document.records) == 1


def test_marked_list_is_a_list_though_its_notes_hold_bibtex():
    text = list_form.MARK + "\n\n- **Trees**.\n\n  <!-- en -->\n" + "  @misc{a, title={T}}\n" * 3
    assert format_of(text) == "markdown"


def test_windows_line_ends_change_nothing():
    record = entry(notes=[Text("en", "a\n\nb")])
    text = "".join(list_form.written(Document("markdown", [record])))
    assert facts(read_text(text.replace("\n", "\r\n"))) == facts(read_text(text))


def test_spans_cover_every_character_once():
    text = f"\ufeff{list_form.MARK}\r\n# L\r\n\r\n> d\r\n\r\n<!-- x -->\r\nstray\r\n- **T**.\r\n\r\n  note\r\n\r\n"
    assert "".join(text[span.start : span.end] for span in read_text(text).spans) == text


@pytest.mark.parametrize("name", ["ATPapers", "PLMpapers", "sentence-embedding", "awesome-knowledge-distillation"])
def test_list_of_any_style_is_the_same_list_once_it_is_written_in_this_form(shared_dir, name):
    document = read_text((shared_dir / "lists" / f"{name}.md").read_text(encoding="utf-8"))
    again = facts(read_again(document))
    assert [(r.note, *_stated(r)) for r in again.records] == [(r.note, *_stated(r)) for r in document.records]
    assert (again.title, again.description, again.sections) == (
        document.title, document.description, document.sections,
    )  # fmt: skip


def _stated(record):
    return (
        record.title, record.authors, record.venue, record.year, record.links, record.short_name, record.section,
        record.position, record.arxiv, record.doi, record.acl,
    )  # fmt: skip
