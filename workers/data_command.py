"""`python -m workers data`: every data set by its kind, with source, licence, hash and place."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Console

from workers import registry
from workers.data_kinds import SetFacts, Source
from workers.kit.files import DataError, why_absent
from workers.spec import Text


def add_to(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("data", help="the data sets: source, licence, hash, and whether each is here")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--data-dir", default=os.environ.get("DATA_DIR"), help="folder of real data sets (DATA_DIR)")


def run(args: argparse.Namespace, console: Console) -> None:
    kinds = registry.kinds()
    if args.json:
        print(json.dumps([as_json(kind, args.data_dir) for kind in kinds], indent=2, ensure_ascii=False))  # noqa: T201
        return
    for kind in kinds:
        console.print(f"[bold]{kind.slug}[/bold]  {kind.promise.en}", highlight=False)
        for one in kind.sets:
            for line in _lines(one, *looked_up(kind, one, args.data_dir)):
                console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)


def looked_up(kind: Source, one: SetFacts, data_dir: str | None) -> tuple[str, Text | None]:
    """The hash of what is read, and why there is none: the set is not here, or its files are damaged."""
    if why := why_absent(one.files, data_dir):
        return "", why
    try:
        return kind.read(one.name, data_dir).sha256, None
    except DataError as error:
        return "", Text(str(error), f"无法读取：{error}")


def as_json(kind: Source, data_dir: str | None) -> dict:
    return {
        "kind": kind.slug,
        "promise": asdict(kind.promise),
        "hub": kind.takes_hub,
        "sets": [_set_as_json(one, *looked_up(kind, one, data_dir)) for one in kind.sets],
    }


def _set_as_json(one: SetFacts, sha256: str, why_not: Text | None) -> dict:
    return {
        "name": one.name,
        "title": asdict(one.title),
        "source": one.origin,
        "licence": asdict(one.licence),
        "files": list(one.files),
        "available": why_not is None,
        "why_not": asdict(why_not) if why_not else None,
        "sha256": sha256,
    }


def _lines(one: SetFacts, sha256: str, why_not: Text | None) -> Iterator[str]:
    yield f"{one.name:20} {one.title.en}: {why_not.en if why_not else 'here'}"
    place = ", ".join(one.files) or "built in"
    yield f"{'':20} {'; '.join(part for part in (place, one.licence.en, one.origin) if part)}"
    if sha256:
        yield f"{'':20} sha256 {sha256}"
