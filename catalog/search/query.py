"""What a reader typed, as a tree. Nothing here asks the database, and no text is an error.

    tiny bert                both words, in any order         bert OR elmo, (a OR b) c     either
    "language model"         these words, whole, together     -survey, NOT survey          without it
    author:hinton            a filter (catalog.search.filters); year:2019..2021, venue:"NeurIPS Workshop"

Operators are in capitals, so that "and" and "not" stay words; AND may be left out. What cannot be an operator, a
bracket without its partner for one, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from catalog import identifiers
from catalog.search.tokens import phrases_of

QUERY_MAX_CHARACTERS = 500
QUERY_MAX_TERMS = 32
QUERY_MAX_DEPTH = 12  # of brackets; SQLite's own limit for an expression is 256

# One character for one, so that places in the query stay true.
_PLAIN = str.maketrans("（）：｜－＂“”„«»「」『』\u3000", '():|-"""""""""" ')
_UNSEEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_LEXEME = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<open>\()
  | (?P<close>\))
  | (?P<quoted>"(?P<inside>[^"]*)"?)
  | (?P<address>https?://[^\s"]+)
  | (?P<filter>(?P<name>[^\W\d_]{1,20}):(?P<value>"[^"]*"?|[^\s"]*))
  | (?P<minus>-(?=[^\s)-]))
  | (?P<word>[^\s()"]+)
    """,
    re.VERBOSE,
)
_IDENTIFIER = re.compile(r"10\.\d{4,9}/\S+|\d{4}\.\d{4,5}(v\d+)?|[a-z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9-]+\.\d+", re.I)


@dataclass(frozen=True)
class Text:
    """What must stand in a paper's words. `exact`: as whole words."""

    text: str
    exact: bool = False

    @property
    def phrases(self) -> list[tuple[str, ...]]:
        return phrases_of(self.text)


@dataclass(frozen=True)
class Filter:
    name: str
    value: str


@dataclass(frozen=True)
class Not:
    child: Node


@dataclass(frozen=True)
class And:
    children: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    children: tuple[Node, ...]


Node = Text | Filter | Not | And | Or


@dataclass(frozen=True)
class Part:
    """One of the things that must all hold, and how it was typed."""

    node: Node
    typed: str


@dataclass(frozen=True)
class Query:
    text: str
    parts: list[Part] = field(default_factory=list)
    unknown: list[Filter] = field(default_factory=list)  # looked like filters; searched as words
    cut: bool = False  # whether it was too long to be taken whole

    @property
    def tree(self) -> Node | None:
        return joined(And, [part.node for part in self.parts])


@dataclass(frozen=True)
class _Lexeme:
    kind: str
    start: int
    end: int
    node: Node | None = None


def parse(text: str, names: frozenset[str]) -> Query:
    """`names` are the filters that there are, in small letters."""
    cut = len(text) > QUERY_MAX_CHARACTERS
    text = _UNSEEN.sub(" ", text[:QUERY_MAX_CHARACTERS])
    unknown: list[Filter] = []
    lexemes, too_many = _first_terms(list(_lexemes(text.translate(_PLAIN), names, unknown)))
    return Query(text.strip(), _Parser(text, lexemes).parts(), unknown, cut or too_many)


def joined(kind: type[And] | type[Or], children: list[Node]) -> Node | None:
    """One node for several: none for none, the child itself for one; an And within an And is taken apart."""
    flat: list[Node] = []
    for child in children:
        flat += child.children if isinstance(child, kind) else [child]
    if len(flat) < 2:
        return flat[0] if flat else None
    return kind(tuple(flat))


def positive_texts(node: Node | None) -> Iterator[Text]:
    """The words that a hit shows: those not under a NOT."""
    if isinstance(node, Text):
        yield node
    elif isinstance(node, (And, Or)):
        for child in node.children:
            yield from positive_texts(child)


def filters_in(node: Node | None) -> Iterator[Filter]:
    if isinstance(node, Filter):
        yield node
    elif isinstance(node, Not):
        yield from filters_in(node.child)
    elif isinstance(node, (And, Or)):
        for child in node.children:
            yield from filters_in(child)


def _lexemes(text: str, names: frozenset[str], unknown: list[Filter]) -> Iterator[_Lexeme]:
    position = 0
    while position < len(text):
        match = _LEXEME.match(text, position)
        kind, end = match.lastgroup, match.end()
        if match["filter"] is not None:
            kind, end = "term", _without_closing(match)
            node = _filter(match["name"], text[match.start("value") : end], names, unknown)
        elif match["quoted"] is not None:
            # While the closing quotation mark is missing, the last word is still being typed.
            kind, node = "term", _text(match["inside"], exact=match[0].endswith('"') and len(match[0]) > 1)
        elif match["address"] is not None:
            kind, end = "term", _without_closing(match)
            node = _address(text[position:end])
        elif kind == "word":
            kind, node = _word(match[0])
        else:
            node = None
        yield _Lexeme(kind, position, end, node)
        position = end


def _without_closing(match: re.Match) -> int:
    """Where it ends without the brackets that were opened before it: a DOI may hold brackets of its own."""
    text, end = match[0], match.end()
    while text.endswith(")") and text.count(")") > text.count("("):
        text, end = text[:-1], end - 1
    return end


def _filter(name: str, value: str, names: frozenset[str], unknown: list[Filter]) -> Node | None:
    found = Filter(name.casefold(), value.strip('"').strip())
    if found.name in names:
        return found if found.value else None
    if found.value:
        unknown.append(found)
    return _text(f"{name}:{value}")


def _text(text: str, *, exact: bool = False) -> Text | None:
    found = Text(text.strip('"'), exact)
    return found if found.phrases else None


def _address(text: str) -> Node | None:
    return Filter("id", text) if any(find(text) for find in _FINDERS) else _text(text)


def _word(word: str) -> tuple[str, Node | None]:
    if word in ("AND", "OR", "NOT", "|", "&"):
        return {"|": "OR", "&": "AND"}.get(word, word), None
    if _IDENTIFIER.fullmatch(word):
        return "term", joined(Or, [Filter("id", word), *filter(None, [_text(word)])])
    return "term", _text(word)


_FINDERS = (identifiers.arxiv_id, identifiers.doi, identifiers.acl_id)


def _first_terms(lexemes: list[_Lexeme]) -> tuple[list[_Lexeme], bool]:
    terms = [index for index, lexeme in enumerate(lexemes) if lexeme.node]
    if len(terms) <= QUERY_MAX_TERMS:
        return lexemes, False
    return lexemes[: terms[QUERY_MAX_TERMS]], True


class _Parser:
    """Recursive descent: OR binds least, then AND (or nothing), then NOT and brackets."""

    def __init__(self, text: str, lexemes: list[_Lexeme]):
        self.text = text
        self.lexemes = [lexeme for lexeme in lexemes if lexeme.kind != "space"]
        self.at = 0
        self.depth = 0
        self.unclosed = 0

    def parts(self) -> list[Part]:
        """What stands side by side at the top; all of it as one part where an OR stands there."""
        alternatives: list[list[Part]] = [[]]
        while self.at < len(self.lexemes):
            kind = self.lexemes[self.at].kind
            if kind == "OR":
                alternatives.append([])
            elif kind not in ("AND", "close"):
                first, self.unclosed = self.lexemes[self.at].start, 0
                if node := self._operand():
                    alternatives[-1].append(Part(node, self._closed(self.text[first : self._end()])))
                continue
            self.at += 1
        alternatives = [parts for parts in alternatives if parts]
        if len(alternatives) < 2:
            return alternatives[0] if alternatives else []
        node = joined(Or, [joined(And, [part.node for part in parts]) for parts in alternatives])
        return [Part(node, "(" + " OR ".join(" ".join(part.typed for part in parts) for parts in alternatives) + ")")]

    def _end(self) -> int:
        return self.lexemes[self.at - 1].end

    def _closed(self, typed: str) -> str:
        """So that what is put behind it does not get into its quotation marks or brackets."""
        return typed + '"' * (typed.translate(_PLAIN).count('"') % 2) + ")" * self.unclosed

    def _operand(self) -> Node | None:
        """Reads one; it is none where nothing usable follows. Always goes forward."""
        negated = False
        while self.at < len(self.lexemes) and self.lexemes[self.at].kind in ("NOT", "minus"):
            negated, self.at = not negated, self.at + 1
        if self.at == len(self.lexemes):
            return None
        lexeme = self.lexemes[self.at]
        if lexeme.kind in ("close", "AND", "OR"):
            return None if negated else self._skip()
        self.at += 1
        node = self._bracket() if lexeme.kind == "open" else lexeme.node
        return Not(node) if negated and node else node

    def _skip(self) -> None:
        self.at += 1

    def _bracket(self) -> Node | None:
        if self.depth >= QUERY_MAX_DEPTH:
            return None
        self.depth += 1
        alternatives: list[list[Node]] = [[]]
        while self.at < len(self.lexemes) and self.lexemes[self.at].kind != "close":
            kind = self.lexemes[self.at].kind
            if kind == "OR":
                alternatives.append([])
            elif kind != "AND":
                if node := self._operand():
                    alternatives[-1].append(node)
                continue
            self.at += 1
        if self.at < len(self.lexemes):
            self.at += 1
        else:
            self.unclosed += 1
        self.depth -= 1
        return joined(Or, [node for nodes in alternatives if (node := joined(And, nodes))])
