"""Bytes into text: UTF-8 with or without its mark, UTF-16, Chinese GB18030, else Western European.

A text in one encoding with a few bytes of another is read as what most of it is, and the rest is told.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# The rows of GB 2312 that hold punctuation and the common characters: almost all of what a Chinese text uses.
_GB_PAIRS = re.compile(rb"(?:[\xa1-\xa3\xb0-\xf7][\xa1-\xfe])+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ENOUGH = 0.9
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SAMPLE = 10_000
_TEXT_FOR_A_CONTROL = 200  # characters; with less for each control character this is no text
_STRAY = re.compile("[\udc80-\udcff]")  # how `surrogateescape` writes a byte that is no UTF-8
_WELL_FORMED = re.compile("[^\x00-\x7f\udc80-\udcff]+")


class NotText(ValueError):
    """The bytes are not a text in any encoding known here."""


@dataclass
class Decoded:
    """`faults` are places in the text and what could not be kept there."""

    text: str
    encoding: str
    faults: list[tuple[int, str]] = field(default_factory=list)


def decode(data: bytes) -> str:
    """Raises NotText."""
    return decoded(data).text


def decoded(data: bytes) -> Decoded:
    """Raises NotText."""
    made = _decoded(data)
    if first := _CONTROLS.search(made.text):
        count = len(_CONTROLS.findall(made.text))
        if count * _TEXT_FOR_A_CONTROL > len(made.text):
            raise NotText("This is no text: it holds control characters.")
        made.text = _CONTROLS.sub("\ufffd", made.text)
        made.faults.append((first.start(), f"{count} control characters were replaced: no text can hold them."))
    return made


def _decoded(data: bytes) -> Decoded:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark) and encoding == "utf-16":
            return _strictly(data, encoding)
    if encoding := _unmarked_utf16(data):
        return _strictly(data, encoding)
    try:
        return Decoded(data.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError:
        pass
    if _looks_like_gb(data):
        try:
            return Decoded(data.decode("gb18030"), "gb18030")
        except UnicodeDecodeError:
            pass
    if mixed := _mostly_utf8(data):
        return mixed
    try:
        return Decoded(data.decode("cp1252"), "cp1252")  # Latin-1 with the quotation marks and dashes people mean
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "latin-1")


def _strictly(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), "utf-16")
    except UnicodeDecodeError as error:
        raise NotText(f"This begins like {error.encoding} text but is damaged after {error.start} bytes.") from error


def _unmarked_utf16(data: bytes) -> str:
    """Every other byte of Western text in UTF-16 is zero."""
    sample = data[:_SAMPLE]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(zeros) > 4 and zeros.count(0) > len(zeros) // 2 and sample.count(0) < len(sample) * 0.6:
            return encoding
    return ""


def _mostly_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with stray bytes of Western European, where the well-formed characters outnumber those."""
    text = data.decode("utf-8-sig", "surrogateescape")
    stray = len(_STRAY.findall(text))
    if sum(map(len, _WELL_FORMED.findall(text))) < stray:
        return None
    fault = f"{stray} bytes are not UTF-8; they were read as Western European."
    place = _STRAY.search(text).start()
    return Decoded(_STRAY.sub(_as_western, text), "utf-8", [(place, fault)])


def _as_western(stray: re.Match[str]) -> str:
    return stray[0].encode("ascii", "surrogateescape").decode("cp1252", "replace")


def _looks_like_gb(data: bytes) -> bool:
    high = sum(map(len, _HIGH_RUN.findall(data)))
    return sum(len(run) for run in _GB_PAIRS.findall(data)) >= _ENOUGH * high
