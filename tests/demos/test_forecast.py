"""The queue played through over slots: who begins when."""

from demos.forecast import UNKNOWN, Slot, Waiting, expected_starts

CPU, GPU = frozenset({"cpu"}), frozenset({"gpu"})


def waiting(key: str, seconds: float = 10, *, queue: str = "cpu", owner: str = "ada") -> Waiting:
    return Waiting(key, queue, owner, seconds)


def test_a_free_slot_takes_the_next_run_at_once_and_the_others_follow():
    assert expected_starts([waiting("a", 10), waiting("b", 5), waiting("c")], [Slot(CPU)]) == {"a": 0, "b": 10, "c": 15}


def test_a_run_begins_where_a_slot_is_free_first():
    slots = [Slot(CPU, 30, "ada"), Slot(CPU, 4, "ada")]
    assert expected_starts([waiting("a", 100), waiting("b")], slots) == {"a": 4, "b": 30}


def test_a_run_waits_for_a_slot_of_its_own_queue():
    found = expected_starts([waiting("a", queue="gpu"), waiting("b")], [Slot(CPU), Slot(GPU, 60, "bob")])
    assert found == {"a": 60, "b": 0}


def test_a_queue_that_nobody_serves_has_no_expected_start():
    assert expected_starts([waiting("a", queue="gpu"), waiting("b")], [Slot(CPU)]) == {"b": 0}


def test_behind_a_run_that_nobody_has_timed_no_start_can_be_told():
    assert expected_starts([waiting("a", UNKNOWN), waiting("b")], [Slot(CPU)]) == {"a": 0}


def test_an_owner_at_the_limit_is_passed_by_and_goes_on_when_a_run_ends():
    slots = [Slot(CPU, 20, "ada"), Slot(CPU)]
    queue = [waiting("ada's", owner="ada"), waiting("bob's", 3, owner="bob")]
    assert expected_starts(queue, slots, running_each=1) == {"bob's": 0, "ada's": 20}


def test_an_owner_held_back_alone_leaves_a_slot_empty():
    assert expected_starts([waiting("a"), waiting("b")], [Slot(CPU), Slot(CPU)], running_each=1) == {"a": 0, "b": 10}
