"""README.md names every setting, every command and every kind of address that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def settings_read_from_the_environment() -> set[str]:
    source = (ROOT / "config" / "settings.py").read_text()
    pattern = r'(?:environ\.get\(|environ\[|_switch\(|_whole_number\()"([A-Z_]+)"'
    return set(re.findall(pattern, source))


@pytest.mark.parametrize("name", sorted(settings_read_from_the_environment()))
def test_readme_names_every_setting(name):
    assert f"`{name}`" in README


def test_readme_names_every_command():
    commands = {path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")}
    assert commands
    assert all(command in README for command in commands)


def test_readme_names_every_make_target_a_user_needs():
    assert all(f"make {target}" in README for target in ("run", "test", "test-all", "faults", "admin", "dump", "load"))
