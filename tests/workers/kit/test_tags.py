"""Tags of words: the most frequent one, the one of an ending, and which tree bank they are learnt from."""

from types import SimpleNamespace

from workers.kit import pieces, tags
from workers.kit.tags import UNTAGGED, Tags
from workers.kit.text import MARKS, UNKNOWN


def bank(**said):
    sentences = [SimpleNamespace(words=tuple(said), upos=tuple(said.values()))]
    return SimpleNamespace(title="", train=sentences, dev=sentences)


def test_a_word_has_its_most_frequent_tag_and_an_unknown_one_that_of_its_ending():
    tagger = tags.Tagger(bank(Run="NOUN", run="VERB").train + bank(run="VERB", badly="ADV", sadly="ADV").train)
    assert [tagger(word) for word in ("run", "gladly", "xyz")] == ["VERB", "ADV", "ADV"]  # as words are as a rule
    assert tagger.right(bank(Run="VERB", madly="NOUN").dev) == 0.5


def test_words_have_the_tags_of_the_tree_bank_that_is_there(monkeypatch):
    banks = {"opinions": bank(great="ADJ", plot="NOUN", plots="NOUN"), tags.ENGLISH: bank(great="X")}
    monkeypatch.setattr(tags.treebanks, "load_tree_bank", lambda name, data_dir: banks[name])
    monkeypatch.setattr(tags, "why_absent", lambda files, data_dir: not data_dir)

    def tags_of(vocabulary, row, data="opinions", data_dir=None):
        tokens, keys = [*MARKS, *vocabulary], []
        words = pieces.words_of(row, pieces.going_on(tokens))
        return tags.tags_of([words], tokens, data, data_dir, lambda key, **values: keys.append(key)), *keys

    found, _ = tags_of(["great", "plot", "very"], [2, 5, 6, UNKNOWN, 6, 3])
    assert found == Tags({(5,): "ADJ", (6,): "NOUN"}, {"ADJ": [(5,)], "NOUN": [(6,), (6,)]})
    for vocabulary in (["great", "plot", "##s"], ["great", "Ġplot", "s"]):  # pieces of a word are tagged as one
        assert tags_of(vocabulary, [2, 5, 6, 7, 3])[0].of == {(5,): "ADJ", (6, 7): "NOUN"}
    assert tags_of(["great"], [2, 5, 3], "mr") == (Tags({(5,): "ADJ"}, {"ADJ": [(5,)]}), "tagged", "rough-tags")
    assert tags_of(["great"], [2, 5, 3], "mr", "a folder") == (Tags({(5,): "X"}, {"X": [(5,)]}), "tagged")
    assert tags_of(["很", "好", "ok"], [2, 5, 6, 5, 7, 3]) == (UNTAGGED,)
