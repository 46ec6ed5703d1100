"""A query, understood: its tree, and each of its filters looked up once."""

from __future__ import annotations

from functools import cached_property

from django.db.models import Case, Q, Value

from catalog.search import filters, matching
from catalog.search.query import Filter, Node, Query, Text, parse, positive_texts


class Asked:
    """Filters are looked up when they are first needed, at most two queries each."""

    def __init__(self, query: Query):
        self.query = query
        self._resolved: dict[Filter, filters.Resolved] = {}

    @property
    def tree(self) -> Node | None:
        return self.query.tree

    @cached_property
    def texts(self) -> list[Text]:
        """The words that a hit shows."""
        return list(positive_texts(self.tree))

    @property
    def has_words(self) -> bool:
        return bool(self.texts)

    @cached_property
    def condition(self) -> Q:
        return self.condition_of(self.tree)

    @cached_property
    def rank(self) -> Case | Value:
        return matching.rank_of(self.tree)

    def condition_of(self, tree: Node | None) -> Q:
        return matching.condition_of(tree, self.resolve)

    def resolve(self, filter: Filter) -> filters.Resolved:
        if filter not in self._resolved:
            self._resolved[filter] = filters.resolve(filter)
        return self._resolved[filter]


def read(text: str) -> Asked:
    return Asked(parse(text, filters.NAMES))
