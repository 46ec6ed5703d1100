from __future__ import annotations

import errno

import pytest
from django.utils import translation

from demos import causes
from tests.demos.factories import RunFactory, add_events


def test_a_full_disk_is_told_in_words():
    cause = causes.of_our_side(OSError(errno.ENOSPC, "No space left on device"))
    assert cause.en == "The run could not be executed: a file could not be kept (No space left on device)."


@pytest.mark.django_db
def test_the_last_lines_of_a_failed_run_are_the_end_of_its_log():
    run = RunFactory(succeeded=True, state="failed")
    add_events(run, *(("log", {"text": f"line {n}"}) for n in range(30)), ("log", {"text": "Traceback\n  boom"}))
    lines = causes.last_lines(run)
    assert (len(lines), lines[-2:]) == (causes.LAST_LINES, ["Traceback", "  boom"])


@pytest.mark.django_db
def test_the_last_lines_are_in_the_readers_language():
    run = RunFactory(succeeded=True, state="failed")
    add_events(run, ("log", {"text": "old"}), ("log", {"text": {"en": "One.\nTwo.", "zh": "一。\n二。"}}))
    assert causes.last_lines(run) == ["old", "One.", "Two."]
    with translation.override("zh-hans"):
        assert causes.last_lines(run) == ["old", "一。", "二。"]


@pytest.mark.django_db
def test_a_run_that_succeeded_has_no_last_lines_to_look_at():
    run = RunFactory(succeeded=True)
    add_events(run, ("log", {"text": "done"}))
    assert causes.last_lines(run) == []
