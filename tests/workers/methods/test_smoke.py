"""Every method's smoke preset from the command line, as a clean clone runs it: no data folder, nothing in the cache."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers import registry

ROOT = Path(__file__).resolve().parents[3]
SPECS = registry.all_specs()


@pytest.mark.whole
@pytest.mark.parametrize("slug", sorted(SPECS))
def test_smoke_runs_and_measures_the_method(slug, tmp_path):
    command = [sys.executable, "-m", "workers", "run", slug, "--preset", "smoke", "--device", "cpu"]
    places = ["--out", str(tmp_path / "out"), "--cache-dir", str(tmp_path / "teachers")]
    without_data = {name: value for name, value in os.environ.items() if name != "DATA_DIR"}
    done = subprocess.run([*command, *places], cwd=ROOT, env=without_data, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    own = {role.slug for role in SPECS[slug].roles if role.kind == "method"}
    measured = {row["role"] for row in found["results"] if row["metric"] == SPECS[slug].quality.slug}
    assert measured & own
    assert all((tmp_path / "out" / artifact["path"]).is_file() for artifact in found["artifacts"])
    assert found["log"]
