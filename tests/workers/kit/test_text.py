"""Tokens: the same ids for the same texts, one a Chinese character, and files that transformers reads."""

from transformers import AutoTokenizer

from workers.kit import text

TEXTS = ["a film , a FILM", "not a plot", "服务很好"]


def test_frequent_words_get_small_ids_and_ties_stand_in_order():
    vocabulary = text.train_tokenizer(TEXTS, 100).get_vocab()
    assert [vocabulary[word] for word in text.MARKS] == [0, 1, 2, 3, 4]
    assert [vocabulary[word] for word in ("a", "film", ",", "not", "plot")] == [5, 6, 7, 8, 9]


def test_a_chinese_character_is_a_token():
    tokenizer = text.train_tokenizer(TEXTS, 100)
    assert tokenizer.encode("很好服务").tokens == ["[CLS]", "很", "好", "服", "务", "[SEP]"]


def test_words_beyond_the_vocabulary_share_one_id():
    tokenizer = text.train_tokenizer(TEXTS, 7)  # the marks, "a", "film"
    assert text.encode(tokenizer, ["a plot film", ""]) == [[2, 5, 1, 6, 3], [2, 3]]


def test_a_pair_is_two_texts_each_with_its_end():
    tokenizer = text.train_tokenizer(TEXTS, 100)
    assert text.encode(tokenizer, ["a"], ["film"]) == [[text.FIRST, 5, text.SEPARATOR, 6, text.SEPARATOR]]


def test_a_pair_is_typed_with_its_mark_between_the_texts():
    tokenizer = text.train_tokenizer(TEXTS, 100)
    assert [text.read(tokenizer, "a film [SEP] plot").ids] == text.encode(tokenizer, ["a film"], ["plot"])
    assert [text.read(tokenizer, "a film").ids] == text.encode(tokenizer, ["a film"])
    assert text.parts("a film [SEP]  ") == ("a film [SEP]  ",)


def test_long_texts_are_cut():
    tokenizer = text.train_tokenizer(TEXTS, 100)
    assert len(text.encode(tokenizer, ["a " * 500])[0]) == text.MAX_LENGTH


def test_rows_are_padded_to_the_longest():
    assert text.pad([[5], [6, 7, 8]]).tolist() == [[5, 0, 0], [6, 7, 8]]


def test_transformers_reads_the_saved_tokenizer(tmp_path):
    tokenizer = text.train_tokenizer(TEXTS, 100)
    text.save_tokenizer(tokenizer, tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded("not a strange FILM")["input_ids"] == text.encode(tokenizer, ["not a strange FILM"])[0]
    assert (loaded.pad_token, loaded.unk_token) == ("[PAD]", "[UNK]")
