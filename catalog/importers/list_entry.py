"""One entry of a paper list, as its author wrote it, into a record.

**Title**.  *A. One, B. Two*.  (ACL 2020)  [[pdf]](url)  -***Nick***  [[my code]](url)
**Title**. *A. One, B. Two and C. Three*. ACL 2020. [[pdf](url)] [[code & model](url)] (**Nick**).
Title (ACL 2020) [[paper]](url)[[code]](url) - ***Nick***
Title.[1] One, A. , Two, B. et al. (2020).
[Title](url), A. One, B. Two, 2020
论文：Title</br>地址:url</br>what it is about
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import dropwhile

from catalog import identifiers
from catalog.importers.list_inline import BOLD, ITALIC, Piece, split, squeezed
from catalog.importers.list_people import names_in, reads_as_names, reads_as_venue, venue_and_year
from catalog.importers.records import Link, Record
from catalog.titles import title_key

_FIELDS = {
    "title": ("论文", "论文题目", "论文标题", "标题", "题目", "paper", "title"),
    "authors": ("作者", "authors", "author"),
    "venue": ("会议", "期刊", "发表", "来源", "venue", "conference", "journal", "published"),
    "year": ("年份", "时间", "year"),
}
FIELD_OF = {word: name for name, words in _FIELDS.items() for word in words}
_LABELLED = re.compile(r"\s*([^\W\d_]{1,12})\s*[:：]\s*(?=\S)")
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{2})(?<!\bal)\.\s+(?=\S)|。\s*(?=\S)")
_BARE_NICK = re.compile(r"[-–—]\s*([^\W_]*[A-Z][\w.+-]{0,40})\.?|[(（]([^()（）]{1,40})[)）]\.?")
_PUNCTUATION = " \t\n.,;:-–—|()[]（）【】，。；：、*_"
_NICK_MAX = 60
_VENUE_WORDS_MAX = 12


@dataclass
class Entry:
    """A record without its place in the document. `style` is how the title stands out: bold, italic, link or plain."""

    record: Record
    style: str


@dataclass
class _Rest:
    """What stands behind the title: emphasised authors, nickname, links; `head` and `tail` is the text around links."""

    authors: str = ""
    short_name: str = ""
    links: list[Link] = field(default_factory=list)
    head: str = ""
    tail: str = ""


def read_entry(source: str) -> Entry:
    first, *further = _segments(_with_labels(split(source)))
    style, title, pieces = _title(first)
    rest = _rest(pieces)
    record = Record(title=title.text, links=rest.links, short_name=rest.short_name)
    if title.url:  # the label is the title itself, which would say nothing
        record.links.insert(0, Link("paper", title.url))
    if style == "plain":
        _take_from_title(record, rest)
    _take_names_and_venue(record, rest, style)
    if not record.short_name and (nick := _BARE_NICK.fullmatch(squeezed(rest.tail))):
        record.short_name, rest.tail = nick[1] or nick[2], ""
    notes = [record.note, _cleaned(rest.tail)]
    notes += [_read_segment(record, segment) for segment in further]
    record.note = "\n".join(filter(None, notes))
    record.title = _title_text(record.title)
    if title_key(", ".join(record.authors)) == title_key(record.title):
        record.authors = []
    return Entry(with_identifiers(record), style)


def _with_labels(pieces: list[Piece]) -> list[Piece]:
    """A naked address is labelled by the word before its colon: `地址:https://...`."""
    labelled: list[Piece] = []
    for piece in pieces:
        before = labelled[-1] if labelled else None
        if piece.kind == "link" and not piece.text and before and before.kind == "text":
            text = before.text.rstrip()
            if text.endswith((":", "：")):
                words = re.split(r"[\s,，。;；()（）]", text[-40:-1].rstrip())
                piece = replace(piece, text=words[-1])
                labelled[-1] = replace(before, text=text[:-1].rstrip().removesuffix(words[-1]))
        labelled.append(piece)
    return [piece for piece in labelled if piece.text or piece.kind != "text"]


def _segments(pieces: list[Piece]) -> list[list[Piece]]:
    """The entry cut at its `<br>`."""
    segments: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind == "break":
            segments.append([])
        else:
            segments[-1].append(piece)
    return segments


def _title(pieces: list[Piece]) -> tuple[str, Piece, list[Piece]]:
    """How the title stands out, its piece, and the pieces behind it."""
    first, *rest = [*dropwhile(_says_nothing, pieces), Piece("text")]
    if first.kind in ("link", "bracket"):
        return "link", first, rest
    if first.marks:
        return "italic" if first.marks == ITALIC else "bold", first, rest
    label = _LABELLED.match(first.text)
    if label and FIELD_OF.get(label[1].lower()) == "title":
        first = replace(first, text=first.text[label.end() :])
    return "plain", first, rest


def _says_nothing(piece: Piece) -> bool:
    return _is_citation(piece) or not (piece.url or piece.text.strip(_PUNCTUATION))


def _is_citation(piece: Piece) -> bool:
    return piece.kind == "bracket" and piece.text.isdigit()


def _rest(pieces: list[Piece]) -> _Rest:
    rest = _Rest()
    for piece in pieces:
        text = squeezed(piece.text)
        if piece.kind == "link":
            rest.links.append(Link(text, piece.url))
        elif piece.marks == ITALIC and not rest.authors:
            rest.authors = text
            rest.head += " "
        elif piece.marks >= BOLD and not rest.short_name and len(text) <= _NICK_MAX:
            rest.short_name = text
        elif not _is_citation(piece):
            text = f"[{piece.text}]" if piece.kind == "bracket" else piece.text
            if rest.links:
                rest.tail += text
            else:
                rest.head += text
    return rest


def _take_from_title(record: Record, rest: _Rest) -> None:
    """A title without marks may have swallowed what follows it: the venue in brackets, or names and venue."""
    if rest.authors or rest.head.strip(_PUNCTUATION):
        return
    text = record.title.strip()
    before, inside, after = _last_brackets(text)
    if inside and reads_as_venue(inside) and not after.strip(_PUNCTUATION):
        record.title, rest.head = before, f"({inside})"
        text = before.strip()
    sentences = _SENTENCE_END.split(text)
    if len(sentences) > 1 and not rest.head.strip() and reads_as_venue(sentences[-1]) and len(sentences[-1]) < 60:
        rest.head = sentences.pop()
    if len(sentences) > 1 and reads_as_names(sentences[-1]):
        rest.authors = sentences.pop()
    if len(sentences) < len(_SENTENCE_END.split(text)):
        record.title = text[: sum(map(len, sentences)) + 2 * (len(sentences) - 1)]


def _take_names_and_venue(record: Record, rest: _Rest, style: str) -> None:
    if style == "link" and not rest.head.strip(_PUNCTUATION):  # [Title](url), [summary](url), A. One, 2020
        rest.head, rest.tail = rest.tail, ""
    left, venue = _venue_in_brackets(rest)
    names, left = (rest.authors, left) if rest.authors else _bare_names(left, style, bool(venue))
    record.authors = names_in(names)
    if not venue:
        venue, left = _venue_outside(left, has_names=bool(names), is_whole=bool(rest.links))
    record.venue, record.year = venue_and_year(venue)
    record.note = _cleaned(left)


def _venue_in_brackets(rest: _Rest) -> tuple[str, str]:
    """What stands around `(ACL 2020)`, and its inside. Behind the links it has to read as a venue to be one."""
    before, inside, after = _last_brackets(rest.head)
    if inside.strip(_PUNCTUATION):
        return _trimmed(f"{before} {after}"), inside
    tail_before, tail_inside, tail_after = _last_brackets(rest.tail)
    if reads_as_venue(tail_inside):
        rest.tail = tail_before + tail_after
        return _trimmed(rest.head), tail_inside
    return _trimmed(rest.head), ""


def _trimmed(text: str) -> str:
    """Without the punctuation around it; where a remark stands on a further line, its full stop stays."""
    text = text.strip(" \t\n[]|")  # the outer bracket of [[pdf](url)] is text
    return text.lstrip(_PUNCTUATION) if "\n" in text else text.strip(_PUNCTUATION)


def _bare_names(text: str, style: str, has_venue: bool) -> tuple[str, str]:
    """Names without emphasis, and what is left: `A. One, B. Two, 2020`, `A. One, B. Two. ACL 2020`."""
    sentences = _SENTENCE_END.split(text, maxsplit=1)
    if len(sentences) > 1 and reads_as_names(sentences[0]):
        return sentences[0], sentences[1]
    if style == "link" and venue_and_year(text[-4:])[1]:
        names, left = text[:-4].rstrip(_PUNCTUATION), text[-4:]
    else:
        names, left = text, ""
    if (has_venue or style == "link") and reads_as_names(names):
        return names, left
    return "", text


def _venue_outside(text: str, *, has_names: bool, is_whole: bool) -> tuple[str, str]:
    """A venue without brackets, `NAACL 2018`, and what is left. Without links behind it, it ends with its line."""
    venue, _, note = (text, "", "") if is_whole else text.partition("\n")
    remark, comma, year = venue.rpartition(",")
    if comma and not has_names and venue_and_year(year)[1] and not reads_as_venue(remark):
        return year, f"{remark}\n{note}"
    if (has_names and len(venue.split()) <= _VENUE_WORDS_MAX) or reads_as_venue(venue):
        return venue, note
    return "", text


def _last_brackets(text: str) -> tuple[str, str, str]:
    """Before, inside and after the last round brackets; one may be full-width and the other not: `（SIGIR 2020)`."""
    end = max(text.rfind(")"), text.rfind("）"))
    start = max(text.rfind("(", 0, max(end, 0)), text.rfind("（", 0, max(end, 0)))
    if start < 0:
        return text, "", ""
    return text[:start], text[start + 1 : end], text[end + 1 :]


def _read_segment(record: Record, pieces: list[Piece]) -> str:
    """A line of its own behind `<br>`: a labelled field, a link, or a part of the note, which is returned."""
    text = "".join(piece.text for piece in pieces if piece.kind != "link")
    record.links += [Link(squeezed(piece.text), piece.url) for piece in pieces if piece.kind == "link"]
    label = _LABELLED.match(text)
    name = FIELD_OF.get(label[1].lower()) if label else None
    value = text[label.end() :] if label else ""
    if name == "authors" and not record.authors:
        record.authors = names_in(value)
    elif name in ("venue", "year") and not (record.year if name == "year" else record.venue):
        venue, year = venue_and_year(value)
        record.venue, record.year = record.venue or venue, record.year or year
    else:
        return squeezed(text) if text.strip(_PUNCTUATION) else ""
    return ""


def _cleaned(text: str) -> str:
    """A remark in the line of the entry: without the punctuation that held nicknames and links apart."""
    return squeezed(text).strip(" \t,;:-–—|[]、，；：") if text.strip(_PUNCTUATION) else ""


def _title_text(text: str) -> str:
    text = squeezed(text).strip(" ,;，；-–—[")
    return text[:-1].rstrip() if text.endswith((".", "。")) and not text.endswith("..") else text


def with_identifiers(record: Record) -> Record:
    urls = [link.url for link in record.links]
    record.arxiv = next(filter(None, map(identifiers.arxiv_id, urls)), "")
    record.doi = next(filter(None, map(identifiers.doi, urls)), "")
    record.acl = next(filter(None, map(identifiers.acl_id, urls)), "")
    return record
