"""Papers into the index and out of it: read in bulk, in few queries, whatever their number."""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.apps import apps
from django.db import connections, router, transaction
from django.db.models import Aggregate, Q, TextField

from catalog.search import postgresql, sqlite
from catalog.search.tokens import Tokens, tokens_of
from catalog.search.words import ANYWHERE, BREAK, EVERY, NICKNAME, Document, Scope, Words
from catalog.titles import title_key

BATCH = 900  # papers read at a time: ids are below SQLite's lowest limit on parameters
LAYOUT = 1  # counts up when the same paper would be indexed differently: everything is then indexed anew
_BACKENDS = {"sqlite": sqlite, "postgresql": postgresql}


class IdList(Aggregate):
    """All ids in one value, as JSON: ten times as quick to read as a row each. `loaded_ids` reads it."""

    output_field = TextField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="JSON_AGG(%(expressions)s)::text", **context)


def backend_of(connection):
    return _BACKENDS[connection.vendor]


def reindex(ids: Iterable[int] | None = None) -> int:
    """Writes these papers (all, without ids) into the index anew. Returns how many.

    To be called inside the transaction that changed a paper, its authors, titles, notes, topics or places.
    """
    papers = apps.get_model("catalog", "Paper").objects
    connection = connections[router.db_for_write(papers.model)]
    backend = backend_of(connection)
    with transaction.atomic(using=connection.alias):
        if ids is None:
            backend.clear(connection)
            ids = papers.values_list("pk", flat=True)
        ids = sorted(set(ids))
        for start in range(0, len(ids), BATCH):
            backend.write(connection, list(_documents(ids[start : start + BATCH])))
        touch_version()
    return len(ids)


def found_ids(words: Words, scope: Scope = ANYWHERE) -> list[int]:
    """The papers in which the index finds these words, in no order: one query, read at once."""
    connection = connections[router.db_for_read(apps.get_model("catalog", "Paper"))]
    with connection.cursor() as cursor:
        cursor.execute(*backend_of(connection).array_sql(words, scope))
        return loaded_ids(cursor.fetchone()[0])


def loaded_ids(array: str | list[int] | None) -> list[int]:
    """An array that a database made: SQLite's is text."""
    return json.loads(array) if isinstance(array, str) else array or []


def remove(ids: Iterable[int]) -> None:
    """To be called inside the transaction that deletes these papers."""
    connection = connections[router.db_for_write(apps.get_model("catalog", "Paper"))]
    backend_of(connection).remove(connection, sorted(set(ids)))
    touch_version()


def touch_version() -> None:
    """Tells every process that what it counted is old. At random, so that no rolled back number comes again."""
    version = apps.get_model("catalog", "IndexVersion")
    row = version(pk=1, token=secrets.randbits(62), layout=LAYOUT)
    version.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["token", "layout"])


def bring_up_to_date() -> int:
    """Indexes everything where the index is of an older layout, or was never made. Returns how many papers."""
    current = apps.get_model("catalog", "IndexVersion").objects.filter(layout=LAYOUT).exists()
    if current or not apps.get_model("catalog", "Paper").objects.exists():
        return 0
    return reindex()


def _documents(ids: list[int]) -> Iterator[Document]:
    """Six queries, however many papers."""
    wanted = set(ids)
    papers = apps.get_model("catalog", "Paper").objects.filter(_among("pk", ids))
    titles = _texts("AlternativeTitle", ids, "title", order="pk")
    authors = _texts("Authorship", ids, "author__name", order="position")
    notes = _texts("Note", ids, "body", order="pk")
    versions = _texts("PaperVersion", ids, "title", "doi", "arxiv", "acl", order="pk")
    topics = defaultdict(list)
    for paper, *names in papers.order_by().values_list("pk", "topics__name_en", "topics__name_zh"):
        topics[paper] += names
    facts = ("venue__name", "year", "doi", "arxiv", "acl", "bibtex_key")
    for pk, title, short_name, *rest in papers.order_by("pk").values_list("pk", "title", "short_name", *facts):
        if pk not in wanted:
            continue
        others = versions[pk]
        key = title_key(short_name) if short_name else ""
        yield Document(
            pk,
            *_titles([short_name, title, *titles[pk], *others[::4]], key),
            _together(map(tokens_of, authors[pk])),
            _together(map(tokens_of, map(str, filter(None, (*rest, *topics[pk], *others, *notes[pk])))), [EVERY]),
        )


def _among(field: str, ids: list[int]) -> Q:
    """Of ids that hardly leave one out the ends say enough: what stands between them is read and passed over."""
    if ids[-1] - ids[0] < 2 * len(ids):
        return Q(**{f"{field}__gte": ids[0], f"{field}__lte": ids[-1]})
    return Q(**{f"{field}__in": ids})


def _texts(model: str, ids: list[int], *fields: str, order: str) -> dict[int, list[str]]:
    """The texts of each paper's rows, in their order."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = apps.get_model("catalog", model).objects.filter(_among("paper", ids)).order_by("paper", order)
    for paper, *texts in rows.values_list("paper", *fields):
        found[paper] += texts
    return found


def _titles(titles: list[str], nickname: str) -> tuple[list[str], list[str]]:
    """The titles' words, and what stands beside them."""
    words: list[str] = []
    beside = [NICKNAME + nickname] if nickname else []
    for found in map(tokens_of, filter(None, titles)):
        words += [*found.words, BREAK]
        beside += found.beside
    return words, _apart(beside)


def _together(texts: Iterable[Tokens], first: Iterable[str] = ()) -> list[str]:
    words, beside = list(first), []
    for found in texts:
        words += [BREAK, *found.words]
        beside += found.beside
    return [*words, BREAK, *_apart(beside)] if beside else words


def _apart(tokens: list[str]) -> list[str]:
    """No two of them make a phrase."""
    return [piece for token in dict.fromkeys(tokens) for piece in (token, BREAK)]
