"""Seeded choices: their shares."""

from workers.kit.draws import Draw


def test_frequent_words_come_first():
    draw = Draw(3)
    drawn = [draw.zipf(("first", "second", "third")) for _ in range(3000)]
    assert drawn.count("first") > 1.5 * drawn.count("second") > 2 * drawn.count("third")


def test_the_same_seed_draws_the_same():
    drawn = [[draw.one(range(1000)) for _ in range(20)] for draw in (Draw(5), Draw(5), Draw(6))]
    assert drawn[0] == drawn[1] != drawn[2]
