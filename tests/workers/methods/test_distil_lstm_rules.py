"""DistilLSTM: the rules that make texts, and the tags that they lean on."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from workers.kit import text
from workers.kit.trees import Sentence
from workers.methods.distillation.distil_lstm import job, tags
from workers.methods.distillation.distil_lstm.job import Rules, enlarge, one_text
from workers.methods.distillation.distil_lstm.tags import Tagger, Tags

# --- the rules --------------------------------------------------------------------------------------------------------
WORDS = [(token,) for token in range(10, 30)]
OF = {(token,): "odd" if token % 2 else "even" for token in range(5, 40)}
TAGS = Tags(OF, {"odd": [(31,), (33,), (33,), (33,)], "even": [(32,), (34,)]})
NONE = Rules(0, 0, 0, 1)
HIDDEN = (text.MASK,)


def turns(rules, count=400, known=TAGS, words=WORDS):
    draw = random.Random(0)
    return [one_text(words, rules, known, draw) for _ in range(count)]


def test_with_no_chance_nothing_happens():
    assert all(found == (WORDS, "") for found in turns(NONE))


def test_a_share_p_mask_of_the_words_is_masked():
    found = turns(replace(NONE, p_mask=0.1))
    words = [word for made, _ in found for word in made]
    assert words.count(HIDDEN) / len(words) == pytest.approx(0.1, abs=0.01)
    assert {len(made) for made, _ in found} == {len(WORDS)}
    assert {kind for _, kind in found} == {"", "masked"}


def test_a_word_gives_way_to_one_of_its_tag_drawn_by_occurrences():
    found = turns(replace(NONE, p_pos=1.0))
    pairs = [pair for made, _ in found for pair in zip(WORDS, made, strict=True)]
    assert all(OF[old] == OF[new] for old, new in pairs)
    count = Counter(new for _, new in pairs)
    assert count[(33,)] / (count[(31,)] + count[(33,)]) == pytest.approx(3 / 4, abs=0.02)
    assert {kind for _, kind in found} == {"replaced"}


def test_masking_comes_first_and_replacement_takes_the_next_part_of_the_draw():
    words = [word for made, _ in turns(replace(NONE, p_mask=0.1, p_pos=0.3)) for word in made]
    assert words.count(HIDDEN) / len(words) == pytest.approx(0.1, abs=0.01)
    assert sum(word > (30,) for word in words) / len(words) == pytest.approx(0.3, abs=0.02)


def test_a_word_without_a_tag_stays():
    assert all(found == (WORDS, "") for found in turns(replace(NONE, p_pos=1.0), known=Tags({}, {})))


def test_an_n_gram_is_one_to_five_words_in_a_row():
    found = [made for made, _ in turns(replace(NONE, p_ng=1.0), count=1000)]
    assert all(made == WORDS[WORDS.index(made[0]) :][: len(made)] for made in found)
    lengths = Counter(map(len, found))
    assert sorted(lengths) == [1, 2, 3, 4, 5]
    assert min(lengths.values()) > 150  # each is as likely as another
    assert {made[0] for made in found} | {made[-1] for made in found} == set(WORDS)  # from end to end


def test_a_share_p_ng_of_the_texts_is_cut():
    kinds = Counter(kind for _, kind in turns(replace(NONE, p_ng=0.25), count=2000))
    assert kinds["n-gram"] / 2000 == pytest.approx(0.25, abs=0.03)


def test_a_text_too_short_to_be_cut_stays_as_it_is():
    assert all(found == ([(10,)], "") for found in turns(replace(NONE, p_ng=1.0), words=[(10,)]))


def test_a_word_of_pieces_is_masked_and_kept_as_one():
    words = [(10, 11), (12,), (13, 14, 15)]
    assert turns(replace(NONE, p_mask=1.0), words=words)[0] == ([HIDDEN] * 3, "masked")
    assert {len(made) for made, _ in turns(replace(NONE, p_ng=1.0), words=words)} == {1, 2, 3}
    assert job.ids_of(words, 9) == (2, 10, 11, 12, 13, 14, 15, 3)
    assert job.ids_of(words, 6) == (2, 10, 11, 12, 13, 3)  # no longer than networks read


def made_of(texts, rules, seed=0, most=10**6, longest=64):
    return enlarge(texts, rules, TAGS, longest=longest, most=most, seed=seed)


def test_duplicates_are_dropped_and_counted():
    made, dropped = made_of({0: [(10,), (11,)], 7: [(12,)]}, Rules(0.5, 0, 0, 50))
    assert {(text.source, text.ids) for text in made} >= {(0, (2, 4, 11, 3)), (0, (2, 10, 4, 3)), (7, (2, 4, 3))}
    assert len(made) == 4
    assert dropped == 96


def test_no_round_makes_nothing_and_most_ends_it():
    assert made_of({0: WORDS}, Rules(0.1, 0.1, 0.25, 0)) == ([], 0)
    assert len(made_of({0: WORDS}, Rules(0.1, 0.1, 0.25, 50), most=7)[0]) == 7


def test_the_same_seed_makes_the_same_texts_and_another_others():
    rules = Rules(0.1, 0.1, 0.25, 5)
    assert made_of({0: WORDS}, rules) == made_of({0: WORDS}, rules)
    assert made_of({0: WORDS}, rules) != made_of({0: WORDS}, rules, seed=1)


# --- tags -------------------------------------------------------------------------------------------------------------
def said(*pairs):
    words, tags = zip(*pairs, strict=True)
    return Sentence(words, tags, (0,) * len(words), ("root",) * len(words))


def test_a_word_has_its_most_frequent_tag_and_an_unknown_one_that_of_its_ending():
    tagger = Tagger([said(("Run", "NOUN"), ("run", "VERB"), ("run", "VERB"), ("badly", "ADV"), ("sadly", "ADV"))])
    assert tagger("run") == "VERB"
    assert tagger("gladly") == "ADV"
    assert tagger("xyz") == "ADV"  # of no known ending: what words are as a rule
    assert tagger.right([said(("Run", "VERB"), ("madly", "NOUN"))]) == 0.5


def tags_of(words, rows, name="opinions", data_dir=None):
    logs = []
    tokens = [*text.MARKS, *words]
    goes_on = tags.pieces(tokens)
    return tags.tags_of([tags.words_of(row, goes_on) for row in rows], tokens, name, data_dir, logs.append), logs


def test_the_built_in_words_have_the_grammars_tags():
    found, logs = tags_of(["great", "plot", "very"], [[2, 5, 6, text.UNKNOWN, 6, 3]])
    assert found == Tags({(5,): "ADJ", (6,): "NOUN"}, {"ADJ": [(5,)], "NOUN": [(6,), (6,)]})
    assert "Built-in opinions" in logs[0]
    assert len(logs) == 1


def test_other_texts_are_tagged_from_the_tree_bank_that_is_there(tmp_path):
    for part in ("train", "dev"):
        path = tmp_path / f"ud_en_ewt/en_ewt-ud-{part}.conllu"
        path.parent.mkdir(exist_ok=True)
        path.write_text("1\tgreat\t_\tX\t_\t_\t0\troot\t_\t_\n\n")
    assert tags_of(["great"], [[2, 5, 3]], "mr", tmp_path)[0].of[(5,)] == "X"
    found, logs = tags_of(["great"], [[2, 5, 3]], "mr")
    assert found.of[(5,)] == "ADJ"
    assert "rough" in logs[1]


@pytest.mark.parametrize(
    ("words", "row"),
    [(["great", "plot", "##s", "."], [2, 5, 6, 7, 8, 3]), (["great", "Ġplot", "s", "."], [2, 5, 6, 7, 8, 3])],
)
def test_pieces_of_a_word_are_tagged_as_one(words, row):
    found, _ = tags_of(words, [row])
    assert list(found.of) == [(5,), (6, 7), (8,)]
    assert list(found.of.values()) == ["ADJ", "NOUN", "PUNCT"]


def test_chinese_characters_have_no_tags_and_it_is_said():
    found, logs = tags_of(["很", "好", "ok"], [[2, 5, 6, 5, 7, 3]])
    assert found == Tags({}, {})
    assert "no word is replaced" in logs[0]
