"""The front: what nothing beats in both quality and cost."""

from demos.leaderboard.front import pareto_front


def test_the_front_holds_what_nothing_beats_in_both():
    places = [(0.8, 10), (0.7, 5), (0.75, 12), (0.9, 40), (0.6, 5)]
    assert pareto_front(places) == {0, 1, 3}


def test_of_one_cost_only_the_best_quality_stands():
    assert pareto_front([(0.8, 10), (0.7, 10)]) == {0}


def test_of_one_quality_only_the_cheapest_stands():
    assert pareto_front([(0.8, 10), (0.8, 5)]) == {1}


def test_two_that_are_equal_in_both_stand_side_by_side():
    assert pareto_front([(0.8, 10), (0.8, 10), (0.7, 20)]) == {0, 1}


def test_with_throughput_more_is_cheaper():
    assert pareto_front([(0.8, 10), (0.7, 50), (0.7, 5)], cheaper_is_lower=False) == {0, 1}


def test_nothing_has_no_front_and_one_is_its_own():
    assert pareto_front([]) == set()
    assert pareto_front([(0.1, 1e9)]) == {0}
