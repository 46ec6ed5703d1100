"""A query's tree as a condition on papers, and the rank of a hit: the same on every database.

What consists of words alone becomes one question to the index; filters become conditions of the ORM; what mixes them
is put together from both, so that NOT, OR and brackets hold for every part alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Expression, IntegerField, Q, Value, When

from catalog.search import filters, postgresql, sqlite
from catalog.search.query import And, Filter, Node, Not, Or, Text, joined, positive_texts
from catalog.search.words import ANYWHERE, AUTHORS, TITLES, TITLES_AND_AUTHORS, TITLES_WHOLE, Nickname, Scope, Words
from catalog.titles import title_key

Resolve = Callable[[Filter], filters.Resolved]


class Indexed(Expression):
    """The ids of the papers in which the index finds these words: for `pk__in`."""

    output_field = BooleanField()

    def __init__(self, words: Words, scope: Scope):
        super().__init__()
        self.words, self.scope = words, scope

    def as_sqlite(self, compiler, connection, **context) -> tuple[str, list]:
        return sqlite.ids_sql(self.words, self.scope)

    def as_postgresql(self, compiler, connection, **context) -> tuple[str, list]:
        return postgresql.ids_sql(self.words, self.scope)

    @property
    def identity(self):
        return (type(self), self.words, self.scope)


@dataclass(frozen=True)
class _Asked:
    """A subtree: its words, where it has nothing else, or a condition."""

    words: Words | None
    condition: Q | None = None

    def as_q(self, scope: Scope) -> Q:
        return self.condition if self.words is None else Q(pk__in=Indexed(self.words, scope))


def condition_of(tree: Node | None, resolve: Resolve = filters.resolve) -> Q:
    """The papers that the whole query asks for."""
    return _asked(tree, resolve).as_q(ANYWHERE) if tree else Q()


def grades_of(tree: Node | None) -> list[tuple[Words, Scope]]:
    """What makes one hit better than another, best first: the paper has this as its nickname, all of it in its titles
    as whole words, all in its titles, all in titles and authors. None where no words are asked for.

    By rule and not by a database's own score, so that all give the same order.
    """
    words = words_of(tree)
    typed = title_key(" ".join(text.text for text in positive_texts(words)))
    if words is None or not typed:
        return []
    return [(Nickname(typed), ANYWHERE), (words, TITLES_WHOLE), (words, TITLES), (words, TITLES_AND_AUTHORS)]


def rank_of(tree: Node | None) -> Case | Value:
    """5 for the first of the grades, 2 for the last, 1 for other hits; 0 where no words are asked for."""
    grades = grades_of(tree)
    cases = [When(Q(pk__in=Indexed(words, scope)), then=Value(5 - n)) for n, (words, scope) in enumerate(grades)]
    return Case(*cases, default=Value(1), output_field=IntegerField()) if cases else Value(0)


def words_of(node: Node | None) -> Words | None:
    """The tree without its filters."""
    if node is None or isinstance(node, Filter):
        return None
    if isinstance(node, Text):
        return node
    if isinstance(node, Not):
        child = words_of(node.child)
        return Not(child) if child else None
    return joined(type(node), [words for child in node.children if (words := words_of(child))])


def _asked(node: Node, resolve: Resolve) -> _Asked:
    if isinstance(node, Text):
        return _Asked(node)
    if isinstance(node, Filter):
        return _Asked(None, _filtered(node, resolve))
    if isinstance(node, Not):
        child = _asked(node.child, resolve)
        return _Asked(Not(child.words)) if child.words else _Asked(None, ~child.condition)
    return _gathered(type(node), [_asked(child, resolve) for child in node.children])


def _gathered(kind: type[And] | type[Or], children: list[_Asked]) -> _Asked:
    words = joined(kind, [child.words for child in children if child.words])
    others = [child.condition for child in children if child.words is None]
    if not others:
        return _Asked(words)
    condition = others[0]
    for other in others[1:]:
        condition = condition & other if kind is And else condition | other
    if words:
        of_words = Q(pk__in=Indexed(words, ANYWHERE))
        condition = of_words & condition if kind is And else of_words | condition
    return _Asked(None, condition)


def _filtered(filter: Filter, resolve: Resolve) -> Q:
    text = filters.text_of(filter)
    if text is None:
        return resolve(filter).condition
    return Q(pk__in=Indexed(text, scope_of(filter))) if text.phrases else filters.NOTHING


def scope_of(filter: Filter) -> Scope:
    """Where `author:` and `title:` look."""
    return AUTHORS if filters.name_of(filter) == "author" else TITLES
