"""Kinds of data: every one has a built-in set, and each set is what its kind promises."""

import pytest

from workers.kit import agreement, corpus, pairs, texts
from workers.kit.files import DataError

# Old results and cached teachers stand for these: a hash that changes here says that they no longer do.
BUILT_IN = {
    "classified": ("opinions", "b3c20678e55d745c"),
    "pairs": ("inferences", "caff8f0fab2843d0"),
    "scored-pairs": ("similarities", "9023722dff6a6b63"),
    "tagged": ("opinions", "8d362cd372a910b7"),
    "trees": ("opinions", "b51214005b58d60d"),
    "cloze": ("gaps", "61a73de1056e030b"),
    "minimal-pairs": ("contrasts", "c65b071afd8ee8f7"),
    "unlabelled": ("opinions", "266e08730eedb936"),
}
REAL = [(kind, one.name) for kind in texts.KINDS for one in kind.sets if one.files]


@pytest.mark.parametrize("kind", texts.KINDS, ids=lambda kind: kind.slug)
def test_every_kind_has_a_built_in_set_that_is_the_same_everywhere(kind):
    name, digest = BUILT_IN[kind.slug]
    assert kind.names[0] == name
    assert kind.read(name, None).sha256.startswith(digest)


@pytest.mark.parametrize("kind", texts.KINDS, ids=lambda kind: kind.slug)
def test_every_set_says_the_same_of_itself_before_and_after_it_is_read(kind):
    found = kind.read(kind.names[0], None)
    assert (found.name, found.title, found.licence) == (kind.sets[0].name, kind.sets[0].title, kind.sets[0].licence)
    assert {"name", "title", "sha256", "licence", "note"} <= set(found.facts())


@pytest.mark.parametrize(("kind", "name"), REAL, ids=lambda each: getattr(each, "slug", each))
def test_a_real_set_that_is_not_here_is_refused_in_words(kind, name):
    with pytest.raises(DataError, match=f"{name}: needs a folder of real data sets"):
        kind.read(name, None)


@pytest.mark.parametrize("kind", texts.KINDS, ids=lambda kind: kind.slug)
def test_no_kind_reads_a_set_that_there_is_not(kind):
    assert not kind.takes("imdb")
    with pytest.raises(DataError, match="there are"):
        kind.read("imdb", None)


@pytest.mark.parametrize("name", [pairs.INFERENCES, pairs.SIMILARITIES])
def test_no_sentence_of_dev_stands_in_train(name):
    train, dev = pairs.generate(name)
    told = [{sentence for row in rows for sentence in row[:2]} for rows in (train, dev)]
    assert (len(train), len(dev)) == (pairs.TRAIN_ROWS, pairs.DEV_ROWS)
    assert not told[0] & told[1]


@pytest.mark.parametrize("name", [agreement.GAPS, agreement.CONTRASTS])
def test_no_question_of_dev_stands_in_train(name):
    train, dev = agreement.generate(name)
    assert (len(train), len(dev)) == (agreement.TRAIN_ROWS, agreement.DEV_ROWS)
    assert len({row.text for row in (*train, *dev)}) == len(train) + len(dev)


def test_the_list_names_a_set_of_two_kinds_once():
    listed = texts.listing((texts.TAGGED, texts.TREES), None)
    assert [each.name for each in listed] == ["opinions", "ud_en_ewt", "ud_zh_gsdsimp", "ud_zh_gsd"]


def test_each_name_has_one_title():
    for kind in texts.KINDS:
        assert {one.name: one.title for one in kind.sets} == {name: texts.TITLES[name] for name in kind.names}
    assert texts.TITLES[corpus.NAME] == corpus.TITLE
