"""What a host offers to run jobs on, and how its Celery nodes are started."""

import pytest

from config import worker
from workers import devices

GPU = devices.Gpu(0, "GPU-1", "A GPU", 81559, 4)


@pytest.fixture
def host(monkeypatch, settings):
    """A host with as many GPUs and cores as are asked for, whose operator set nothing."""
    monkeypatch.delenv("RUN_QUEUES", raising=False)
    settings.RUN_QUEUES = ("cpu",)
    settings.WORKER_HOST = "box"

    def with_devices(gpus: int = 0, cores: int = 2) -> None:
        monkeypatch.setattr(devices, "gpus", lambda: [GPU] * gpus)
        monkeypatch.setattr(devices, "cores", lambda: cores)

    with_devices()
    return with_devices


def option(service, name: str) -> str:
    return service.command[service.command.index(name) + 1]


def test_host_without_gpu_offers_slots_for_the_processor_alone(host, settings):
    settings.RUN_SLOTS = 3
    (jobs,) = worker.nodes()
    assert (option(jobs, "-n"), option(jobs, "-Q"), option(jobs, "-c")) == ("jobs@box", "cpu", "3")


def test_host_with_gpus_offers_one_slot_a_gpu_in_a_node_of_their_own(host):
    host(gpus=4)
    jobs, gpu = worker.nodes()
    assert (option(jobs, "-n"), option(jobs, "-c")) == ("jobs@box", "1")
    assert (option(gpu, "-n"), option(gpu, "-Q"), option(gpu, "-c")) == ("gpu@box", "gpu", "4")


@pytest.mark.parametrize(("asked", "served"), [("gpu", ["gpu"]), ("cpu", ["cpu"]), ("cpu,gpu", ["cpu", "gpu"])])
def test_run_queues_overrules_what_is_found(host, monkeypatch, settings, asked, served):
    monkeypatch.setenv("RUN_QUEUES", asked)
    settings.RUN_QUEUES = tuple(asked.split(","))
    assert [option(node, "-Q") for node in worker.nodes()] == served


def test_jobs_run_in_threads_of_the_node_and_never_in_a_pool_of_processes(host):
    assert option(worker.nodes()[0], "--pool") == "threads"


def test_more_threads_than_processors_are_warned_of(host, settings):
    settings.RUN_SLOTS, settings.RUN_THREADS = 2, 2
    assert "RUN_SLOTS times RUN_THREADS is 4, but this host has 2 processors" in worker.warning()
    host(cores=4)
    assert worker.warning() == ""
