"""Tree banks: what CoNLL-U files give, what is said of damaged ones, and the built-in one."""

import pytest

from workers.kit import data, texts, treebanks
from workers.kit.files import DataError
from workers.kit.trees import Sentence

DONT = """\
# sent_id = 1
# text = I don't know.
1\tI\tI\tPRON\tPRP\t_\t4\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVBP\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
4\tknow\tknow\tVERB\tVB\t_\t0\troot\t_\t_
4.1\tknow\tknow\tVERB\tVB\t_\t_\t_\t0:root\t_
5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

"""
READ = Sentence(
    ("I", "do", "n't", "know", "."),
    ("PRON", "AUX", "PART", "VERB", "PUNCT"),
    (4, 4, 4, 0, 4),
    ("nsubj", "aux", "advmod", "root", "punct"),
)


def file_of(tmp_path, text):
    path = tmp_path / "some.conllu"
    path.write_text(text, encoding="utf-8")
    return path


def test_words_are_read_without_ranges_and_without_unsaid_words(tmp_path):
    assert list(treebanks.read_conllu(file_of(tmp_path, DONT))) == [READ]


def test_windows_line_ends_and_a_last_sentence_without_a_blank_line_are_taken(tmp_path):
    text = (DONT + DONT).rstrip("\n").replace("\n", "\r\n")
    assert list(treebanks.read_conllu(file_of(tmp_path, text))) == [READ, READ]


def test_comments_alone_are_no_sentence(tmp_path):
    assert list(treebanks.read_conllu(file_of(tmp_path, "# newdoc\n\n" + DONT))) == [READ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\t_\t_\n2-3", "\t_\n2-3", ":3: 9 columns where CoNLL-U has 10; mend or delete the sentence"),
        ("\n3\tn't", "\n4\tn't", ":6: word '4' where 3 is due; mend"),
        ("\n3\tn't", "\nx\tn't", ":6: word 'x' where 3 is due; mend"),
        ("4\tnsubj", "6\tnsubj", ":3: head '6' is no other word of the sentence; mend"),
        ("4\tnsubj", "1\tnsubj", ":3: head '1' is no other word of the sentence; mend"),
        ("4\tnsubj", "_\tnsubj", ":3: head '_' is no other word of the sentence; mend"),
        ("4\tnsubj", "0\tnsubj", ":3: 2 roots where a tree has one; mend"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_remedy(tmp_path, old, new, said):
    assert old in DONT
    with pytest.raises(DataError, match=r"some\.conllu" + said):
        list(treebanks.read_conllu(file_of(tmp_path, DONT.replace(old, new, 1))))


def test_heads_that_run_in_a_circle_are_named(tmp_path):
    text = DONT.replace("4\taux", "3\taux").replace("4\tadvmod", "2\tadvmod")
    with pytest.raises(DataError, match=r"some\.conllu:5: the heads of word '2' run in a circle; mend"):
        list(treebanks.read_conllu(file_of(tmp_path, text)))


def bank_in(folder, *, dev=DONT):
    (folder / "ud_en_ewt").mkdir(exist_ok=True)
    for split, text in (("train", DONT), ("dev", dev)):
        (folder / f"ud_en_ewt/en_ewt-ud-{split}.conllu").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("old", "new"), [("I\tI", "We\tI"), ("AUX", "VERB"), ("\t4\taux", "\t1\taux"), ("aux", "cop")])
def test_the_hash_changes_with_a_word_a_tag_a_head_and_a_relation(tmp_path, old, new):
    one = treebanks.load_tree_bank("ud_en_ewt", bank_in(tmp_path))
    other = treebanks.load_tree_bank("ud_en_ewt", bank_in(tmp_path, dev=DONT.replace(old, new)))
    assert one.sha256 != other.sha256


def test_an_absent_tree_bank_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match=r"ud_en_ewt: needs a folder .* set DATA_DIR"):
        treebanks.load_tree_bank("ud_en_ewt")
    with pytest.raises(DataError, match=r"en_ewt-ud-train\.conllu, .*en_ewt-ud-dev\.conllu is not in DATA_DIR"):
        treebanks.load_tree_bank("ud_en_ewt", tmp_path)


def test_an_unknown_tree_bank_names_those_that_exist():
    with pytest.raises(DataError, match="no tree bank 'sst2'; there are opinions, ud_en_ewt"):
        treebanks.load_tree_bank("sst2")


def test_forms_list_tree_banks_as_they_list_sets(tmp_path):
    found = {each.name: each for each in texts.listing((texts.TREES,), bank_in(tmp_path))}
    assert [name for name, each in found.items() if each.available] == ["opinions", "ud_en_ewt"]
    assert "zh_gsdsimp-ud-dev.conllu" in found["ud_zh_gsdsimp"].why_not.en


def test_a_tree_bank_is_no_set_of_labelled_texts(tmp_path):
    with pytest.raises(DataError, match="no data set 'ud_en_ewt'; there are opinions, "):
        data.load("ud_en_ewt", bank_in(tmp_path))


def test_the_built_in_tree_bank_parses_the_built_in_texts_row_by_row():
    bank, labelled = treebanks.load_tree_bank("opinions"), data.load("opinions")
    assert [" ".join(sentence.words) for sentence in bank.dev] == [example.text for example in labelled.dev]
    assert [" ".join(sentence.words) for sentence in bank.train] == [example.text for example in labelled.train]
    assert bank.sha256 == "b51214005b58d60da1d912653dac68a53c140932e090b1c126e1344408690b47"


def test_a_tree_bank_states_its_facts():
    facts = treebanks.load_tree_bank("opinions").facts()
    assert (facts["train_rows"], facts["dev_rows"], facts["dev_words"]) == (10_000, 1_000, 11_909)
    assert facts["title"] == {"en": "Built-in opinions", "zh": "内置观点句"}


@pytest.mark.parametrize(
    ("name", "sentences", "words"),  # as the releases count them
    [
        ("ud_en_ewt", (12_543, 2_001), (204_584, 25_149)),
        ("ud_zh_gsdsimp", (500, 500), (12_663, 12_012)),
        ("ud_zh_gsd", (3_997, 500), (98_608, 12_663)),
    ],
)
def test_real_tree_banks_are_read_whole(shared_dir, name, sentences, words):
    found = treebanks.load_tree_bank(name, shared_dir / "data")
    assert (len(found.train), len(found.dev)) == sentences
    assert tuple(sum(len(s.words) for s in split) for split in (found.train, found.dev)) == words


def test_the_two_chinese_tree_banks_use_labels_of_two_versions(shared_dir):
    old, new = (treebanks.load_tree_bank(name, shared_dir / "data") for name in ("ud_zh_gsd", "ud_zh_gsdsimp"))
    labels = [{relation for sentence in bank.dev for relation in sentence.relations} for bank in (old, new)]
    assert {"dobj", "neg"} <= labels[0] - labels[1]
    assert {"obj", "obl", "clf"} <= labels[1] - labels[0]
    assert "v1" in old.note.en
    assert "v2" in new.note.en
