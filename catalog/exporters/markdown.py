"""Markdown out, in the form of catalog.importers.list_form: a list exported and imported again is the same list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.importers import list_form
from catalog.importers.records import Document, Link, Record, SectionTexts, Text
from catalog.lists.outline import Node, outline_of, read_in_order
from catalog.models import Entry, Paper, PaperList


def document_for(papers: Iterable[Paper]) -> Iterator[str]:
    """Papers one below the other, in no section."""
    yield f"{list_form.MARK}\n\n"
    for paper in papers:
        yield list_form.item(record_of(paper))


def entry_for(paper: Paper) -> str:
    return "".join(document_for([paper]))


def list_for(paper_list: PaperList) -> Iterator[str]:
    """The whole list: names and texts in both languages, sections nested and in order, entries with their notes."""
    nodes = read_in_order(outline_of(paper_list))
    paths, further = _paths(nodes), _further_facts(paper_list)
    document = Document(
        "markdown",
        title=paper_list.name_en,
        title_zh=paper_list.name_zh,
        description=paper_list.description_en,
        description_zh=paper_list.description_zh,
    )
    for node in nodes:
        path = paths[node.section.pk]
        if path:
            document.sections.append(path)
            document.section_texts.append(_texts(node, path))
        document.records += [_placed(entry, path, further) for entry in node.entries]
    return list_form.written(document)


def _paths(nodes: list[Node]) -> dict[int, list[str]]:
    """By section id. A section without a name holds what stands under no heading."""
    paths: dict[int, list[str]] = {}
    for node in nodes:
        above = paths.get(node.section.parent_id or 0, [])
        paths[node.section.pk] = [*above, node.section.name_en] if node.section.name_en else above
    return paths


def _texts(node: Node, path: list[str]) -> SectionTexts:
    section = node.section
    return SectionTexts(path, section.name_zh, section.description_en, section.description_zh)


def _further_facts(paper_list: PaperList) -> dict[int, dict[str, str]]:
    """By paper id: what a Markdown list said in comments behind an entry and no column holds. Few papers have any."""
    papers = Paper.objects.filter(entries__section__paper_list=paper_list, source="markdown").exclude(bibtex_fields={})
    return dict(papers.values_list("pk", "bibtex_fields"))


def _placed(entry: Entry, path: list[str], further: dict[int, dict[str, str]]) -> Record:
    record = _record(entry.paper)
    record.section, record.fields = path, further.get(entry.paper_id, {})
    return record


def record_of(paper: Paper) -> Record:
    record = _record(paper)
    record.fields = paper.bibtex_fields if paper.source == "markdown" else {}
    return record


def _record(paper: Paper) -> Record:
    """What a list says of a paper: no more than one line can hold, and its notes in both languages."""
    return Record(
        title=paper.title,
        authors=[authorship.author.name for authorship in paper.authorships.all()],
        venue=paper.venue.name if paper.venue else "",
        year=paper.year,
        links=[Link(link.label, link.url) for link in paper.links.all()],
        short_name=paper.short_name,
        doi=paper.doi,
        arxiv=paper.arxiv,
        acl=paper.acl,
        notes=[Text(note.language, note.body) for note in paper.notes.all()],
    )
