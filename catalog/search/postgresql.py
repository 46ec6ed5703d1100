"""The index on PostgreSQL: a tsvector made of literal lexemes, whose weights A to D are the four places.

No text configuration has a part in it: tokens come from catalog.search.tokens, so that results are SQLite's.
"""

from __future__ import annotations

from collections.abc import Iterable

from catalog.search.query import And, Not, Text
from catalog.search.words import ANYWHERE, BREAK, EVERY, NICKNAME, Document, Nickname, Phrase, Scope, Words, phrases

POSITIONS_A_WORD = 255  # PostgreSQL keeps no more
LAST_POSITION = 16383


def write(connection, documents: Iterable[Document]) -> None:
    rows = [(document.paper_id, vector(document)) for document in documents]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO catalog_search (paper_id, vector) VALUES (%s, %s::tsvector)"
            " ON CONFLICT (paper_id) DO UPDATE SET vector = EXCLUDED.vector",
            rows,
        )


def remove(connection, ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_search WHERE paper_id = ANY(%s)", [ids])


def clear(connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalog_search")


def vector(document: Document) -> str:
    """A BREAK takes a position and is not written, so that no phrase goes across it."""
    positions: dict[str, list[str]] = {}
    position = 0
    for weight, tokens in zip("ABCD", document.places, strict=True):
        position += 1
        for token in tokens:
            position += 1
            if token != BREAK:
                positions.setdefault(token, []).append(f"{min(position, LAST_POSITION)}{weight}")
    return " ".join(f"'{token}':{','.join(places[:POSITIONS_A_WORD])}" for token, places in positions.items())


def ids_sql(words: Words, scope: Scope) -> tuple[str, list]:
    return "SELECT paper_id FROM catalog_search WHERE vector @@ %s::tsquery", [expression(words, scope)]


def array_sql(words: Words, scope: Scope) -> tuple[str, list]:
    """The same ids as one array."""
    return "SELECT array_agg(paper_id) FROM catalog_search WHERE vector @@ %s::tsquery", [expression(words, scope)]


def expression(words: Words, scope: Scope = ANYWHERE) -> str:
    """What is under a NOT is looked for everywhere."""
    if isinstance(words, Nickname):
        return f"'{NICKNAME}{words.key}'"
    if isinstance(words, Text):
        return "(" + " | ".join(_lexemes(phrase, scope) for phrase in phrases(words, scope)) + ")"
    if isinstance(words, Not):
        return f"('{EVERY}' & !{expression(words.child)})"
    operator = " & " if isinstance(words, And) else " | "
    return "(" + operator.join(expression(child, scope) for child in words.children) + ")"


def _lexemes(phrase: Phrase, scope: Scope) -> str:
    *first, last = phrase.tokens
    marks = ("*" if phrase.prefix else "") + scope.places
    lexemes = [_lexeme(token, scope.places) for token in first] + [_lexeme(last, marks)]
    return "(" + " <-> ".join(lexemes) + ")"


def _lexeme(token: str, marks: str) -> str:
    return f"'{token}':{marks}" if marks else f"'{token}'"


def words_between(connection, first: str, last: str) -> list[tuple[str, int]]:
    """Words of the index from `first` to before `last`, each with the number of papers that have it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat($$SELECT vector FROM catalog_search$$)"
            ' WHERE word COLLATE "C" >= %s AND word COLLATE "C" < %s',
            [first, last],
        )
        return cursor.fetchall()
