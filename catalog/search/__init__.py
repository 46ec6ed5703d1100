"""The search: papers go into an index by `reindex` and `remove`; `read` understands what a reader typed.

One index a database (sqlite.py, postgresql.py) behind the same tokens (tokens.py), query language (query.py), filters
(filters.py) and rank (matching.py): the same results, in the same order, on both.
"""

from catalog.search.asked import Asked, read
from catalog.search.index import bring_up_to_date, reindex, remove, touch_version
from catalog.search.query import QUERY_MAX_CHARACTERS
from catalog.search.tokens import fold

__all__ = [
    "QUERY_MAX_CHARACTERS",
    "Asked",
    "bring_up_to_date",
    "fold",
    "read",
    "reindex",
    "remove",
    "touch_version",
]
