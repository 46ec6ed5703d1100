"""What the settings make of DATABASE_URL, read in a process of their own."""

import json
import os
import subprocess
import sys

import pytest

SAY = "import json; from config.settings import DATABASES; print(json.dumps(DATABASES['default']['OPTIONS']))"


def options(url: str, var_dir) -> dict:
    environment = os.environ | {"DATABASE_URL": url, "VAR_DIR": str(var_dir)}
    said = subprocess.run([sys.executable, "-c", SAY], env=environment, check=True, capture_output=True, text=True)
    return json.loads(said.stdout)


@pytest.mark.parametrize(("query", "seconds"), [("", 5), ("?connect_timeout=2", 2)])
def test_postgresql_that_is_gone_is_given_up_in_seconds_that_the_address_may_set(query, seconds, tmp_path):
    found = options(f"postgres://user:password@host/name{query}", tmp_path)
    assert int(found["connect_timeout"]) == seconds
    assert found["tcp_user_timeout"] == 20_000


def test_sqlite_lets_readers_go_on_while_one_writes(tmp_path):
    assert "journal_mode=WAL" in options(f"sqlite:///{tmp_path}/site.sqlite3", tmp_path)["init_command"]
