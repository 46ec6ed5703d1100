"""Readers of the real sets: what they take, and what they say of files they cannot take."""

import pytest

from workers import registry
from workers.kit import data
from workers.kit.data import DataError


def folder_with(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / "sst2" / f"{name}.tsv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


GOOD = "sentence\tlabel\na fine film\t1\nno  plot \t0\n"


def test_texts_and_labels_are_read_and_spaces_closed_up(tmp_path):
    found = data.load("sst2", folder_with(tmp_path, train=GOOD, dev="sentence\tlabel\nwell done\t1\n"))
    assert found.train == (data.Example("a fine film", 1), data.Example("no plot", 0))
    assert found.dev == (data.Example("well done", 1),)
    assert found.classes == ("negative", "positive")


def test_a_line_separator_inside_a_text_is_no_new_row(tmp_path):
    found = data.load("sst2", folder_with(tmp_path, train="sentence\tlabel\nfine\u2028film\t1\n", dev=GOOD))
    assert found.train == (data.Example("fine film", 1),)


def test_windows_line_ends_and_a_byte_order_mark_are_taken(tmp_path):
    found = data.load("sst2", folder_with(tmp_path, train="\ufeff" + GOOD.replace("\n", "\r\n"), dev=GOOD))
    assert len(found.train) == 2


@pytest.mark.parametrize(
    ("train", "said"),
    [
        (
            "sentence\tlabel\nfine\t1\nno label here\n",
            r"train\.tsv:3: 1 columns where the header has 2; mend or delete",
        ),
        ("sentence\tlabel\nfine\t1\n\nfine\t2\n", r"train\.tsv:4: label '2' is none of 0, 1"),
        ("text\tlabel\nfine\t1\n", r"train\.tsv:1: no column sentence; the header has text, label"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_remedy(tmp_path, train, said):
    with pytest.raises(DataError, match=said):
        data.load("sst2", folder_with(tmp_path, train=train, dev=GOOD))


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    folder = folder_with(tmp_path, train=GOOD, dev=GOOD)
    (folder / "sst2/train.tsv").write_bytes(b"sentence\tlabel\nd\xe9j\xe0\t1\n")
    with pytest.raises(DataError, match=r"train\.tsv: not UTF-8 \(byte 16\)"):
        data.load("sst2", folder)


@pytest.mark.parametrize(
    ("folder", "said"), [(None, "set DATA_DIR"), ("empty", "sst2/train.tsv, sst2/dev.tsv is not in")]
)
def test_an_absent_set_says_what_to_do(tmp_path, folder, said):
    with pytest.raises(DataError, match=said):
        data.load("sst2", folder and tmp_path)


def test_an_unknown_set_names_those_that_exist():
    with pytest.raises(DataError, match="opinions, sst2"):
        data.load("imdb")


def test_the_hash_changes_with_a_text_a_label_and_the_split(tmp_path):
    hashes = set()
    for train, dev in [(GOOD, GOOD), (GOOD.replace("fine", "good"), GOOD), (GOOD.replace("\t1", "\t0"), GOOD)]:
        hashes.add(data.load("sst2", folder_with(tmp_path, train=train, dev=dev)).sha256)
    assert len(hashes) == 3


def test_a_set_with_folds_holds_one_out(tmp_path):
    rows = "".join(f"text {i}\t{i % 2}\t{i % 10}\n" for i in range(40))
    (tmp_path / "mr").mkdir()
    (tmp_path / "mr/all.tsv").write_text("sentence\tlabel\tfold\n" + rows)
    found = data.load("mr", tmp_path)
    assert [example.text for example in found.dev] == ["text 9", "text 19", "text 29", "text 39"]
    assert len(found.train) == 36


def test_the_list_says_which_sets_are_here_and_why_the_others_are_not(tmp_path):
    spec = registry.get_spec("hinton-kd")
    found = {each.name: each for each in registry.data_sets(spec, folder_with(tmp_path, train=GOOD, dev=GOOD))}
    assert [name for name, each in found.items() if each.available] == ["opinions", "sst2"]
    assert "trec/train.tsv" in found["trec"].why_not.en
    assert registry.data_sets(spec, None)[1].why_not.zh.endswith("DATA_DIR")


@pytest.mark.parametrize(
    ("name", "train", "dev"),
    [
        ("sst2", 67_349, 872),
        ("sst2-sentences", 6_920, 872),
        ("trec", 4_952, 500),
        ("cola", 8_551, 527),
        ("chnsenticorp", 9_600, 1_200),
        ("mr", 8_065, 874),
        ("cr", 3_384, 387),  # less the four empty texts
        ("subj", 9_009, 991),
        ("mpqa", 9_569, 1_034),  # less the three empty texts
        ("ag_news", 8_977, 1_014),
        ("waimai", 10_781, 1_206),
        ("thucnews", 8_939, 1_061),
    ],
)
def test_real_sets_are_read_whole(shared_dir, name, train, dev):
    found = data.load(name, shared_dir / "data")
    assert (len(found.train), len(found.dev)) == (train, dev)
    assert {example.label for example in found.train} == set(range(len(found.classes)))
