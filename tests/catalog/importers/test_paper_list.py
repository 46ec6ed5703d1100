"""The reader of Markdown paper lists: one trap a test, on titles of our own."""

import pytest

from catalog.importers.bounded import read_bounded
from catalog.importers.limits import Limits
from catalog.importers.paper_list import read
from catalog.importers.records import Link


def only(text):
    document = read(text)
    assert len(document.records) == 1, document
    return document.records[0]


def links(record):
    return [(link.label, link.url) for link in record.links]


def test_bold_title_italic_authors_venue_in_brackets():
    record = only(
        "* **Small Nets: A Study**.  *Ada One, Bo van Two*.  (ACL Findings 2020)  [[pdf]](https://a.org/1.pdf)"
        "  [[notes]](https://a.org/Edge%20%EF%BC%88NLP%EF%BC%89/（x）/n)  -***SmallNet***  [[my code]](https://a.org/c)"
    )
    assert (record.title, record.authors) == ("Small Nets: A Study", ["Ada One", "Bo van Two"])
    assert (record.venue, record.year, record.short_name) == ("ACL Findings", 2020, "SmallNet")
    assert links(record) == [
        ("pdf", "https://a.org/1.pdf"),
        ("notes", "https://a.org/Edge%20%EF%BC%88NLP%EF%BC%89/（x）/n"),
        ("my code", "https://a.org/c"),
    ]
    assert record.note == ""


def test_bold_title_and_venue_between_full_stops():
    record = only(
        "1. **Small Nets**. *Ada One, Bo Two and Cy Three*. NAACL 2018. [[pdf](https://a.org/1)]"
        " [[code & model](https://a.org/2)] (**Net (North)** ).\n\n   What it is about.\n\n   And more."
    )
    assert record.authors == ["Ada One", "Bo Two", "Cy Three"]
    assert (record.venue, record.year, record.short_name) == ("NAACL", 2018, "Net (North)")
    assert links(record) == [("pdf", "https://a.org/1"), ("code & model", "https://a.org/2")]
    assert record.note == "What it is about.\n\nAnd more."


def test_plain_title_keeps_its_brackets_and_gives_up_its_venue():
    record = only(
        "- Nets (and Trees): 75 Ways （SIGIR 2020) [[paper]](https://a.org/1)[[code]](https://a.org/2) - ***N&T***"
    )
    assert (record.title, record.venue, record.year) == ("Nets (and Trees): 75 Ways", "SIGIR", 2020)
    assert record.authors == []
    assert record.short_name == "N&T"


def test_plain_title_may_touch_its_link():
    record = only("- 75 Nets, 1 Tree: Everything[[paper]](https://a.org/1) - ***UNet***")
    assert (record.title, record.venue, record.year) == ("75 Nets, 1 Tree: Everything", "", None)


def test_brackets_that_are_no_venue_stay_in_the_title():
    assert only("- Growing Trees (Slowly) [[paper]](https://a.org/1)").title == "Growing Trees (Slowly)"


def test_title_without_marks_before_italic_authors():
    record = only("3. Deep trees of words.*Ada One, ... and Bo Two*. NAACL 2018. [[pdf](https://a.org/1)]")
    assert (record.title, record.authors) == ("Deep trees of words", ["Ada One", "Bo Two"])


def test_citation_mark_ends_the_title_and_surnames_keep_their_initials():
    record = only("2. Trees are enough.[1] One, A. ,  Two, B.-C. et al. (2017).\n\n   A remark.")
    assert (record.title, record.authors) == ("Trees are enough", ["One, A.", "Two, B.-C."])
    assert (record.venue, record.year, record.note) == ("", 2017, "A remark.")


def test_labelled_lines_of_a_survey():
    record = only(
        "1.  论文：Trees of Words: A Survey</br>地址:https://arxiv.org/pdf/2001.01234.pdf</br>共25页，从背景到应用。"
    )
    assert (record.title, links(record)) == (
        "Trees of Words: A Survey",
        [("地址", "https://arxiv.org/pdf/2001.01234.pdf")],
    )
    assert (record.arxiv, record.note) == ("2001.01234", "共25页，从背景到应用。")


def test_labelled_authors_venue_and_year():
    record = only("- 题目：词语之树<br>作者：王一、李二<br>会议：ACL<br>时间：2020<br>代码：https://a.org/c")
    assert (record.title, record.authors) == ("词语之树", ["王一", "李二"])
    assert (record.venue, record.year, links(record)) == ("ACL", 2020, [("代码", "https://a.org/c")])


def test_link_first_with_bare_names_and_year():
    record = only("- [Nets of Nets](https://a.org/1), A. One, Bo Two and Cy Three Jr., 2016")
    assert (record.title, record.authors, record.year) == ("Nets of Nets", ["A. One", "Bo Two", "Cy Three Jr"], 2016)
    assert links(record) == [("paper", "https://a.org/1")]


@pytest.mark.parametrize(
    ("end", "title"),
    [
        ("One?**. *", "Better than One?"),
        ("One?** *", "Better than One?"),
        ("One!**.  *", "Better than One!"),
        ("One.** *", "Better than One"),
        ("One **. *", "Better than One"),
        ("One***", "Better than One"),
    ],
)
def test_sign_at_the_end_of_a_title_stays_and_a_full_stop_goes(end, title):
    record = only(f"1. **Better than {end}Ada One, Bo Two*. ACL 2019. [[pdf](https://a.org/1)]")
    assert (record.title, record.authors, record.venue) == (title, ["Ada One", "Bo Two"], "ACL")


@pytest.mark.parametrize(
    ("stated", "venue", "year"),
    [
        ("NeurIPS 2019 Workshop", "NeurIPS Workshop", 2019),
        ("Int. J. Comput. Vis. 2021", "Int. J. Comput. Vis.", 2021),
        ("EMNLP2020", "EMNLP", 2020),
        ("AAAI 16", "AAAI", 2016),
        ("ACL'98", "ACL", 1998),
        ("preprint", "preprint", None),
        ("2020", "", 2020),
        ("Workshop 2020 at ACL 2020", "Workshop at ACL", 2020),
        ("The 18th Tree workshop", "The 18th Tree workshop", None),
        ("arXiv:2001.01234 2020", "arXiv", 2020),
    ],
)
def test_year_is_taken_out_of_the_venue(stated, venue, year):
    record = only(f"* **Trees**. *Ada One*. ({stated}) [[pdf]](https://a.org/1)")
    assert (record.venue, record.year) == (venue, year)


@pytest.mark.parametrize("stated", ["Preprint. ", "Preprint, ", "Technical Report. ", "The 18th Tree workshop. "])
def test_venue_without_year_or_brackets(stated):
    record = only(f"1. **Trees**. *Ada One*. {stated}[[pdf](https://a.org/1)]")
    assert (record.venue, record.year) == (stated.rstrip(" .,"), None)


def test_missing_venue_is_empty():
    record = only("* **Trees**.  *Ada One*.  [[pdf]](https://a.org/1)")
    assert (record.venue, record.year) == ("", None)


def test_address_broken_over_a_line_end_is_one_address():
    record = only("- Trees (ACL 2019) [[code]](https://a.org/google/\nlanguage/tree) - ***T***")
    assert links(record) == [("code", "https://a.org/google/language/tree")]
    assert record.short_name == "T"


def test_authors_broken_over_a_line_end_are_one_list():
    record = only("30. **Trees**. *Ada One, Bo Two,\n    Cy Three, and Di Four*. ICLR 2019. [[pdf](https://a.org/1)]")
    assert record.authors == ["Ada One", "Bo Two", "Cy Three", "Di Four"]


def test_title_broken_over_a_line_end_has_one_blank():
    assert only("* **Trees\nof Words**  *Ada One* [[pdf]](https://a.org/1)").title == "Trees of Words"


def test_authors_that_repeat_the_title_are_none():
    record = only("- **Big Tree: More Words**. *Big Tree: More Words*. (CoRR 2020) [[paper]](https://a.org/1)")
    assert (record.authors, record.venue) == ([], "CoRR")


def test_escapes_entities_and_marks_are_taken_out():
    record = only(
        r"- **A\* *and* B\_1 &amp; `C`  (x)**. *Ada One*. (ACL 2020) [[paper]](https://a.org/a_b_c?x=1&amp;y=2)"
    )
    assert record.title == "A* and B_1 & C (x)"
    assert links(record) == [("paper", "https://a.org/a_b_c?x=1&y=2")]


def test_sections_nest_and_positions_count_within_them():
    document = read(
        "# List\n> A motto.\n\nSome text.\n\n## One\n### Sub\n- A B (ACL 2020)\n- C D (ACL 2020)\n\n## Two ##\n"
        "- E F (ACL 2020)\n\n## Empty"
    )
    assert (document.title, document.description) == ("List", "A motto.\n\nSome text.")
    assert [(r.section, r.position, r.line) for r in document.records] == [
        (["One", "Sub"], 1, 8),
        (["One", "Sub"], 2, 9),
        (["Two"], 1, 12),
    ]
    assert document.sections == [["One"], ["One", "Sub"], ["Two"], ["Empty"]]


def test_several_headings_of_level_one_are_sections():
    document = read("# One\n- A B (ACL 2020)\n\n# Two\n- C D (ACL 2020)\n")
    assert document.title == ""
    assert [r.section for r in document.records] == [["One"], ["Two"]]


def test_underlined_title_and_rule_between_lists():
    document = read("My List\n=======\n\n- A B (ACL 2020)\n\n* * *\n- C D (ACL 2020)\n")
    assert (document.title, len(document.records)) == ("My List", 2)


def test_text_right_below_an_entry_is_its_note():
    records = read(
        "1. **Trees**. *Ada One*. ACL 2019. [[pdf](https://a.org/1)]\n   A remark.\n"
        "2. **Nets**. *Bo Two*. ACL 2020.\n   B."
    )
    assert [(r.title, r.venue, r.note) for r in records.records] == [
        ("Trees", "ACL", "A remark."),
        ("Nets", "ACL", "B."),
    ]


def test_items_below_an_entry_are_its_note_unless_they_are_papers():
    document = read("- **Trees**. *Ada One*. (ACL 2020)\n  - strong on leaves\n  - **Nets**. *Bo Two*. (ACL 2021)\n")
    assert [(r.title, r.note) for r in document.records] == [("Trees", "strong on leaves"), ("Nets", "")]


@pytest.mark.parametrize(
    "item",
    [
        "- [one / trees](https://github.com/one/trees) - Tree Layer Toolkit",
        "- [Trees, a talk](https://www.youtube.com/watch?v=1), Ada One, 2016",
        "- [One](#one)",
        "- just some words",
        "- https://a.org/x",
    ],
)
def test_item_that_is_no_paper_is_reported_with_its_line(item):
    document = read(f"# List\n\n## Papers\n- A B (ACL 2020)\n{item}\n")
    assert len(document.records) == 1
    assert [(problem.line, problem.text) for problem in document.problems] == [(5, item)]


def test_data_set_under_its_own_heading_is_no_paper():
    item = "* Tree-B (Task 1: Trees, COLING 2018)  [[home page]](https://a.org/x)"
    assert len(read(f"## Datasets\n{item}\n").problems) == 1
    assert len(read(f"## Trees\n{item}\n").records) == 1


def test_link_without_address_is_reported_and_the_entry_kept():
    document = read("* **Trees**. *Ada One*. [[pdf]](https://a.org/1) [[notes]]()")
    assert links(document.records[0]) == [("pdf", "https://a.org/1")]
    assert "notes" in document.problems[0].message


def test_table_rows_and_stray_text_are_reported():
    document = read("## One\nIntroduction.\n\n| Name | Year |\n|---|---|\n| Trees | 2020 |\n")
    assert [problem.line for problem in document.problems] == [2, 4, 6]


def test_comments_and_code_hold_no_headings():
    document = read("## One\n<!-- ## Two\n- X Y (ACL 2020) -->\n```\n# three\n```\n- A B (ACL 2020)\n")
    assert document.sections == [["One"]]
    assert document.records[-1].line == 7


def test_identifiers_come_from_the_links():
    record = only(
        "- Trees (ACL 2020) [[paper]](https://aclanthology.org/2020.acl-main.1.pdf)[[x]](https://arxiv.org/abs/2001.01234v2)"
    )
    assert (record.acl, record.arxiv) == ("2020.acl-main.1", "2001.01234")


@pytest.mark.parametrize("text", ["", "\n\n", "   ", "#", "-", "- ", "1.", "> ", "[", "<!--", "|", "***", "\0"])
def test_next_to_nothing_is_read(text):
    assert read(text).records == []


def test_windows_line_ends_tabs_and_no_last_line_end_change_nothing():
    text = "# L\n\n## One\n1. **Trees**. *Ada One*. ACL 2019.\n\n    A remark.\n2. **Nets**. *Bo Two*. ACL 2020."
    changed = text.replace("    ", "\t").replace("\n", "\r\n")
    assert (read(changed).records, read(changed).problems) == (read(text).records, read(text).problems)


@pytest.mark.parametrize(
    "text",
    [
        "- " + "[" * 2_000_000,
        "- " + "[a](" * 500_000,
        "- a\n" + "**b *c ***d " * 200_000,
        "<!--" * 500_000,
        "- **T**. " + "Ada One, " * 200_000,
        "x" * 5_000_000,
        "- " + ("[" * 4_990 + "](" * 2_000 + "\n- ") * 20,
        "[a]: /x\n- " + "[a][" * 400_000,
        "- " + "<a href=x>" * 200_000,
        "- " + ("<a href=x " * 990 + "\n- ") * 200,
    ],
)
def test_hostile_text_is_read_within_its_limits(text):
    *_, last = read_bounded(text.encode(), format="markdown", limits=Limits(max_seconds=30, max_memory_mb=512))
    assert last.summary.unaccounted == 0


def test_overlong_item_is_reported_not_read():
    document = read("- **Trees**. *Ada One*. (ACL 2020) " + "x" * 20_000)
    assert (document.records, len(document.problems)) == ([], 1)
    assert (len(document.problems[0].text), document.problems[0].length) == (20_000, 20_035)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# L\r\n\r\n<!-- x\r\n-->\r\n- **Trees**. *Ada One*.\r\n\r\n  A note.\r\n- see\r\n",
        "Text.\n\n```\n# x\n```\n\n| a |\n|--|\n| b |\n\n***\n[1]: https://a.org/1\nend",
    ],
)
def test_spans_cover_every_character_once(text):
    assert "".join(text[span.start : span.end] for span in read(text).spans) == text


def test_each_line_is_of_the_kind_it_became():
    text = "# L\nMotto.\n\n<!-- x -->\n## S\n- **Trees**. *Ada One*.\n\n  More.\n- see below\n"
    pieces = [(span.kind, text[span.start : span.end]) for span in read(text).spans]
    assert pieces == [
        ("heading", "# L\n"),
        ("text", "Motto.\n"),
        ("blank", "\n"),
        ("comment", "<!-- x -->\n"),
        ("heading", "## S\n"),
        ("entry", "- **Trees**. *Ada One*.\n\n  More.\n"),
        ("problem", "- see below\n"),
    ]


def test_code_in_a_note_keeps_its_fences():
    document = read("- **Trees**. *Ada One*. (ACL 2020)\n\n  ```\n  # code\n  ```\n")
    assert document.records[0].note.endswith("```\n# code\n```")


def test_two_columns_of_links_share_one_outer_bracket():
    record = only("1. **Trees**. *Ada One*. ACL 2019. [[pdf](https://a.org/1) | [code](https://a.org/2_(x))]")
    assert record.links == [Link("pdf", "https://a.org/1"), Link("code", "https://a.org/2_(x)")]
    assert record.note == ""


def test_numbered_remarks_stay_in_the_note():
    document = read("- **Trees**. *Ada One*. (ACL 2020)\n  1、leaves\n\n  2、roots\n- **Nets**. *Bo Two*. (ACL 2021)\n")
    assert [r.note for r in document.records] == ["1、leaves\n\n2、roots", ""]


def test_bold_title_alone_is_an_entry_among_entries_of_its_kind():
    document = read(
        "- **Trees**. *Ada One*. (ACL 2020)\n- **Second Work**.\n- **Nets**. *Bo Two*. (ACL 2021)\n- **Note:**\n"
    )
    assert [r.title for r in document.records] == ["Trees", "Second Work", "Nets"]
    assert [problem.line for problem in document.problems] == [4]


def test_bold_words_alone_are_no_entry_elsewhere():
    assert read("- Trees (ACL 2020) [[paper]](https://a.org/1)\n- **Nets**\n").problems[0].line == 2


def test_reference_links_get_their_addresses():
    document = read(
        "- **Trees**. *Ada One*. (ACL 2020) [[pdf]][1] [[code][The Code]] [talk][] [slides]\n\n"
        '[1]: https://a.org/1\n[the  code]: <https://a.org/2> "Code"\n[talk]: https://a.org/3\n[slides]: https://a.org/4\n'
    )
    assert links(document.records[0]) == [
        ("pdf", "https://a.org/1"),
        ("code", "https://a.org/2"),
        ("talk", "https://a.org/3"),
        ("slides", "https://a.org/4"),
    ]
    assert document.problems == []


def test_html_links_and_badges_keep_their_addresses():
    record = only(
        '- **Trees**. *Ada One*. (ACL 2020) <a href="https://a.org/1?a=1&amp;b=2"><b>pdf</b></a>'
        ' [![code](https://i.org/b.svg)](https://a.org/2) <a href=\'https://a.org/3\'><img src="x.png" alt="demo"></a>'
        " ![picture](https://i.org/c.svg)"
    )
    assert links(record) == [
        ("pdf", "https://a.org/1?a=1&b=2"),
        ("code", "https://a.org/2"),
        ("demo", "https://a.org/3"),
    ]


def test_rows_below_a_column_of_titles_are_papers():
    document = read(
        "## Trees and More and More Trees\n| Title | Authors | Venue | Links | Idea |\n|:--|---|--|---|---|\n"
        "| [Trees](https://a.org/0) | Ada One, B. Two | ACL 2020 | [pdf](https://a.org/1), [c](https://a.org/2) | x |\n"
        "| Nets | | | | |\n"
    )
    record = document.records[0]
    assert (record.title, record.authors, record.venue, record.year) == ("Trees", ["Ada One", "B. Two"], "ACL", 2020)
    assert [label for label, _ in links(record)] == ["paper", "pdf", "c"]
    assert (record.note, record.section) == ("Idea: x", ["Trees and More and More Trees"])
    assert [problem.line for problem in document.problems] == [5]
