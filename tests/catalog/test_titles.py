import pytest

from catalog.search import fold
from catalog.titles import SLUG_MAX_LENGTH, slug_for, title_key


@pytest.mark.parametrize(
    "spelling",
    [
        "SMALL MODELS: Über forTask-Agnostic Transfer.",
        "Small models - Uber for Task-Agnostic  Transfer",
        "Ｓｍａｌｌ Ｍｏｄｅｌｓ： Über for Task Agnostic Transfer",
        "“Small” Models (Über) for Task–Agnostic Transfer?!",
    ],
)
def test_spellings_of_one_title_share_a_key(spelling):
    assert title_key(spelling) == "smallmodelsuberfortaskagnostictransfer"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Łukasz", "Lukasz"),
        ("Søren", "Soren"),
        ("Straße", "STRASSE"),
        ("Đorđe", "Dorde"),
        ("Æsop", "Aesop"),
        ("Œuvre", "oeuvre"),
        ("Yıldız", "Yildiz"),
        ("İstanbul", "Istanbul"),
    ],
)
def test_strokes_and_ligatures_do_not_matter(name, plain):
    assert title_key(name) == title_key(plain)
    assert slug_for(name) == plain.lower()
    assert fold(name) == fold(plain)


def test_key_keeps_chinese_letters_and_digits():
    assert title_key("知识蒸馏 2：综述") == "知识蒸馏2综述"


def test_titles_of_signs_alone_do_not_share_a_key():
    assert title_key("? ?") == "??"
    assert title_key("!") != title_key("?")


def test_slug_is_the_title_in_ascii_words():
    assert slug_for("Don’t Stop: Löser & Co. (2nd edition)") == "dont-stop-loser-co-2nd-edition"


def test_long_slug_is_cut_between_words():
    slug = slug_for("distillation " * 20)
    assert len(slug) <= SLUG_MAX_LENGTH
    assert set(slug.split("-")) == {"distillation"}


def test_one_endless_word_still_fits():
    assert slug_for("x" * 300) == "x" * SLUG_MAX_LENGTH


def test_chinese_title_gets_a_hash_that_stays_the_same():
    slug = slug_for("知识蒸馏综述")
    assert slug == slug_for("知识蒸馏 综述") != slug_for("知识蒸馏入门")
    assert slug.isascii() and slug.startswith("paper-")


def test_chinese_title_carries_what_it_or_its_nickname_says_in_ascii():
    assert slug_for("基于BERT的文本分类方法").startswith("bert-")
    assert slug_for("文本分类方法", "TextKD").startswith("textkd-")
    assert slug_for("基于BERT的文本分类方法") != slug_for("基于BERT的命名实体识别")


def test_title_of_signs_alone_still_has_a_slug():
    assert slug_for("???") != slug_for("!!!")
