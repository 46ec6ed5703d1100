"""Unlabelled text: how paragraphs become sentences, and the built-in stream."""

from itertools import islice

import pytest

from workers.kit import corpus, plain_text, texts
from workers.kit.files import DataError


def novels_in(tmp_path, text):
    (tmp_path / "text_en").mkdir()
    for novel in plain_text.NOVELS:
        (tmp_path / f"text_en/{novel}.txt").write_text(text if novel == "moby_dick" else "", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("He came home. She saw him.", ["He came home.", "She saw him."]),
        ("“Who is there?” He stood up.", ["“Who is there?”", "He stood up."]),
        ("He asked it. “Why not?” she said.", ["He asked it.", "“Why not?” she said."]),
        ("Mr. Bennet met Dr. J. Watson.", ["Mr. Bennet met Dr. J. Watson."]),
        ("It cost 3.50 in all. no capital", ["It cost 3.50 in all. no capital"]),
        ("", [""]),
    ],
)
def test_a_paragraph_is_cut_behind_its_sentences(paragraph, sentences):
    assert list(plain_text.split(paragraph)) == sentences


def test_lines_of_a_paragraph_are_joined_and_short_pieces_left_out(tmp_path):
    found = plain_text.load_plain_text(
        "books", novels_in(tmp_path, "LOOMINGS.\n\nCall me by\nmy name. Yes.\n\nIt is damp here.\n")
    )
    assert found.sentences == ("Call me by my name.", "It is damp here.")


def test_headings_unknown_words_and_the_signs_of_wikitext_are_undone(tmp_path):
    (tmp_path / "text_en").mkdir()
    page = " = A title of four words = \n \n It has 1 @,@ 000 guest @-@ rooms .\n The <unk> is not kept .\n"
    for split in ("valid", "test"):
        (tmp_path / f"text_en/wikitext2-{split}.txt").write_text(page if split == "valid" else "")
    assert plain_text.load_plain_text("wikitext2", tmp_path).sentences == ("It has 1,000 guest-rooms .",)


def test_a_limit_takes_the_first_sentences():
    two, three = (plain_text.load_plain_text("opinions", limit=limit).sentences for limit in (2, 3))
    assert three[:2] == two == tuple(islice(corpus.stream(plain_text.BUILT_IN_SEED), 2))


def test_the_built_in_text_is_the_same_everywhere_and_holds_no_labelled_sentence():
    found = plain_text.load_plain_text("opinions")
    assert len(found.sentences) == plain_text.BUILT_IN_SENTENCES
    assert not {*found.sentences} & {text for rows in corpus.generate() for text, _ in rows}
    assert found.sha256.startswith("266e0873")


def test_a_text_states_its_facts():
    facts = plain_text.load_plain_text("opinions", limit=10).facts()
    assert facts["sentences"] == 10
    assert facts["words"] > 40
    assert facts["licence"]["en"] == "our own generator"


def test_an_absent_or_unknown_text_says_what_to_do(tmp_path):
    with pytest.raises(DataError, match="shakespeare: needs a folder of real data sets: set DATA_DIR"):
        plain_text.load_plain_text("shakespeare")
    with pytest.raises(DataError, match=r"text_en/tinyshakespeare\.txt is not in DATA_DIR"):
        plain_text.load_plain_text("shakespeare", tmp_path)
    with pytest.raises(DataError, match="no plain text 'imdb'; there are opinions, books"):
        plain_text.load_plain_text("imdb")


def test_forms_list_plain_texts_as_they_list_sets(tmp_path):
    listed = texts.listing((texts.UNLABELLED,), novels_in(tmp_path, ""))
    assert [each.name for each in listed if each.available] == ["opinions", "books"]


@pytest.mark.parametrize(("name", "words"), [("books", 950_000), ("wikitext2", 95_000), ("shakespeare", 195_000)])
def test_real_texts_are_read_nearly_whole(shared_dir, name, words):
    """Of 1,002,138 words in the books and 202,651 in the plays; two thirds of WikiText's sentences hold an <unk>."""
    found = plain_text.load_plain_text(name, shared_dir / "data")
    assert words < found.facts()["words"] < 1.05 * words
    assert min(len(sentence.split()) for sentence in found.sentences) >= 4
