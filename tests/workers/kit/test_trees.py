"""Dependency trees: how they grow, and how they are written as columns."""

from workers.kit.trees import Node, Sentence

FRIEND = Node("friend", "NOUN").before(nmod_poss=Node("my", "PRON"))


def test_phrases_stand_in_the_order_in_which_they_are_given():
    tree = Node("called", "VERB").before(nsubj=FRIEND, aux=Node("had", "AUX"))
    tree = tree.after(obj=Node("it", "PRON"), xcomp=Node("dull", "ADJ"))
    assert tree.text == "my friend had called it dull"


def test_what_is_added_later_stands_further_out():
    tree = Node("dull", "ADJ").before(cop=Node("was", "AUX")).before(nsubj=Node("it", "PRON"))
    tree = tree.after(obl=Node("overall", "ADV")).after(punct=Node(".", "PUNCT"))
    assert tree.text == "it was dull overall ."


def test_growing_leaves_the_smaller_tree_as_it_was():
    FRIEND.after(punct=Node("!", "PUNCT"))
    assert FRIEND.text == "my friend"


def test_columns_number_heads_from_one_and_spell_subtypes_with_a_colon():
    tree = Node("left", "VERB").before(nsubj=FRIEND).after(punct=Node("!", "PUNCT"))
    assert tree.sentence() == Sentence(
        words=("my", "friend", "left", "!"),
        upos=("PRON", "NOUN", "VERB", "PUNCT"),
        heads=(2, 3, 0, 3),
        relations=("nmod:poss", "nsubj", "root", "punct"),
    )
