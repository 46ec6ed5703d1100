"""Text as BibTeX wants it: special characters, capitals that styles must not lower, names that must not be split."""

from __future__ import annotations

import re

_VERBATIM = ("doi", "url", "eprint", "archiveprefix", "file", "ee", "pdf")
_FORMULA = re.compile(r"\$[^$]*[\\^_][^$]*\$")
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "$": r"\$",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_SPECIALS = re.compile(r"[\\{}&%#_$~^]|-(?=-)|`(?=`)")
# From letter or digit to letter or digit: the colon of `TinyBERT:` and the bracket of `(BERT)` stay outside.
_CAPITALS_WITHIN = re.compile(r"(?:[^\W_][^\s{}-]*)?[^\W_][A-Z](?:[^\s{}-]*[^\W_])?")
_SUFFIX = re.compile(r"(?P<first>.+) (?P<last>\S+), (?P<suffix>Jr\.?|Sr\.?|[IVX]+)")


def author_field(names: list[str], *, and_others: bool = False) -> str:
    return " and ".join([*map(_name, names), *(["others"] if and_others else [])])


def title_field(title: str) -> str:
    """Braces around words with capitals inside, so that no style lowers them: {BERT}, {TinyBERT}."""
    escaped = escaped_text(title)
    if "$" in escaped.replace(r"\$", "") or "\\text" in escaped:
        return f"{{{escaped}}}"
    return _CAPITALS_WITHIN.sub(lambda found: f"{{{found[0]}}}", escaped)


def field_value(name: str, value: str) -> str:
    """Addresses and identifiers are read as they stand; braces in them would end the value."""
    if name in _VERBATIM:
        return value.replace("{", "%7B").replace("}", "%7D")
    return escaped_text(value)


def escaped_text(text: str) -> str:
    """LaTeX's special characters in text; what stands between dollars as a formula stays a formula."""
    pieces, at = [], 0
    for formula in _FORMULA.finditer(text):
        if formula[0].count("{") == formula[0].count("}"):
            pieces += [_plain(text[at : formula.start()]), formula[0]]
            at = formula.end()
    return "".join([*pieces, _plain(text[at:])])


def _plain(text: str) -> str:
    return _SPECIALS.sub(lambda found: _SPECIAL.get(found[0], found[0] + "{}"), text)


def _name(name: str) -> str:
    if found := _SUFFIX.fullmatch(name):
        return escaped_text(f"{found['last']}, {found['suffix']}, {found['first']}")
    escaped = escaped_text(name)
    return f"{{{escaped}}}" if "," in name or " and " in f" {name} ".lower() else escaped
