"""Which papers a query asks for, put together from the columns: a filter that is a facet's value costs no query at all.

The same papers as `matching.condition_of` gives to querysets, which exports and the API read.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from catalog.search.asked import Asked
from catalog.search.columns import Columns
from catalog.search.filters import name_of, text_of
from catalog.search.index import found_ids
from catalog.search.matching import scope_of
from catalog.search.query import And, Filter, Node, Not, Or, filters_in, joined


def chosen_by(asked: Asked, columns: Columns) -> bytes | None:
    """A flag for each paper of the columns; None where nothing is asked."""
    return columns.flags(_bits(asked.tree, asked, columns)) if asked.tree else None


def _bits(node: Node, asked: Asked, columns: Columns) -> int:
    if isinstance(node, Filter):
        return _filtered(node, asked, columns)
    if not any(filters_in(node)):  # words alone are one question to the index
        return columns.bits(found_ids(node))
    if isinstance(node, Not):
        return columns.everything ^ _bits(node.child, asked, columns)
    return _gathered(node, asked, columns)


def _gathered(node: And | Or, asked: Asked, columns: Columns) -> int:
    words = joined(type(node), [child for child in node.children if not any(filters_in(child))])
    others = [child for child in node.children if any(filters_in(child))]
    parts = [*others, words] if words else others
    return reduce(and_ if isinstance(node, And) else or_, (_bits(part, asked, columns) for part in parts))


def _filtered(filter: Filter, asked: Asked, columns: Columns) -> int:
    if text := text_of(filter):
        return columns.bits(found_ids(text, scope_of(filter))) if text.phrases else 0
    found = asked.resolve(filter)
    if found.key is not None and columns.knows(name_of(filter)):
        return columns.having(name_of(filter), found.key)
    return columns.bits(asked.ids_of(filter))
