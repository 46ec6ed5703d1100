"""Tags, gaps and minimal pairs: the built-in ones, and what the files of the data folder give."""

import re

import pytest

from workers.kit import agreement, questions, treebanks
from workers.kit.files import DataError
from workers.kit.splits import Gap


def in_folder(tmp_path, name, **files):
    (tmp_path / name).mkdir()
    for file, rows in files.items():
        (tmp_path / name / f"{file.replace('_', '-')}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def test_tagged_texts_are_the_words_and_tags_of_the_trees():
    tagged, bank = questions.load_tagged("opinions"), treebanks.load_tree_bank("opinions")
    assert [(row.words, row.tags) for row in tagged.dev] == [(tree.words, tree.upos) for tree in bank.dev]
    assert {"NOUN", "ADJ", "PUNCT"} <= set(tagged.tags)
    assert tagged.facts()["dev_words"] == 11_909


def test_every_gap_has_its_answer_among_candidates_whose_order_tells_nothing():
    dev = questions.load_cloze("gaps").dev
    assert all(row.answer in row.candidates and len(set(row.candidates)) == 2 for row in dev)
    assert {row.category for row in dev} == set(agreement.CATEGORIES)
    assert 400 < sum(row.candidates[0] == row.answer for row in dev) < 600


@pytest.mark.parametrize("category", agreement.CATEGORIES)
def test_no_candidate_is_right_by_itself(category):
    """Whoever always takes the word that was right more often in train is at chance on dev."""
    found = questions.load_cloze("gaps")
    right = {}
    for row in found.train:
        for word in row.candidates:
            right[word] = right.get(word, 0) + (1 if word == row.answer else -1)
    rows = [row for row in found.dev if row.category == category]
    assert sum(max(row.candidates, key=lambda word: right.get(word, 0)) == row.answer for row in rows) < 0.65 * len(
        rows
    )


def test_a_gap_is_filled_where_it_is():
    assert Gap("they", "well .", "sleep", ("sleep", "sleeps"), "agreement").text == "they sleep well ."
    assert Gap("", "sleep", "they", ("them", "they"), "pronoun-case").filled("them") == "them sleep"


def test_a_contrast_s_sentences_differ_and_every_phenomenon_has_its_share():
    dev = questions.load_minimal_pairs("contrasts").dev
    assert all(row.good != row.bad for row in dev)
    shares = [sum(row.phenomenon == each for row in dev) for each in agreement.PHENOMENA]
    assert min(shares) > 80


def test_what_names_a_person_takes_a_plain_s():
    assert [form for form in agreement.PEOPLE if re.search("(s|x|z|ch|sh|man|[^aeiou]y)$", form)] == []


def test_diagnostics_become_gaps(tmp_path):
    folder = in_folder(
        tmp_path,
        "lm_diagnostics",
        CPRAG_102=[
            "item\tcontext_s1\tcontext_s2\texpected\twithin_category\tbetween_category",
            "0\tIt rained.\tShe took her\tumbrella\tcoat\tpiano",
        ],
        ROLE_88=["item\tcontext\texpected", "1-b\twhom the cat had \tseen|met", "1-a\twhom the dog had\tbitten"],
        NEG_136_SIMP=[
            "item\tcontext_aff\tcontext_neg\ttarget_aff\ttarget_neg",
            "0\tAn ant is (a|an)\tAn ant is not (a|an)\tinsect\ttool",
            "1\tA rose is (a|an)\tA rose is not (a|an)\tflower\ttool",
        ],
        NEG_136_NAT=[
            "item\tcontext_aff\tcontext_neg\ttarget_aff\ttarget_neg",
            "0\tFur is very\tFur isn't very\tsoft\thard",
        ],
    )
    found = questions.load_cloze("lm_diagnostics", folder)
    assert found.train == ()
    assert [(row.category, row.left, row.answer, row.candidates) for row in found.dev] == [
        ("pragmatics", "It rained. She took her", "umbrella", ("coat", "piano", "umbrella")),
        ("roles", "whom the cat had", "seen", ("bitten", "seen")),
        ("roles", "whom the dog had", "bitten", ("bitten", "seen")),
        ("negation", "A rose is a", "flower", ("flower", "tool")),
        ("negation", "A rose is not a", "tool", ("flower", "tool")),
        ("natural-negation", "Fur is very", "soft", ("hard", "soft")),
        ("natural-negation", "Fur isn't very", "hard", ("hard", "soft")),
    ]


def test_published_agreement_sentences_take_either_form_of_their_verb(tmp_path):
    header = "type\tprefix\tcorrect_form\twrong_form\tsentence"
    folder = in_folder(
        tmp_path, "gulordava_agreement", pairs=[header, "generated\t<unk> dogs\tbark\tbarks\tRed dogs sleep here ."]
    )
    (row,) = questions.load_minimal_pairs("gulordava_agreement", folder).dev
    assert tuple(row) == ("Red dogs bark here .", "Red dogs barks here .", "agreement-generated")
    (folder / "gulordava_agreement/pairs.tsv").write_text(f"{header}\noriginal\tthe dogs\tbark\tbarks\tthe dogs\n")
    with pytest.raises(DataError, match=r"pairs\.tsv:2: the sentence ends with its prefix; mend"):
        questions.load_minimal_pairs("gulordava_agreement", folder)


def test_the_hash_changes_with_each_field(tmp_path):
    rows = ["a\tc\tgood one\tbad one", "a\tc\tgood two\tbad one", "a\tc\tgood one\tbad two", "b\tc\tgood one\tbad one"]
    hashes = set()
    for number, row in enumerate(rows):
        (tmp_path / str(number)).mkdir()
        folder = in_folder(tmp_path / str(number), "syneval", pairs=["construction\tcondition\tgood\tbad", row])
        hashes.add(questions.load_minimal_pairs("syneval", folder).sha256)
    assert len(hashes) == len(rows)


@pytest.mark.parametrize(
    ("load", "name", "rows"),
    [
        (questions.load_cloze, "lm_diagnostics", 178),
        (questions.load_minimal_pairs, "syneval", 13_484),
        (questions.load_minimal_pairs, "gulordava_agreement", 410),
    ],
)
def test_real_sets_are_read_whole(shared_dir, load, name, rows):
    found = load(name, shared_dir / "data")
    assert len(found.dev) == rows
    assert found.facts()["train_rows"] == 0
