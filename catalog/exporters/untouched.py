"""Whether a row still says what its imported entry says: then the entry goes out as it came."""

from __future__ import annotations

from catalog.importers import FORMATS, read_text
from catalog.importers.records import Record
from catalog.models import Paper
from catalog.titles import title_key
from catalog.venues import venue_name
from catalog.works.identity import IDENTIFIERS


def is_untouched(paper: Paper, format: str) -> bool:
    """For entries that stand by themselves, as those of CSL-JSON and RIS do; BibTeX asks more (exporters.bibtex)."""
    if paper.source != format or not paper.bibtex_raw or format not in FORMATS:
        return False
    records = read_text(paper.bibtex_raw, format).records
    return len(records) == 1 and not changes(paper, records[0])


def changes(paper: Paper, said: Record) -> set[str]:
    """Facts of the row that the entry says otherwise: title | year | venue | authors | doi | arxiv | acl.

    An identifier that the row lacks is no change: another paper may hold it.
    """
    differ = {name for name in ("title", "year") if getattr(said, name) != getattr(paper, name)}
    # A venue is one row however it is spelt, and a name that an entry gives twice is one author.
    if title_key(venue_name(said.venue)) != title_key(paper.venue.name if paper.venue else ""):
        differ.add("venue")
    names = [authorship.author.name for authorship in paper.authorships.all()]
    if [*dict.fromkeys(map(title_key, said.authors))] != [*map(title_key, names)]:
        differ.add("authors")
    return differ | {name for name in IDENTIFIERS if getattr(paper, name) not in ("", getattr(said, name))}
