"""Papers and where they stand: facts and constraints of one row. Reads are in querysets.py, writes in services.py."""

from catalog.models.history import Change, ChangeSet, Verdict
from catalog.models.imports import Import, ImportItem
from catalog.models.lists import Entry, PaperList, Section
from catalog.models.papers import (
    AlternativeTitle,
    Author,
    Authorship,
    FormerAddress,
    Note,
    Paper,
    PaperLink,
    PaperVersion,
    Venue,
)
from catalog.models.reading import Reading
from catalog.models.search import IndexVersion
from catalog.models.tokens import ApiToken
from catalog.models.topics import Bilingual, Topic

__all__ = [
    "AlternativeTitle",
    "ApiToken",
    "Author",
    "Authorship",
    "Bilingual",
    "Change",
    "ChangeSet",
    "Entry",
    "FormerAddress",
    "Import",
    "ImportItem",
    "IndexVersion",
    "Note",
    "Paper",
    "PaperLink",
    "PaperList",
    "PaperVersion",
    "Reading",
    "Section",
    "Topic",
    "Venue",
    "Verdict",
]
