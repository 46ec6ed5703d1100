"""What readers and merging object, in the reader's language.

They know no Django and speak English, and a report is stored as it was said. So a sentence is translated where it is
shown: it is found again by its pattern, whatever names it holds and whatever stands beside it.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_noop

SENTENCES = (
    gettext_noop("The entry has no title."),
    gettext_noop("The title is longer than 500 characters."),
    gettext_noop("An author's name is longer than 255 characters."),
    gettext_noop("The same work stands above, in line %(line)s."),
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
    gettext_noop("More than %(count)s entries: what begins here was not read. Split the file."),
    gettext_noop("This does not read as a paper: it was left out."),
    gettext_noop("This text belongs to no entry: it was left out."),
    gettext_noop("Rows of a table are not read."),
    gettext_noop('The link "%(label)s" has no address.'),
    gettext_noop("This address was not kept: %(address)s"),
)


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
