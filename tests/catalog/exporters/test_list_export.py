"""A list exported and imported again is the same list."""

import random

import pytest
from django.core.files.base import ContentFile

from catalog.bundle import load_bundled_catalogue
from catalog.exporters.markdown import list_for
from catalog.intake.direct import import_document
from catalog.lists.outline import outline_of
from catalog.models import Author, Entry, Paper, PaperList, Section, Venue
from tests.catalog.factories import PaperListFactory, SectionFactory
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db
NAMES = ("name_en", "name_zh", "description_en", "description_zh")
ODD = (
    "*", "**", "_", "[", "]", "](", "(", ")", "（", "\\", "`", "<", ">", "<!--", "-->", "&amp;", "#", "|", "1.", "- ",
    "2020", "Jr.", "and", "et al.", "知识", "蒸馏", "é", "$x_1$", ",", ".", "~", "ACL",
)  # fmt: skip


def said_of(paper_list: PaperList) -> dict:
    return {**_texts(paper_list), "sections": [_section(node) for node in outline_of(paper_list)]}


def _texts(row) -> dict:
    return {name: getattr(row, name) for name in NAMES}


def _section(node) -> dict:
    papers = [_paper(entry.paper) for entry in node.entries]
    return {**_texts(node.section), "papers": papers, "sections": [_section(child) for child in node.children]}


def _paper(paper: Paper) -> tuple:
    names = [row.author.name for row in paper.authorships.all()]
    links = [(link.label, link.url) for link in paper.links.all()]
    notes = sorted((note.language, note.body) for note in paper.notes.all())
    facts = (paper.title, paper.short_name, paper.year, paper.doi, paper.arxiv, paper.acl, str(paper.venue or ""))
    return (*facts, names, links, notes)


def without_everything() -> None:
    for model in (Entry, Section, PaperList, Paper, Author, Venue):
        model.objects.all().delete()


def read_again(text: str, slug: str = "again") -> PaperList:
    import_document(file=ContentFile(text.encode(), name="list.md"), name="list.md", list_slug=slug)
    return PaperList.objects.get(slug=slug)


def test_the_bundled_lists_survive():
    load_bundled_catalogue()
    lists = {
        paper_list.slug: (said_of(paper_list), "".join(list_for(paper_list))) for paper_list in PaperList.objects.all()
    }
    assert len(lists) == 4
    for slug, (said, text) in lists.items():
        without_everything()
        assert said_of(read_again(text, slug)) == said, slug


def some(chance: random.Random, length: int) -> str:
    return " ".join("".join(chance.choices(ODD, k=length)).split()) or "x"


def odd_list(chance: random.Random) -> PaperList:
    paper_list = PaperListFactory(
        slug="odd", name_en=some(chance, 4), name_zh=some(chance, 3), description_en="- a\n\n> b", description_zh="注"
    )
    code = "```\n## c\n```"
    papers = [
        paper_with(
            title=f"{some(chance, 6)} {number}x", slug=f"p{number}", short_name=some(chance, 2),
            authors=[f"{some(chance, 2)} {number}a", f"Bo {number}"], year=chance.choice([None, 2020]),
            links={f"https://example.org/{number}_(x)?a=1&b={number}": some(chance, 2)},
            notes=[("en", f"# {some(chance, 5)}\n\n- {number}\n{code}"), ("zh", f"{number}\n\n{some(chance, 3)}")],
        )
        for number in range(6)
    ]  # fmt: skip
    sections = []
    for position in range(1, 7):
        parent = chance.choice([None, *sections])
        names = {"name_en": f"{some(chance, 3)} {position}", "name_zh": chance.choice(["", "节"])}
        sections.append(SectionFactory(paper_list=paper_list, parent=parent, position=position, **names))
    for position, paper in enumerate(papers, 1):
        Entry.objects.create(section=chance.choice(sections), paper=paper, position=position)
    return paper_list


@pytest.mark.parametrize("seed", range(12))
def test_a_list_of_odd_titles_and_empty_sections_survives(seed):
    paper_list = odd_list(random.Random(seed))
    said, text = said_of(paper_list), "".join(list_for(paper_list))
    without_everything()
    assert said_of(read_again(text)) == said


def test_entries_under_no_heading_and_a_paper_twice_survive():
    paper_list = PaperListFactory(name_en="L", description_en="")
    paper = paper_with(title="Twice", slug="twice")
    for position, name in enumerate(("", "One", "Two"), 1):
        section = SectionFactory(paper_list=paper_list, name_en=name, position=position)
        Entry.objects.create(section=section, paper=paper, position=1)
    said, text = said_of(paper_list), "".join(list_for(paper_list))
    without_everything()
    assert said_of(read_again(text)) == said
    assert Paper.objects.count() == 1


def test_facts_that_have_no_column_come_along():
    text = "<!-- distillery-list 1 -->\n# L\n\n- **Trees**. <!-- doi: 10.1000/x --> <!-- code: yes -->\n"
    assert "<!-- code: yes -->" in "".join(list_for(read_again(text)))
