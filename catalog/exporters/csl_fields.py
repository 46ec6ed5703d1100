"""Which BibTeX type and field says what which CSL type and variable says (CSL 1.0.2; BibTeX and biblatex)."""

from __future__ import annotations

CSL_TYPES = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "proceedings": "book",
    "mvproceedings": "book",
    "book": "book",
    "mvbook": "book",
    "collection": "book",
    "mvcollection": "book",
    "booklet": "pamphlet",
    "incollection": "chapter",
    "inbook": "chapter",
    "bookinbook": "chapter",
    "suppbook": "chapter",
    "suppcollection": "chapter",
    "inreference": "entry-encyclopedia",
    "reference": "book",
    "manual": "report",
    "techreport": "report",
    "report": "report",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "patent": "patent",
    "dataset": "dataset",
    "software": "software",
    "periodical": "periodical",
    "standard": "standard",
    "online": "webpage",
    "electronic": "webpage",
    "www": "webpage",
    "web_page": "webpage",
    "misc": "article",
}
BIBTEX_TYPES = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "periodical": "periodical",
    "paper-conference": "inproceedings",
    "chapter": "incollection",
    "entry-encyclopedia": "inreference",
    "entry-dictionary": "inreference",
    "book": "book",
    "pamphlet": "booklet",
    "thesis": "phdthesis",
    "report": "techreport",
    "manuscript": "unpublished",
    "patent": "patent",
    "dataset": "dataset",
    "software": "software",
    "standard": "standard",
    "webpage": "online",
    "post": "online",
    "post-weblog": "online",
}
WITHIN = frozenset((
    "paper-conference", "chapter", "article-journal", "article-magazine", "article-newspaper", "entry-encyclopedia",
    "entry-dictionary", "webpage", "post", "post-weblog",
))  # fmt: skip
NAMES = ("author", "editor", "translator")
# Of several fields for one variable the first that is given stands for it; the others are kept as they are called.
CSL_OF = {
    "volume": "volume", "number": "issue", "issue": "issue", "pages": "page", "publisher": "publisher",
    "school": "publisher", "institution": "publisher", "organization": "publisher", "address": "publisher-place",
    "location": "publisher-place", "edition": "edition", "series": "collection-title", "isbn": "ISBN", "issn": "ISSN",
    "abstract": "abstract", "keywords": "keyword", "language": "language", "langid": "language", "note": "note",
    "annote": "annote", "annotation": "annote", "chapter": "chapter-number", "eventtitle": "event-title",
    "venue": "event-place", "version": "version", "shorttitle": "title-short", "pmid": "PMID", "pmcid": "PMCID",
    "type": "genre", "pagetotal": "number-of-pages", "volumes": "number-of-volumes", "booktitle": "container-title",
    "journal": "container-title", "journaltitle": "container-title", "shortjournal": "container-title-short",
    "howpublished": "medium", "doi": "DOI", "url": "URL",
}  # fmt: skip
BIBTEX_OF = {
    "volume": "volume", "issue": "number", "number": "number", "page": "pages", "publisher": "publisher",
    "publisher-place": "address", "edition": "edition", "collection-title": "series", "ISBN": "isbn", "ISSN": "issn",
    "abstract": "abstract", "keyword": "keywords", "language": "language", "note": "note", "annote": "annote",
    "chapter-number": "chapter", "event-title": "eventtitle", "event-place": "venue", "version": "version",
    "title-short": "shorttitle", "PMID": "pmid", "PMCID": "pmcid", "genre": "type", "number-of-pages": "pagetotal",
    "number-of-volumes": "volumes", "container-title": "booktitle", "container-title-short": "shortjournal",
    "medium": "howpublished", "DOI": "doi", "URL": "url",
}  # fmt: skip
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
