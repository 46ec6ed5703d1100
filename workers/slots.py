"""The GPUs of one worker, handed out one to a job; and each one's memory seen back at its floor afterwards."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from workers import devices
from workers.devices import Gpu

logger = logging.getLogger(__name__)

SETTLE_S = 10.0
LOOK_EVERY_S = 0.5
TOLERANCE_MB = 64  # what the driver itself takes comes and goes

NO_GPU = {"CUDA_VISIBLE_DEVICES": ""}


class Slots:
    """For several threads, each of which executes one job at a time."""

    def __init__(self, gpus: Iterable[Gpu] = ()):
        self._free: queue.SimpleQueue[Gpu] = queue.SimpleQueue()
        self.count = 0
        for gpu in gpus:
            self._free.put(gpu)
            self.count += 1

    @contextmanager
    def one(self, queue_name: str) -> Iterator[dict[str, str]]:
        """What a job's environment must say so that it sees its own GPU alone. Waits where all are taken.

        A job of another queue sees none. On a host whose GPUs nvidia-smi does not tell of, it sees what is there.

        The GPU is given back whatever happens, but not before its memory is free, or has been waited for.
        """
        if queue_name != "gpu" or not self.count:
            yield NO_GPU if queue_name != "gpu" else {}
            return
        gpu = self._free.get()
        try:
            floor_mb = devices.memory_used_mb(gpu.uuid)
            try:
                yield {"CUDA_VISIBLE_DEVICES": gpu.uuid}
            finally:
                _settle(gpu, floor_mb)
        finally:
            self._free.put(gpu)


def _settle(gpu: Gpu, floor_mb: int | None) -> bool:
    """Whether the memory is back at what it was. The driver frees it a moment after the process is gone."""
    give_up_at = time.monotonic() + SETTLE_S
    while True:
        used_mb = devices.memory_used_mb(gpu.uuid)
        if used_mb is None or floor_mb is None:
            logger.warning("GPU %s (%s): nvidia-smi does not say how much memory is taken", gpu.index, gpu.uuid)
            return False
        if used_mb <= floor_mb + TOLERANCE_MB:
            return True
        if time.monotonic() > give_up_at:
            logger.warning(
                "GPU %s (%s, %s): %d MB are still taken %g s after its run, %d MB before it",
                gpu.index, gpu.uuid, gpu.name, used_mb, SETTLE_S, floor_mb,
            )  # fmt: skip
            return False
        time.sleep(LOOK_EVERY_S)
