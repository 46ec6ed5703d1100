"""The cache of teachers: found by its whole key, never half written, never trusted when damaged."""

import threading

import pytest
import torch

from workers.kit import networks
from workers.kit.teachers import Teachers

KEY = {"seed": 0, "shape": {"width": 16}}


def network(seed=0):
    return networks.build(networks.shape_named("bilstm-16", vocabulary=10, classes=2), seed=seed)


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@pytest.fixture
def teachers(tmp_path):
    return Teachers(tmp_path / "teachers")


def test_a_stored_teacher_comes_back_to_the_last_digit(teachers):
    teachers.store(KEY, network(seed=1), {"train_s": 2.5})
    found = network(seed=2)
    assert teachers.fetch(KEY, found, print) == {"train_s": 2.5}
    assert same(found, network(seed=1))


def test_another_key_is_another_teacher(teachers):
    teachers.store(KEY, network(), {})
    assert teachers.fetch({**KEY, "seed": 1}, network(), print) is None


@pytest.mark.parametrize("file", ["model.safetensors", "record.json"])
@pytest.mark.parametrize("damage", [b"", b"{}", None])
def test_a_damaged_entry_is_thrown_away_and_said(teachers, file, damage):
    teachers.store(KEY, network(), {})
    path = next(teachers.folder.iterdir()) / file
    path.unlink() if damage is None else path.write_bytes(damage)
    said = []
    assert teachers.fetch(KEY, network(), lambda key, **values: said.append((key, values["name"]))) is None
    assert said == [("teacher-damaged", path.parent.name[:12])]
    assert list(teachers.folder.iterdir()) == []
    teachers.store(KEY, network(seed=3), {})
    assert teachers.fetch(KEY, network(), print) == {}


def test_a_flipped_byte_in_the_weights_is_noticed(teachers):
    teachers.store(KEY, network(), {})
    path = next(teachers.folder.iterdir()) / "model.safetensors"
    weights = bytearray(path.read_bytes())
    weights[-1] ^= 1
    path.write_bytes(weights)
    assert teachers.fetch(KEY, network(), lambda key, **values: None) is None


def test_two_that_store_at_once_leave_one_whole_entry(teachers):
    barrier = threading.Barrier(4)

    def store():
        barrier.wait()
        teachers.store(KEY, network(), {"train_s": 1})

    threads = [threading.Thread(target=store) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(list(teachers.folder.iterdir())) == 1
    assert teachers.fetch(KEY, network(), print) == {"train_s": 1}
