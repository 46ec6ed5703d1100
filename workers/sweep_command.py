"""`python -m workers sweep FAMILY`: every method of a family on the same footing, over several seeds, as one table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from workers import jobs, registry, sweep
from workers.comparison import Comparison, Entry, Planned, comparison, planned
from workers.kit.files import DataError
from workers.metrics import METRICS, SIZE
from workers.spec import Metric, Role
from workers.statistics import SEEDS_FOR_A_CLAIM, Summary, paired, summary
from workers.terminal import scale_of

MOST = 100  # seeds, and runs side by side
Values = dict[tuple[str, str, str], dict[int, float]]  # by method, role and metric: by seed


def add_to(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("sweep", help="measure all methods of a family on the same footing, seed by seed")
    parser.add_argument("family", choices=[family.slug for family in registry.FAMILIES], metavar="FAMILY")
    parser.add_argument("--preset", choices=("smoke", "small", "full"), default="small", help="(default: small)")
    parser.add_argument("--seeds", type=_number, default=SEEDS_FOR_A_CLAIM, metavar="N", help="seeds 0 to N - 1")
    parser.add_argument("--data", action="append", metavar="NAME", help="instead of the preset's own; again for more")
    parser.add_argument("--method", action="append", metavar="SLUG", help="only this one; again for more")
    parser.add_argument("--again", action="store_true", help="measure also what is complete already")
    parser.add_argument("--at-once", type=_number, default=1, metavar="N", help="runs side by side (default: 1)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a run (default: 1)")
    var = jobs.var_dir()
    parser.add_argument(
        "--out", type=Path, default=var / "sweeps", metavar="DIR",
        help="where runs are kept; a site with this state takes them in (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--data-dir", default=os.environ.get("DATA_DIR"), metavar="DIR")
    parser.add_argument("--cache-dir", default=str(var / "cache" / "teachers"), metavar="DIR")


def _number(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= MOST:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MOST}")


def run(args: argparse.Namespace, console: Console) -> int:
    """How many runs failed. Raises NothingToCompare, DataError."""
    found = comparison(args.family, args.preset, args.method or ())
    data = args.data or list(dict.fromkeys(entry.preset.data for entry in found.entries))
    _refuse_unreadable(found, data, args.data_dir)
    place = sweep.Place(
        args.out, args.cache_dir, args.data_dir, device=args.device, threads=args.threads, at_once=args.at_once
    )
    runs = planned(found, data, range(args.seeds))
    _say_footing(found, console)
    counted = iter(range(1, len(runs) + 1))

    def on_end(ended: sweep.Ended) -> None:
        took = f" in {ended.seconds:.0f} s" if ended.seconds else ""
        console.print(f"{next(counted)}/{len(runs)} {ended.run.name}: {ended.state}{took}", highlight=False)
        if ended.cause:
            console.print(ended.cause, highlight=False, markup=False)

    ended = sweep.measure(runs, place, on_end, again=args.again)
    for name in data:
        console.print(table(found, name, sweep.read_results(place, [run for run in runs if run.data == name])))
    failed = sum(one.state not in ("succeeded", sweep.ALREADY) for one in ended)
    if failed:
        print(f"{failed} of {len(runs)} runs failed; the same command measures them again.", file=sys.stderr)  # noqa: T201
    return failed


def _refuse_unreadable(found: Comparison, data: Iterable[str], data_dir: str | None) -> None:
    for entry in found.entries:
        for name, why in registry.absent(entry.spec, entry.params, data_dir).items():
            raise DataError(f"{entry.spec.slug}: {name} {entry.params[name]}: {why.en}")
    for name in data:
        for spec in found.specs:
            known = {one.name: one for one in registry.data_sets(spec, data_dir)}
            if name not in known:
                raise DataError(f"{spec.slug} does not take the data set {name!r}; it takes {', '.join(known)}")
            if not known[name].available:
                raise DataError(f"the data set {name!r} cannot be read: {known[name].why_not.en}")


def _say_footing(found: Comparison, console: Console) -> None:
    shared = ", ".join(f"{name} {value}" for name, value in found.shared.items()) or "nothing; each has its own preset"
    console.print(f"Shared: {shared}.", highlight=False)
    for entry in found.entries:
        if words := exceptions_in_words(entry):
            console.print(f"  {entry.spec.slug} has {words}.", highlight=False)


def exceptions_in_words(entry: Entry) -> str:
    own = [f"{param.name} {entry.params[param.name]}" for param in entry.exceptions]
    if entry.other_budget is not None:
        own.append(f"{entry.other_budget} epochs in all")
    return ", ".join(own)


def table(found: Comparison, data: str, measured: Iterable[tuple[Planned, list[dict]]]) -> Table:
    """A row a network: mean ± standard deviation over the seeds, and the method's gain over it, paired by seed."""
    values: Values = {}
    for run, results in measured:
        for row in results:
            values.setdefault((run.entry.spec.slug, row["role"], row["metric"]), {})[run.seed] = row["value"]
    titles = registry.data_titles()
    shown = Table(title=f"{titles[data].en if data in titles else data}, preset {found.preset}")
    shown.caption = (
        "Mean ± standard deviation over seeds; the gain is paired by seed, in the unit of the quality (points "
        f"for per cent), and an order is claimed only where Student's 95 % interval over at least {SEEDS_FOR_A_CLAIM} "
        "seeds leaves out zero."
    )
    for head in ("Network", "Quality", "Gain of the method over it", "", "Size", "Seeds"):
        shown.add_column(head, justify="left" if head in ("Network", "") else "right")
    many = len({spec.quality for spec in found.specs}) > 1
    for entry in found.entries:
        shown.add_row(f"[bold]{entry.spec.title.en}[/bold]", entry.spec.quality.label.en if many else "")
        for role in entry.spec.roles:
            if row := _row(entry, role, values):
                shown.add_row(*row)
        shown.add_section()
    return shown


def _row(entry: Entry, role: Role, values: Values) -> list[str] | None:
    slug, quality = entry.spec.slug, entry.spec.quality
    own = values.get((slug, role.slug, quality.slug))
    if not own:
        return None
    method = next((one.slug for one in entry.spec.roles if one.kind == "method"), "")
    gain = paired(values.get((slug, method, quality.slug), {}), own) if role.kind == "baseline" else None
    sizes = values.get((slug, role.slug, SIZE[0]))
    return [
        f"  {role.label.en}",
        _spread(quality, summary(list(own.values()))),
        _spread(quality, gain, "+") if gain else "",
        _order(quality, gain) if gain else "",
        f"{_spread(METRICS[SIZE[0]], summary([next(iter(sizes.values()))]))} MB" if sizes else "",
        str(len(own)),
    ]


def _spread(metric: Metric, found: Summary, sign: str = "") -> str:
    factor, form = scale_of(metric.unit)
    number = form.partition("}")[0] + "}"
    mean = number.replace("{:", "{:" + sign).format(factor * found.mean)
    return mean if found.deviation is None else f"{mean} ± {number.format(factor * found.deviation)}"


def _order(quality: Metric, gain: Summary) -> str:
    """Claimed only where the interval over enough seeds leaves out zero."""
    if gain.n < SEEDS_FOR_A_CLAIM:
        return "too few seeds"
    return "within the noise" if gain.low <= 0 <= gain.high else "better" if quality.sign * gain.mean > 0 else "worse"
