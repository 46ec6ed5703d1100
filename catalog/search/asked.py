"""A query, understood: its tree, and each of its filters looked up once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from django.apps import apps
from django.db.models import Case, Q, Value

from catalog.search import filters, matching
from catalog.search.index import IdList, found_ids, loaded_ids
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

    def texts_of(self, name: str) -> list[Text]:
        """What `author:` or `title:` asks for."""
        named = (part.node for part in self.query.parts if isinstance(part.node, Filter))
        return [text for node in named if filters.name_of(node) == name and (text := filters.text_of(node))]

    @property
    def has_words(self) -> bool:
        return bool(self.texts)

    @cached_property
    def condition(self) -> Q:
        return self.condition_of(self.tree)

    @cached_property
    def rank(self) -> Case | Value:
        return matching.rank_of(self.tree)

    def ids_of(self, tree: Node) -> list[int]:
        """All that a part of the query asks for, in no order."""
        papers = apps.get_model("catalog", "Paper").objects.filter(self.condition_of(tree)).order_by()
        return loaded_ids(papers.aggregate(ids=IdList("pk"))["ids"])

    def graded_ids(self) -> Iterator[list[int]]:
        """Of each grade (catalog.search.matching) what the index has, best first: also what filters leave out."""
        return (found_ids(words, scope) for words, scope in matching.grades_of(self.tree))

    def condition_of(self, tree: Node | None) -> Q:
        return matching.condition_of(tree, self.resolve)

    def resolve(self, filter: Filter) -> filters.Resolved:
        if filter not in self._resolved:
            self._resolved[filter] = filters.resolve(filter)
        return self._resolved[filter]


def read(text: str) -> Asked:
    return Asked(parse(text, filters.NAMES))
