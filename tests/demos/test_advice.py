"""What a reader may try: from a run's state and cause alone."""

from __future__ import annotations

import signal

import pytest
from django.utils import translation

from demos import advice
from demos.models import Run
from workers import endings

KILLED_FOR_MEMORY = endings.died(-signal.SIGKILL, endings.Memory(peak_mb=900, usable_mb=8000, kills=1))
KILLED_BY_SOMEBODY = endings.died(-signal.SIGKILL, endings.Memory(peak_mb=900, usable_mb=8000, kills=0))


@pytest.mark.parametrize(
    ("cause", "likeliest"),
    [
        ("The job stopped. OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", advice.GPU_MEMORY),
        ("The job stopped. MemoryError", advice.MEMORY),
        (endings.too_large(512).en, advice.MEMORY_LIMIT),
        (KILLED_FOR_MEMORY.en, advice.MEMORY),
        (KILLED_BY_SOMEBODY.en, advice.ONCE_MORE),
        ("The job stopped. OSError: [Errno 28] No space left on device", advice.DISK),
        (endings.too_much_written(4096).en, advice.FILES),
        (endings.too_much_said(256).en, advice.OUTPUT),
        (endings.too_many_events(200_000).en, advice.OUTPUT),
        ("The job stopped. ModuleNotFoundError: No module named 'faiss'", advice.PACKAGE),
        ("The job stopped. loss is nan at step 3: training diverged; a lower learning rate may help", advice.DIVERGED),
        ("The job stopped. RuntimeError: CUDA error: no kernel image is available", advice.GPU),
        ("The job stopped. sst2/train.tsv:1: no column label; the header has a, b", advice.DATA),
        ("The job stopped. KeyError: 3", advice.ONCE_MORE),
    ],
)
def test_a_failed_runs_cause_decides_what_to_try_first(cause, likeliest):
    run = Run(state="failed", cause_en=cause)
    assert advice.what_to_try(run, has_log=True) == [likeliest.en, advice.READ_ON.en]
    assert advice.what_to_try(run, has_log=False) == [likeliest.en]


@pytest.mark.parametrize(("state", "likeliest"), [("timed_out", advice.TIME), ("lost", advice.GONE)])
def test_other_ends_have_advice_of_their_own(state, likeliest):
    assert advice.what_to_try(Run(state=state), has_log=True)[0] == likeliest.en


@pytest.mark.parametrize("state", ["succeeded", "cancelled", "queued", "running"])
def test_nothing_is_to_try_where_nothing_went_wrong(state):
    assert advice.what_to_try(Run(state=state), has_log=True) == []


def test_advice_speaks_the_readers_language():
    with translation.override("zh-hans"):
        assert advice.what_to_try(Run(state="lost"), has_log=True)[0] == advice.GONE.zh
