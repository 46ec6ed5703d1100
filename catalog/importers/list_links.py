"""Reference links, `[text][name]` with `[name]: url` on a line of its own, written as inline links: `[text](url)`."""

from __future__ import annotations

import re

_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)([^\[\]\n]{1,200})\]:[ \t]*<?((?:https?://|ftp://|www\.|[#/.])[^\s<>]*)>?"
    r"[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\))?[ \t]*$",
    re.M,
)
_NAMED = re.compile(r"\]\[([^\[\]\n]{1,200})\]")
_UNNAMED = re.compile(r"(?<![\]!\\])\[([^\[\]\n]{1,200})\](?:\[\]|(?![\[(:]))")


def with_inline_links(text: str) -> str:
    """Lines keep their numbers. Names that nothing defines stay as they stand."""
    urls = {_folded(found[1]): found[2] for found in _DEFINITION.finditer(text)}
    if not urls:
        return text

    def named(found: re.Match) -> str:
        url = urls.get(_folded(found[1]))
        return f"]({url})" if url else found[0]

    def unnamed(found: re.Match) -> str:
        url = urls.get(_folded(found[1]))
        return f"[{found[1]}]({url})" if url else found[0]

    return _UNNAMED.sub(unnamed, _NAMED.sub(named, _DEFINITION.sub("", text)))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
