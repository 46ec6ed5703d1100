"""Bytes of any encoding become text; what cannot be kept is told."""

import pytest

from catalog.importers.encoding import NotText, decode, decoded

CHINESE = "@article{a, title={知识蒸馏综述：方法与应用}, author={张三}}"
WESTERN = "Müller “x” été – naïve"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_chinese_text_is_decoded(encoding):
    assert decode(CHINESE.encode(encoding)) == CHINESE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_western_text_is_decoded(encoding):
    assert decode(WESTERN.encode(encoding)) == WESTERN


def test_latin_1_is_named_as_what_it_is():
    assert decoded("Müller, Jörg".encode("latin-1")).encoding == "cp1252"


def test_stray_bytes_in_utf_8_cost_no_other_character():
    made = decoded("知识蒸馏 ".encode() + b"M\xfcller")
    assert (made.text, made.encoding) == ("知识蒸馏 Müller", "utf-8")
    assert made.faults == [(6, "1 bytes are not UTF-8; they were read as Western European.")]


def test_stray_control_characters_are_replaced_and_told():
    made = decoded(b"x" * 1000 + b"\0" + b"y" * 1000)
    assert made.text == "x" * 1000 + "\ufffd" + "y" * 1000
    assert [place for place, _ in made.faults] == [1000]


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF\x00\x01\x02", b"\xff\xfea", b"\0" * 100])
def test_bytes_that_are_no_text_are_refused(data):
    with pytest.raises(NotText):
        decode(data)
