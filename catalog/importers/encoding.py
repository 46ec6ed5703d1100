"""Bytes into text: UTF-8 with or without its mark, UTF-16 with one, Chinese GB18030, else Western European."""

from __future__ import annotations

import codecs
import re

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
# The rows of GB 2312 that hold punctuation and the common characters: almost all of what a Chinese text uses.
_GB_PAIRS = re.compile(rb"(?:[\xa1-\xa3\xb0-\xf7][\xa1-\xfe])+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ENOUGH = 0.9
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class NotText(ValueError):
    """The bytes are not a text in any encoding known here."""


def decode(data: bytes) -> str:
    text = _decoded(data)
    if _CONTROLS.search(text):
        raise NotText("This is no text: it holds control characters.")
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _strictly(data, encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _looks_like_gb(data):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("cp1252")  # Latin-1 with the quotation marks and dashes that people mean
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"This begins like {error.encoding} text but is damaged after {error.start} bytes.") from error


def _looks_like_gb(data: bytes) -> bool:
    high = sum(map(len, _HIGH_RUN.findall(data)))
    return sum(len(run) for run in _GB_PAIRS.findall(data)) >= _ENOUGH * high
