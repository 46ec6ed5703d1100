"""The grammar of the built-in sentences: what its clauses say, and that their trees are trees."""

from collections import defaultdict
from itertools import chain

import pytest

from workers.kit import corpus, grammar, wordlists
from workers.kit.draws import Draw


@pytest.fixture(scope="module")
def parses():
    train, dev = corpus.parses()
    return train + dev


def test_negation_turns_a_clause_round():
    good = set(wordlists.GOOD_ADJECTIVES)
    draw = Draw(1)
    clauses = [grammar.clause(draw, "film", True).text for _ in range(2000)]
    negated = [c for c in clauses if " not " in c and " not only " not in c]
    assert negated
    assert not [c for c in negated if c.split()[-1] in good]
    assert all(c.split()[-1] in good for c in clauses if " not only " in c)


def test_a_tree_s_words_are_the_corpus_s_text(parses):
    train, dev = corpus.generate()
    assert [" ".join(sentence.words) for sentence in parses] == [text for text, _ in train + dev]


def test_every_word_leads_to_the_one_root(parses):
    for sentence in parses:
        assert sentence.heads.count(0) == sentence.relations.count("root") == 1
        for number in range(1, len(sentence.words) + 1):
            steps = 0
            while number:
                number, steps = sentence.heads[number - 1], steps + 1
                assert steps <= len(sentence.words), sentence


def test_no_arc_crosses_another(parses):
    for sentence in parses:
        arcs = [(min(a, b), max(a, b)) for a, b in enumerate(sentence.heads, start=1) if b]
        assert not [(a, c) for a, b in arcs for c, d in arcs if a < c < b < d], sentence


LISTED = {
    "ADJ": ("GOOD_ADJECTIVES", "BAD_ADJECTIVES"),
    "VERB": ("GOOD_VERBS", "BAD_VERBS"),
    "NOUN": ("GOOD_NOUNS", "BAD_NOUNS", "RELATIONS", "VEHICLES", "COMPANIONS"),
    "ADV": ("GOOD_ADVERBS", "BAD_ADVERBS", "INTENSIFIERS", "HEDGES"),
    "PROPN": ("FIRST_NAMES", "PLACES", "DAYS", "MONTHS"),
    "NUM": ("NUMBERS",),
}


def tags_of_the_word_lists():
    """A word that stands in two lists ("celebrated", "pretty") may have either tag."""
    tags = defaultdict(set)
    for tag, lists in LISTED.items():
        for word in chain.from_iterable(getattr(wordlists, listed) for listed in lists):
            tags[word].add(tag)
    for wholes, parts in wordlists.DOMAINS.values():
        for word in wholes + parts:
            tags[word].add("NOUN")
    return tags


def test_a_listed_word_has_its_list_s_tag(parses):
    tags = tags_of_the_word_lists()
    tokens = {token for sentence in parses for token in zip(sentence.words, sentence.upos, strict=True)}
    assert {word: tag for word, tag in tokens if tag not in tags.get(word, {tag})} == {}
    assert sum(word in tags for word, _ in tokens) > 900


def test_signs_are_punct_and_nothing_else_is(parses):
    tokens = {token for sentence in parses for token in zip(sentence.words, sentence.upos, strict=True)}
    assert {word for word, tag in tokens if tag == "PUNCT"} == {".", "!", ",", ";"}


def arcs(sentence):
    """Each word as word/TAG/head/relation."""
    return [
        f"{word}/{tag}/{sentence.words[head - 1] if head else '-'}/{relation}"
        for word, tag, head, relation in zip(*sentence, strict=True)
    ]


def test_a_predicate_heads_its_copula_its_subject_and_its_negation():
    tree = grammar.was(grammar.the("plot"), grammar.adj("dull").before(advmod=grammar.NOT))
    assert arcs(tree.sentence()) == [
        *("the/DET/plot/det", "plot/NOUN/dull/nsubj", "was/AUX/dull/cop", "not/PART/dull/advmod", "dull/ADJ/-/root")
    ]


def test_the_winner_of_a_contrast_by_despite_heads_the_sentence(parses):
    sentence = next(each for each in parses if each.words[6:10] == ("despite", "the", "fact", "that"))
    said = dict(zip(sentence.words[6:10], arcs(sentence)[6:10], strict=True))
    assert said["despite"] == "despite/ADP/fact/case"
    assert said["fact"].endswith("/obl")
    assert sentence.heads[8] < 7


def test_every_relation_is_one_of_universal_dependencies(parses):
    assert {relation.partition(":")[0] for sentence in parses for relation in sentence.relations} == {
        *("root", "nsubj", "cop", "det", "advmod", "advcl", "cc", "conj", "mark", "obl", "nmod", "case", "obj", "iobj"),
        *("xcomp", "ccomp", "acl", "amod", "nummod", "aux", "expl", "parataxis", "punct"),
    }
