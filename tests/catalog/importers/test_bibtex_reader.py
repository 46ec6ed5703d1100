"""BibTeX in: what a well-formed entry says, what a broken one becomes, what must not hang."""

import pytest

from catalog.importers import bibtex
from catalog.importers.latex import to_text
from catalog.importers.limits import Limits
from catalog.importers.names import printed_names
from catalog.importers.records import Link


def only(text):
    document = bibtex.read(text)
    assert len(document.records) == 1
    return document.records[0]


def problems(text):
    return [(problem.line, problem.message) for problem in bibtex.read(text).problems]


ENTRY = """
@inproceedings{sanh2019,
  title = {{DistilBERT}, a distilled version of {BERT}},
  author = {Sanh, Victor and Debut, Lysandre},
  booktitle = "NeurIPS Workshop",
  year = 2019,
  eprint = {1910.01108},
  archivePrefix = {arXiv},
  url = {https://arxiv.org/abs/1910.01108},
  doi = {10.1000/XYZ},
  pages = {1--5},
}
"""


def test_entry_gives_title_names_venue_year_and_identifiers():
    record = only(ENTRY)
    assert record.title == "DistilBERT, a distilled version of BERT"
    assert record.authors == ["Victor Sanh", "Lysandre Debut"]
    assert (record.venue, record.year) == ("NeurIPS Workshop", 2019)
    assert (record.arxiv, record.doi, record.key, record.type) == (
        "1910.01108", "10.1000/xyz", "sanh2019", "inproceedings",
    )  # fmt: skip
    assert record.line == 2


def test_addresses_become_links():
    assert only(ENTRY).links == [
        Link("url", "https://arxiv.org/abs/1910.01108"), Link("doi", "https://doi.org/10.1000/xyz"),
    ]  # fmt: skip


def test_every_field_and_the_original_text_are_kept():
    record = only(ENTRY)
    assert record.raw == ENTRY.strip()
    assert list(record.fields) == [
        "title", "author", "booktitle", "year", "eprint", "archiveprefix", "url", "doi", "pages",
    ]  # fmt: skip


def test_acl_id_comes_from_the_address():
    assert only("@misc{a, title={T}, url={https://www.aclweb.org/anthology/N19-1423}}").acl == "N19-1423"


@pytest.mark.parametrize(
    ("text", "year"),
    [("year = {in press}", None), ("date = {2019-05-01}", 2019), ("year = {c. 1999}", 1999), ("", None)],
)
def test_year_is_found_in_year_or_date(text, year):
    assert only(f"@misc{{a, title = {{T}}, {text} }}").year == year


def test_macros_and_concatenation_are_resolved():
    text = """@string{tacl = "Transactions"}
@article{a, title={T}, journal = tacl # " of the " # {ACL}, month = jan # "~1"}"""
    record = only(text)
    assert record.venue == "Transactions of the ACL"
    assert record.fields["month"] == "January 1"


def test_undefined_macro_keeps_its_name_and_is_reported():
    text = "\n@article{a, title={T}, journal = tacl}"
    assert only(text).venue == "tacl"
    assert problems(text) == [(2, 'The macro "tacl" is not defined; its name stands for it.')]


def test_crossref_gives_the_book_but_not_its_identity():
    text = """@inproceedings{a, title={Part}, crossref={B}}
@proceedings{b, title={Whole}, year=1999, doi={10.1/x}, url={https://x.org}}"""
    part = bibtex.read(text).records[0]
    assert (part.title, part.venue, part.year, part.doi, part.links) == ("Part", "Whole", 1999, "", [])


def test_crossref_cycle_ends():
    text = "@inbook{a, title={A}, crossref={b}}\n@inbook{b, title={B}, crossref={a}, year=2000}"
    assert [record.year for record in bibtex.read(text).records] == [2000, 2000]


# --- names and LaTeX ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Smith, John and Doe, Jane", ["John Smith", "Jane Doe"]),
        ("van der Berg, Ludwig", ["Ludwig van der Berg"]),
        ("King, Jr., Martin Luther", ["Martin Luther King, Jr."]),
        ("Sherry, John F., Jr.", ["John F. Sherry, Jr."]),
        ("{Barnes and Noble} and others", ["Barnes and Noble"]),
        ("A. Epstein AND AND B. Glaser and", ["A. Epstein", "B. Glaser"]),
        (r"\'Elie Cartan and G{\"o}del, Kurt and \'Elie Cartan", ["Élie Cartan", "Kurt Gödel", "Élie Cartan"]),
        ("Hang Li 0011", ["Hang Li"]),
        ("Smith, J., Doe, A.", ["J. Smith", "A. Doe"]),
        ("Smith, John; Doe, Jane", ["John Smith", "Jane Doe"]),
        ("family=Ackooij, given=W., prefix=van", ["W. van Ackooij"]),
        ("Smith, John,", ["John Smith"]),
        ("", []),
    ],
)
def test_names_are_printed_in_order(field, names):
    assert printed_names(field) == names


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"Halld{\'{e}}n, \v{S}omeone, {\O}re, na\"{\i}ve, \c c", "Halldén, Šomeone, Øre, naïve, ç"),
        (r"50% of 100\% \& more", "50% of 100% & more"),
        (r"$k$-means in $\mathcal{O}(n^2)$, CO$_2$", "k-means in O(n²), CO₂"),
        (r"$\sqrt{n}$ stays", r"$\sqrt{n}$ stays"),
        (r"\emph{Deep} {\em learning} in \LaTeX{} and \TeX", "Deep learning in LaTeX and TeX"),
        (r"\href{https://x.org}{here}", "here"),
        (r"pp. 1--2 ``q''", "pp. 1–2 “q”"),
        (r"C:\Users\x", r"C:\Users\x"),
        (r"a \{ b \} \$5", "a { b } $5"),
    ],
)
def test_latex_becomes_text(source, text):
    assert to_text(source) == text


# --- broken entries ----------------------------------------------------------------------------------------------


def test_unclosed_value_is_a_problem_at_its_entry_and_the_rest_is_read():
    text = "@book{a, title={A}}\n\n@book{b,\n title={B,\n author={C},\n}\n\n@book{c, title={C}}\n"
    document = bibtex.read(text)
    assert [record.title for record in document.records] == ["A", "C"]
    assert [problem.line for problem in document.problems] == [3]
    assert document.problems[0].text.startswith("@book{b,")


def test_entry_without_its_last_brace_is_read_and_reported():
    text = "@book{a,\n title={A},\n year=2000\n\n@book{b, title={B}}"
    assert [record.title for record in bibtex.read(text).records] == ["A", "B"]
    assert problems(text) == [(1, "The entry is not closed; it was read up to the next one.")]


def test_missing_commas_lose_no_field():
    record = only("@book{a\n title = {T}\n author = {Ann Lee}\n year = 2001\n}")
    assert (record.title, record.authors, record.year) == ("T", ["Ann Lee"], 2001)


def test_repeated_field_is_kept_beside_the_first():
    text = "@misc{a, title={T}, url={https://a.org}, url={https://b.org}}"
    assert [link.url for link in only(text).links] == ["https://a.org", "https://b.org"]
    assert problems(text) == [(1, 'The field "url" stands more than once; the first is used, all are kept.')]


def test_repeated_key_is_another_record_and_reported():
    text = "@misc{a, title={One}}\n@misc{a, title={Two}}"
    assert [record.title for record in bibtex.read(text).records] == ["One", "Two"]
    assert problems(text) == [(2, 'The key "a" stands above already.')]


def test_entry_without_title_is_reported():
    assert problems("@misc{a, year=2000}") == [(1, "The entry has no title.")]


@pytest.mark.parametrize("head", ["@ article{", "@article\n{", "@www-article{", "@ARTICLE (", "@article{"])
def test_unusual_beginnings_are_entries(head):
    closing = ")" if "(" in head else "}"
    assert only(f"text before\n{head}key, title={{T}}{closing}").title == "T"


def test_commented_entries_are_no_entries():
    assert bibtex.read("% @article{a, title={T}}\n@comment{x}\nme@home (office)\n").records == []


def test_comment_line_inside_an_entry_does_not_take_the_next_field():
    assert only("@misc{a,\n % year = 1999,\n title = {T}, % said\n year = 2000}").year == 2000


def test_quoted_entry_in_an_abstract_belongs_to_its_entry():
    text = "@misc{a, title={T}, abstract={\n@article{b, title={X}}\nend}, year=2000}\n@misc{c, title={C}}"
    assert [(record.title, record.year) for record in bibtex.read(text).records] == [("T", 2000), ("C", None)]


def test_more_entries_than_allowed_are_reported():
    text = "".join(f"@misc{{k{n}, title={{T{n}}}}}\n" for n in range(4))
    document = bibtex.read(text, Limits(max_entries=2))
    assert len(document.records) == 2
    assert [problem.line for problem in document.problems] == [3]


def test_text_behind_an_entry_that_closes_too_early_is_reported_with_its_text():
    text = "@misc{a, title={T}},\n  author = {Ann Lee},\n}\n@misc{b, title={U}}"
    document = bibtex.read(text)
    assert [record.title for record in document.records] == ["T", "U"]
    assert [(problem.line, problem.text) for problem in document.problems] == [(1, ",\n  author = {Ann Lee},\n}")]


def test_problem_has_the_whole_text_of_its_piece_and_says_where_it_was_cut():
    broken = "@misc{a, title={" + "x" * 30_000
    problem = bibtex.read("@misc{c, title={C}}\n" + broken + "\n\n@misc{b, title={B}}").problems[0]
    assert (problem.text, problem.length) == (broken[:20_000], len(broken) + 2)
    small = bibtex.read("@misc{a,\n title={T,\n year=2000}\n\n@misc{b, title={B}}").problems[0]
    assert (small.text, small.length) == ("@misc{a,\n title={T,\n year=2000}", 0)


def test_macro_means_what_its_last_definition_above_says():
    text = "@misc{a, title=t}\n@string{t = {One}}\n@misc{b, title=t}\n@string{t = {Two}}\n@misc{c, title=t}"
    assert [record.title for record in bibtex.read(text).records] == ["One", "One", "Two"]


def test_entries_in_one_line_are_all_read():
    text = "@misc{a, title={A}} @misc{b, title={B}}, @misc{c, title={C}}@misc{d, title={D}}"
    assert [record.title for record in bibtex.read(text).records] == ["A", "B", "C", "D"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_change_no_line_number_and_stay_in_the_original_text(line_end):
    text = "@misc{a,\n title={A}}\n\n@misc{b, title={B\nC}}".replace("\n", line_end)
    document = bibtex.read(text)
    assert [(record.title, record.line) for record in document.records] == [("A", 1), ("B C", 4)]
    assert [record.raw for record in document.records] == text.split(line_end * 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff% c\n\nsome text @ x\n@misc{a, title={T}} tail\n@broken\n",
        '@comment{x} @preamble{ "y" }\n@string{a = {b}}\n\n\n@misc{b,\n title={open\n@misc{c, title={C}}  ',
        "@comment{never closed\n@misc{a, title={T}}}}, year={2000}\n%\n",
    ],
)
def test_spans_cover_every_character_once(text):
    assert "".join(text[span.start : span.end] for span in bibtex.read(text).spans) == text


def test_pieces_are_told_apart():
    text = '% c\n\nfree\n@preamble{"p"}\n@string{s = {x}}\n@misc{a, title=s}\n@misc{b, title={\n'
    kinds = [span.kind for span in bibtex.read(text).spans if span.kind != "blank"]
    assert kinds == ["comment", "text", "preamble", "string", "entry", "problem"]
