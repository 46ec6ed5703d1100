"""The engine's command line, built from the specs.

python -m workers list | data | run METHOD | sweep FAMILY | evaluate CHECKPOINT FILE
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from functools import partial
from pathlib import Path

from rich.console import Console

from workers import data_command, jobs, registry, sweep_command
from workers.comparison import NothingToCompare
from workers.data_kinds import HUB
from workers.kit.data import DataError
from workers.kit.events import Diverged, Report
from workers.metrics import METRICS
from workers.results import Results
from workers.spec import InvalidParams, MethodSpec, Param
from workers.terminal import Terminal, results_table

LARGEST_SEED = 2**31 - 1  # what a run's row holds


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without repeating the usage."""

    def error(self, message: str) -> None:
        self.exit(2, f"{self.prog}: {message}\n")


def build_parser() -> Parser:
    parser = Parser(prog="python -m workers", description="Runs the methods of Distillery without the web.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    listed = commands.add_parser("list", help="the methods, their presets and data sets")
    listed.add_argument("--json", action="store_true", help="as JSON, with every parameter")
    listed.add_argument("--data-dir", default=os.environ.get("DATA_DIR"), help="folder of real data sets (DATA_DIR)")
    data_command.add_to(commands)
    run = commands.add_parser("run", help="run a method's reference job here")
    methods = run.add_subparsers(dest="method", required=True, metavar="METHOD")
    for spec in registry.all_specs().values():
        _add_method(methods, spec)
    sweep_command.add_to(commands)
    evaluate = commands.add_parser("evaluate", help="score a saved network on a labelled file")
    evaluate.add_argument("checkpoint", type=Path, help="a folder that a run wrote, such as OUT/student")
    evaluate.add_argument("file", type=Path, help="tab-separated, with a header: sentence (or text) and label")
    evaluate.add_argument("--json", action="store_true", help="as JSON")
    return parser


def _add_method(methods: argparse._SubParsersAction, spec: MethodSpec) -> None:
    parser = methods.add_parser(spec.slug, help=spec.title.en, description=spec.summary.en)
    presets = [preset.name for preset in spec.presets]
    parser.add_argument("--preset", choices=presets, default="small", help="named settings (default: small)")
    parser.add_argument(
        "--seed", type=int, default=0, help="of everything random; same seed, same numbers (default: 0)"
    )
    parser.add_argument(
        "--data",
        type=partial(_data_name, spec),
        metavar="NAME",
        help=f"the preset's own, or one of {', '.join(spec.data_sets)}{_or_of_the_hub(spec)}",
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: a GPU where there is one"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="CPU threads; they are part of what fixes the numbers (default: 1)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results.json and checkpoints go")
    parser.add_argument(
        "--data-dir", default=os.environ.get("DATA_DIR"), metavar="DIR", help="folder of real data sets (DATA_DIR)"
    )
    cache = str(jobs.var_dir() / "cache" / "teachers")
    parser.add_argument("--cache-dir", default=cache, metavar="DIR", help="trained teachers (default: %(default)s)")
    group = parser.add_argument_group("parameters", "what is not given comes from the preset")
    for param in spec.params:
        group.add_argument(
            jobs.option_of(param.name), dest=f"param:{param.name}", metavar="VALUE", help=_describe(param)
        )


def _data_name(spec: MethodSpec, name: str) -> str:
    if any(source.takes(name) for source in spec.data):
        return name
    raise argparse.ArgumentTypeError(f"invalid choice: {name!r} (choose from {', '.join(spec.data_sets)})")


def _or_of_the_hub(spec: MethodSpec) -> str:
    return f", or {HUB}owner/name" if spec.takes_hub else ""


def _describe(param: Param) -> str:
    if param.type == "choice":
        allowed = ", ".join(name for name, _ in param.choices)
    elif param.type == "bool":
        allowed = "true or false"
    elif param.type == "text":
        allowed = f"up to {param.maximum:g} characters"
    else:
        allowed = f"{param.minimum:g} to {param.maximum:g}"
    default = str(param.default).lower() if param.type == "bool" else param.default
    usually = "empty" if default == "" else default
    return f"{param.help.en} [{allowed}; usually {usually}]".replace("%", "%%")


def show_list(args: argparse.Namespace, console: Console) -> None:
    specs = registry.all_specs().values()
    if args.json:
        print(json.dumps([_as_json(spec, args.data_dir) for spec in specs], indent=2, ensure_ascii=False))  # noqa: T201
        return
    for spec in specs:
        console.print(f"[bold]{spec.slug}[/bold]  {spec.title.en} ({spec.family})", highlight=False)
        console.print(f"  {spec.summary.en}", highlight=False)
        for preset in spec.presets:
            cost = f"about {preset.seconds} s" if preset.seconds else "not timed yet"
            console.print(f"  {preset.name:6} {preset.help.en} Data: {preset.data}; {cost}.", highlight=False)
        for found in registry.data_sets(spec, args.data_dir):
            state = "here" if found.available else found.why_not.en
            console.print(f"  data {found.name:15} {found.title.en}: {state}", highlight=False)
        for param in spec.params:
            for choice in registry.choices(param, args.data_dir):
                if not choice.available:
                    said = f"  {param.name} {choice.value:15} {choice.label.en}: {choice.why_not.en}"
                    console.print(said, highlight=False)


def _as_json(spec: MethodSpec, data_dir: str | None) -> dict:
    return {
        "slug": spec.slug,
        "title": spec.title.en,
        "family": spec.family,
        "paper": spec.paper,
        "params": [_param_as_json(param, data_dir) for param in spec.params],
        "presets": [
            {"name": preset.name, "data": preset.data, "needs": preset.needs, "values": spec.values_of(preset)}
            for preset in spec.presets
        ],
        "data": [{"name": d.name, "available": d.available} for d in registry.data_sets(spec, data_dir)],
        "roles": [role.slug for role in spec.roles],
    }


def _param_as_json(param: Param, data_dir: str | None) -> dict:
    return {
        "name": param.name,
        "type": param.type,
        "default": param.default,
        "minimum": param.minimum,
        "maximum": param.maximum,
        "choices": [name for name, _ in param.choices],
        "absent": {c.value: c.why_not.en for c in registry.choices(param, data_dir) if not c.available},
    }


def run_method(args: argparse.Namespace, console: Console) -> None:
    spec = registry.get_spec(args.method)
    preset = spec.preset(args.preset)
    given = {name.removeprefix("param:"): value for name, value in vars(args).items() if name.startswith("param:")}
    params = spec.clean({name: value for name, value in given.items() if value is not None}, preset=preset)
    if absent := registry.absent(spec, params, args.data_dir):
        raise InvalidParams(absent)
    request = jobs.JobRequest(
        method=spec.slug,
        preset=preset.name,
        data=args.data or preset.data,
        seed=args.seed,
        params=params,
        device=args.device,
        out_dir=str(args.out),
        cache_dir=args.cache_dir,
        data_dir=args.data_dir,
        threads=args.threads,
    )
    results = Results(method=spec.slug, preset=preset.name, seed=args.seed, data=request.data, params=params)
    titles = registry.data_titles()
    title = titles[request.data].en if request.data in titles else request.data
    console.print(
        f"[bold]{spec.title.en}[/bold], preset {preset.name}, seed {args.seed}, data: {title}", highlight=False
    )
    with Terminal(console) as terminal:
        jobs.execute(request, Report(lambda event: (results.take(event), terminal.take(event))))
    results.write(args.out / "results.json")
    console.print(results_table(spec, results.results))
    console.print(
        f"Measured on the dev split of {title}. Written: {args.out / 'results.json'}", highlight=False, soft_wrap=True
    )


def evaluate(args: argparse.Namespace, console: Console) -> None:
    jobs.set_up_threads(1)
    from workers.kit import checkpoints
    from workers.kit.scoring import score_file

    registry.load_owner(checkpoints.kind(args.checkpoint))
    found = score_file(args.checkpoint, args.file)
    if args.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))  # noqa: T201
        return
    console.print(f"{found['rows']} rows of {found['file']}", highlight=False, soft_wrap=True)
    for slug in ("accuracy", "macro_f1", "ece"):
        console.print(f"  {METRICS[slug].label.en}: {100 * found[slug]:.1f} %", highlight=False)


def main(argv: list[str] | None = None) -> int:
    parser = build_parser()
    args = parser.parse_args(argv)
    if getattr(args, "threads", 1) < 1 or not 0 <= getattr(args, "seed", 0) <= LARGEST_SEED:
        parser.error(f"--threads must be at least 1 and --seed between 0 and {LARGEST_SEED}")
    console = Console()
    try:
        if args.command == "sweep":
            return 1 if sweep_command.run(args, console) else 0
        {"list": show_list, "data": data_command.run, "run": run_method, "evaluate": evaluate}[args.command](
            args, console
        )
    except InvalidParams as wrong:
        listed = "; ".join(f"{jobs.option_of(name)} {text.en}" for name, text in wrong.errors.items())
        parser.error(listed)
    except (jobs.JobError, DataError, NothingToCompare) as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Diverged as error:
        Console(stderr=True).print(str(error), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        Console(stderr=True).print("Stopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
