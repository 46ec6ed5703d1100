"""What readers object and what merging changed, in the reader's language.

They know no Django and speak English, and a report is stored as it was said. So a sentence is translated where it is
shown: it is found again by its pattern, whatever names it holds and whatever stands beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_noop, ngettext

SENTENCES = (
    gettext_noop("The entry has no title."),
    gettext_noop("The title is longer than 500 characters."),
    gettext_noop("An author's name is longer than 255 characters."),
    gettext_noop("The same work stands above, in line %(line)s."),
    gettext_noop("No entry was found in this document."),
    gettext_noop("This does not begin like an entry."),
    gettext_noop("The key is not followed by a comma."),
    gettext_noop("A comma is missing after the key."),
    gettext_noop("The entry has no key."),
    gettext_noop("The entry is not closed; it was read up to the next one."),
    gettext_noop('The value of "%(name)s" is not closed: a brace or a quotation mark is missing.'),
    gettext_noop('A field name and "=" were expected, not "%(text)s".'),
    gettext_noop('A comma is missing before "%(name)s".'),
    gettext_noop('A value was expected, not "%(text)s".'),
    gettext_noop("A brace is not closed."),
    gettext_noop("A quotation mark is not closed."),
    gettext_noop("The braces inside a value in quotation marks do not match."),
    gettext_noop('The macro "%(name)s" is not defined; its name stands for it.'),
    gettext_noop('The macro "%(name)s" is too long and was not read.'),
    gettext_noop("This macro was not read."),
    gettext_noop("The macros of this document grow too long; some stand by their names."),
    gettext_noop('The field "%(name)s" stands more than once; the first is used, all are kept.'),
    gettext_noop('The key "%(name)s" stands above already.'),
    gettext_noop('The field "%(name)s" was not understood: "%(value)s".'),
    gettext_noop("More than %(count)s entries: what begins here was not read. Split the file."),
    gettext_noop("This does not read as a paper: it was left out."),
    gettext_noop("This text belongs to no entry: it was left out."),
    gettext_noop("Rows of a table are not read."),
    gettext_noop('The link "%(label)s" has no address.'),
    gettext_noop("This address was not kept: %(address)s"),
    gettext_noop("Braces stand inside each other more than %(count)s deep."),
    gettext_noop("More than %(count)s items are broken: what begins here was not read."),
    gettext_noop("This is not valid JSON: %(fault)s."),
    gettext_noop("This stands behind the end of an entry: a brace too many?"),
    gettext_noop("%(count)s more remarks on this entry are left out."),
    gettext_noop("The document is larger than %(megabytes)s MB."),
    gettext_noop("Reading took longer than %(seconds)s seconds and was stopped."),
    gettext_noop("Reading took more than %(megabytes)s MB of memory and was stopped."),
    gettext_noop("The process that read this document ended unexpectedly."),
    gettext_noop("This gzip file is damaged."),
    gettext_noop("This is no text: it holds control characters."),
    gettext_noop("This begins like %(encoding)s text but is damaged after %(count)s bytes."),
    gettext_noop("%(count)s control characters were replaced: no text can hold them."),
    gettext_noop("%(count)s bytes are not UTF-8; they were read as Western European."),
)

_FACTS = {
    "venue": gettext_noop("venue %(now)s"),
    "year": gettext_noop("year %(now)s"),
    "authors": gettext_noop("authors %(now)s"),
    "doi": gettext_noop("DOI %(now)s"),
    "arxiv": gettext_noop("arXiv %(now)s"),
    "acl": gettext_noop("ACL Anthology %(now)s"),
    "short_name": gettext_noop("nickname %(now)s"),
    "bibtex": gettext_noop("BibTeX entry with citation key %(now)s"),
}
_SHOWN = 80  # of a fact that is a long text


def _pattern(sentence: str) -> re.Pattern[str]:
    """A placeholder takes as little as it can; one that ends the sentence goes on to the next remark or to the end."""
    open_ended = r"(?= This address was not kept: |\Z)" if sentence.endswith(")s") else ""
    literal = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.*?)", re.escape(sentence))
    return re.compile(literal + open_ended, re.S)


_PATTERNS = [(_pattern(sentence), sentence) for sentence in SENTENCES]


def translated(message: str) -> str:
    """One or more sentences; what is not known here stays as it is."""
    for pattern, sentence in _PATTERNS:
        words = gettext(sentence)
        if words != sentence:
            message = pattern.sub(lambda found, words=words: words % found.groupdict(), message)
    return message.replace("。 ", "。")


def gains_told(gains: Iterable[Mapping[str, str]]) -> list[str]:
    """A phrase for each fact that a paper gained: `DOI 10.1/x`, `venue ACL (was CoRR)`, `2 links`.

    Gains are those of `ImportReport.filled`. Of several values for one fact, the last one stands.
    """
    gains = list(gains)
    counts = Counter(gain["fact"] for gain in gains if gain["fact"] not in _FACTS)
    first, last = {}, {}
    for gain in gains:
        if gain["fact"] in _FACTS:
            first.setdefault(gain["fact"], gain["before"])
            last[gain["fact"]] = gain["now"]
    phrases = [_replaced(fact_told(fact, now), first[fact]) for fact, now in last.items()]
    return phrases + [_counted(fact, count) for fact, count in counts.items()]


def fact_told(fact: str, value: str) -> str:
    if not value:  # an entry without a citation key
        return gettext("BibTeX entry")
    return gettext(_FACTS[fact]) % {"now": Truncator(value).chars(_SHOWN)}


def _replaced(phrase: str, before: str) -> str:
    if not before:
        return phrase
    return gettext("%(fact)s (was %(before)s)") % {"fact": phrase, "before": Truncator(before).chars(_SHOWN)}


def _counted(fact: str, count: int) -> str:
    if fact == "links":
        return ngettext("%(count)d link", "%(count)d links", count) % {"count": count}
    if fact == "notes":
        return ngettext("%(count)d note", "%(count)d notes", count) % {"count": count}
    if fact == "versions":
        return ngettext("%(count)d earlier citation", "%(count)d earlier citations", count) % {"count": count}
    return ngettext("%(count)d other title", "%(count)d other titles", count) % {"count": count}


def difference_told(difference: Mapping[str, str]) -> str:
    """What is kept, and what the document says instead."""
    fact, here, given = difference["fact"], difference["here"], difference["given"]
    if not here:  # an identifier that another paper has
        return gettext("%(fact)s is not taken: another paper has it") % {"fact": fact_told(fact, given)}
    return gettext("%(fact)s is kept; the document says %(given)s") % {
        "fact": fact_told(fact, here),
        "given": Truncator(given).chars(_SHOWN),
    }
