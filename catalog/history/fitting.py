"""What a row should be when one step is taken back and later steps stay: three snapshots in, one out. No database.

`goal` is what stood before the step, `base` what the step left, `now` what stands. A field that the step did not touch
stays as it is now. Of a set of things (topics, links) and of a list's entries, only what the step put in or took out
goes back; any other field that it touched goes back whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from catalog.history.snapshots import Snapshot

SETS = ("links", "titles", "topics", "versions", "addresses")


class Entangled(Exception):
    """A section that the step made holds entries of later steps: they would be lost. `section` is its snapshot."""

    def __init__(self, section: Snapshot) -> None:
        super().__init__(section["name_en"])
        self.section = section


def fitted(goal: Snapshot, base: Snapshot, now: Snapshot) -> Snapshot:
    """Raises Entangled."""
    result = dict(now)
    for name, value in goal.items():
        if value == base.get(name) or value == now.get(name):
            continue
        result[name] = _fit(name)(value, base.get(name), now.get(name))
    return result


def _fit(name: str) -> Callable[[Any, Any, Any], Any]:
    if name in SETS:
        return _fit_set
    return {"bibtex_fields": _fit_mapping, "sections": _fit_sections}.get(name, lambda goal, base, now: goal)


def _fit_set(goal: list, base: list | None, now: list | None) -> list:
    base, now = base or [], now or []
    if now == base:
        return goal
    kept = [item for item in now if item in goal or item not in base]
    return kept + [item for item in goal if item not in base and item not in kept]


def _fit_mapping(goal: dict, base: dict | None, now: dict | None) -> dict:
    base, now = base or {}, now or {}
    result = {key: value for key, value in now.items() if key in goal or key not in base}
    return result | {key: value for key, value in goal.items() if value != base.get(key)}


def _fit_sections(goal: list[Snapshot], base: list[Snapshot], now: list[Snapshot]) -> list[Snapshot]:
    if now == base:
        return goal
    by_id = {name: {section["id"]: section for section in rows} for name, rows in (("goal", goal), ("base", base))}
    fitted_now = {}
    for section in now:
        pk = section["id"]
        in_goal, in_base = by_id["goal"].get(pk), by_id["base"].get(pk)
        if in_base is None:
            fitted_now[pk] = section
        elif in_goal is not None:
            fitted_now[pk] = _fit_section(in_goal, in_base, section)
        elif Counter(section["entries"]) - Counter(in_base["entries"]):
            raise Entangled(section)
    back = {pk: section for pk, section in by_id["goal"].items() if pk not in by_id["base"] and pk not in fitted_now}
    rows = fitted_now | back
    order = fit_order([row["id"] for row in goal], [row["id"] for row in base], [row["id"] for row in now])
    return [rows[pk] for pk in order if pk in rows]


def _fit_section(goal: Snapshot, base: Snapshot, now: Snapshot) -> Snapshot:
    result = {name: goal[name] if goal[name] != base[name] else value for name, value in now.items()}
    result["entries"] = fit_order(goal["entries"], base["entries"], now["entries"])
    return result


def fit_order(goal: list, base: list, now: list) -> list:
    """Items that the step took out come back behind their neighbour of then; those it put in go; a new order goes back
    where it made one. An item may stand more than once."""
    if now == base:
        return goal
    taken_out, put_in = Counter(goal) - Counter(base), Counter(base) - Counter(goal)
    stay = _without(now, put_in)
    common = Counter(stay) & (Counter(goal) - taken_out)
    order = _only(_without(goal, taken_out), common)
    if order != _only(_without(base, put_in), common):
        stay = _woven(order, stay)
    return _with_returned(stay, goal, taken_out)


def _without(items: list, counts: Counter) -> list:
    """Of two alike the later one goes: it is the one that came last."""
    left, result = Counter(counts), []
    for item in reversed(items):
        if left[item] > 0:
            left[item] -= 1
        else:
            result.append(item)
    return result[::-1]


def _only(items: list, counts: Counter) -> list:
    return _without(items, Counter(items) - counts)


def _woven(order: list, other: list) -> list:
    """`order`, with what only `other` holds behind its neighbour there."""
    result = list(order)
    left = Counter(other) - Counter(order)
    before = None
    for item in other:
        if left[item] > 0:
            left[item] -= 1
            result.insert(result.index(before) + 1 if before in result else 0, item)
        before = item
    return result


def _with_returned(stay: list, goal: list, returned: Counter) -> list:
    """`stay` with what is returned, each behind the nearest item that stands before it in `goal`."""
    result, at, seen, staying = list(stay), 0, Counter(), Counter(goal) - returned
    for item in goal:
        seen[item] += 1
        if seen[item] > staying[item]:
            result.insert(at, item)
            at += 1
        elif item in result[at:]:
            at = result.index(item, at) + 1
    return result
