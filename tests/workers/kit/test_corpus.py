"""The built-in corpus: the same everywhere, balanced, and what its labels mean."""

import hashlib
from itertools import islice

from workers.kit import corpus, wordlists


def test_the_corpus_is_the_same_on_every_platform_and_python():
    text = "\n".join(f"{label} {sentence}" for rows in corpus.generate() for sentence, label in rows)
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "8668f0d27cec9d17ec78daf1da872ea7e0b43d79418364e0596063898b638e67"
    )


def test_the_corpus_has_a_thousand_word_types():
    train, _ = corpus.generate()
    assert len({word for sentence, _ in train for word in sentence.split()}) >= 1000


def test_no_sentence_stands_twice_and_none_of_dev_in_train():
    train, dev = corpus.generate()
    assert len({sentence for sentence, _ in train + dev}) == corpus.TRAIN_ROWS + corpus.DEV_ROWS


def test_labels_are_nearly_balanced():
    for rows in corpus.generate():
        assert 0.47 < sum(label for _, label in rows) / len(rows) < 0.53


def test_noise_turns_the_stated_share_of_training_labels(monkeypatch):
    noisy, dev = corpus.generate()
    monkeypatch.setattr(corpus, "LABEL_NOISE", 0.0)
    clean, clean_dev = corpus.generate.__wrapped__()
    turned = sum(a != b for (_, a), (_, b) in zip(noisy, clean, strict=True)) / len(noisy)
    assert abs(turned - 0.08) < 0.01
    assert dev == clean_dev


def test_no_word_is_both_good_and_bad():
    for kind in ("ADJECTIVES", "VERBS", "NOUNS", "ADVERBS"):
        good, bad = getattr(wordlists, f"GOOD_{kind}"), getattr(wordlists, f"BAD_{kind}")
        assert not set(good) & set(bad)
        assert len({*good, *bad}) == len(good) + len(bad)


def test_the_stream_repeats_nothing_and_holds_no_labelled_sentence():
    drawn = list(islice(corpus.stream(7), 2000))
    assert len(set(drawn)) == 2000
    assert not set(drawn) & {sentence for rows in corpus.generate() for sentence, _ in rows}


def test_the_stream_depends_on_the_seed_alone():
    one, again, other = (list(islice(corpus.stream(seed), 20)) for seed in (7, 7, 8))
    assert one == again
    assert one != other


def test_even_the_corpus_s_own_seed_streams_no_labelled_sentence():
    labelled = {sentence for rows in corpus.generate() for sentence, _ in rows}
    assert next(corpus.stream(corpus.SEED)) not in labelled
