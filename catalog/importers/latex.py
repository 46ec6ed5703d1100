"""LaTeX in bibliography fields, read as plain text.

pylatexenc knows what each macro means, but as a reader of whole values it is slow (a thousand entries a second) and
cuts a value at a bare `%`. So a value is scanned here, and the library is asked for one macro at a time, once.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text
    from pylatexenc.macrospec import LatexContextDb

_MATH = re.compile(r"(?<!\\)\$\$?([^$]{1,300})(?<!\\)\$\$?|\\\(([^$]{1,300}?)\\\)")
_ACCENT = re.compile(
    r"\\(?:[`'^\"~=.]|[uvHtcdbkr](?![a-zA-Z]))\s*(?:\{\s*(?:\\[a-zA-Z]+|[^\W\d_]{1,2})?\s*(?:\{\})?\s*\}|\\[ij](?![a-zA-Z])|[^\W\d_])"
)
_WITH_ADDRESS = re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}|\\(?:url|path)\s*\{([^{}]*)\}")
# Defined in the preambles that MathSciNet gives with its entries: another name for an accent that LaTeX has.
_MATHSCINET = re.compile(r"\\(ocirc|polhk)(?![a-zA-Z])")
_ACCENT_OF = {"ocirc": r"\r", "polhk": r"\k"}
_NOT_SHOWN = re.compile(r"\\noopsort\s*\{[^{}]*\}|\\(?:begin|end)\s*\{[^{}]*\}")
_RAISED = re.compile(r"\\text(super|sub)script\s*\{([^{}]*)\}")
_SPACING = re.compile(r"\\[ ,;:!/@-]|\\\\(?:\[[^\]]*\])?|~")
_ESCAPED = re.compile(r"\\([&%#_$])")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\*?[ \t]*(?:\{\})?")
_SCRIPT = re.compile(r"([_^])(?:\{([0-9+-]{1,4})\}|([0-9+-]))")
_LOW, _HIGH = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"), str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
# What pylatexenc gives nothing for, though a reader sees something; and declarations, which show nothing.
_SAID = {
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "textregistered": "®", "texttrademark": "™",
    "textasciicircum": "^",
}  # fmt: skip
_FORMATTING = frozenset((
    "emph", "textit", "textbf", "textsc", "textrm", "textsf", "texttt", "textsl", "textnormal", "textup", "mbox",
    "hbox", "enquote", "mkbibquote", "mkbibemph", "it", "em", "bf", "rm", "sc", "sf", "tt", "sl", "small",
    "bfseries", "itshape", "scshape", "protect", "relax", "mathrm", "mathbf", "mathit", "mathsf", "mathcal",
    "mathbb", "text", "operatorname", "overline", "underline", "uppercase", "ensuremath", "left", "right",
))  # fmt: skip
# Private-use characters stand for signs that are text already and must survive the steps that follow.
_OPEN, _CLOSE, _DOLLAR, _BACKSLASH, _TILDE, _SPACE = (chr(0xE001 + i) for i in range(6))
_SHIELD = str.maketrans({"{": _OPEN, "}": _CLOSE, "$": _DOLLAR, "\\": _BACKSLASH, "~": _TILDE})
_UNSHIELD = str.maketrans({_OPEN: "{", _CLOSE: "}", _DOLLAR: "$", _BACKSLASH: "\\", _TILDE: "~", _SPACE: " "})

_CACHED = 120  # characters of a value that may be met again: venues, publishers, names


@cache
def _library() -> tuple[LatexNodes2Text, LatexContextDb]:
    """What reads an accent, and the meanings of macros. Loaded at first use: a reading process is to start at once."""
    from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db

    return LatexNodes2Text(math_mode="text", keep_comments=True), get_default_latex_context_db()


def to_text(value: str) -> str:
    """`G{\\"o}del` -> `Gödel`; braces that only protect capitals go, mathematics we cannot say in letters stays."""
    if not needs_decoding(value):
        return value
    return _cached(value) if len(value) < _CACHED else _decoded(value)


def needs_decoding(value: str) -> bool:
    """Asked sign by sign, because that is ten times as fast as a pattern, and most values need none."""
    return (
        "{" in value or "\\" in value or "$" in value or "--" in value or "~" in value or "}" in value or "``" in value
    )


def _decoded(value: str) -> str:
    value = value.replace("\\{", _OPEN).replace("\\}", _CLOSE)
    if "$" in value or "\\(" in value:
        value = _MATH.sub(_math, value)
    if "\\" in value:
        value = _macros(value)
    value = value.replace("~", " ").replace("---", "—").replace("--", "–")
    if "``" in value:
        value = value.replace("``", "“").replace("''", "”")
    value = value.replace("{", "").replace("}", "")
    return unicodedata.normalize("NFC", value.translate(_UNSHIELD))


_cached = lru_cache(maxsize=20_000)(_decoded)


def _macros(value: str) -> str:
    value = _WITH_ADDRESS.sub(lambda found: found[1] or found[2] or "", _NOT_SHOWN.sub("", value))
    value = _RAISED.sub(lambda found: found[2].translate(_HIGH if found[1] == "super" else _LOW), value)
    value = _MATHSCINET.sub(lambda found: _ACCENT_OF[found[1]], value)
    value = _ACCENT.sub(lambda found: _accented(found[0]), value)
    value = _ESCAPED.sub(lambda found: _DOLLAR if found[1] == "$" else found[1], value)
    value = _SPACING.sub(lambda found: "" if found[0] in ("\\-", "\\/", "\\@", "\\!") else _SPACE, value)
    return _COMMAND.sub(_command, value)


def _command(found: re.Match[str]) -> str:
    name = found[1]
    if name == "textasciitilde":
        return _TILDE
    if name in _SAID:
        return _SAID[name] + ("" if found[0].endswith("}") else found[0][len(name) + 1 :])
    if name in _FORMATTING:
        return ""
    meaning = _symbol(name)
    if len(meaning) > 1:  # a word such as log: the blank after it is a blank
        meaning += found[0][len(name) + 1 :].replace("{}", "")
    return meaning or found[0]


@lru_cache(maxsize=4096)
def _accented(macro: str) -> str:
    return unicodedata.normalize("NFC", _library()[0].latex_to_text(macro).strip())


@lru_cache(maxsize=4096)
def _symbol(name: str) -> str:
    """What a macro without arguments stands for: `\\alpha`, `\\ss`, `\\ldots`. Blank when the library knows none."""
    text = getattr(_library()[1].get_macro_spec(name), "simplify_repl", None)
    return text if isinstance(text, str) and "%" not in text else ""


def _math(found: re.Match[str]) -> str:
    """Letters, Greek, digits and short indices become text; any other formula stays as it is written."""
    source = found[1] if found[1] is not None else found[2]
    plain = _SCRIPT.sub(lambda s: (s[2] or s[3]).translate(_LOW if s[1] == "_" else _HIGH), source)
    plain = _COMMAND.sub(_command, plain).replace("{", "").replace("}", "")
    if re.search(r"[\\_^&]", plain):
        return f"${source}$".translate(_SHIELD)
    return plain.strip()
