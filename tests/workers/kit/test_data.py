"""Readers of the real sets: what they take, and what they say of files they cannot take."""

import pytest

from workers import registry
from workers.kit import data, texts
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
    with pytest.raises(DataError, match="opinions, inferences, similarities, sst2"):
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
    assert [name for name, each in found.items() if each.available] == ["opinions", "sst2", "inferences"]
    assert "trec/train.tsv" in found["trec"].why_not.en
    assert registry.data_sets(spec, None)[1].why_not.zh.endswith("DATA_DIR")


def pairs_in(tmp_path, name, rows):
    (tmp_path / name).mkdir()
    column = "score" if name == "stsb" else "label"
    for split in ("train", "dev"):
        (tmp_path / name / f"{split}.tsv").write_text(f"sentence1\tsentence2\t{column}\n{rows}", encoding="utf-8")
    return tmp_path


def test_a_pair_keeps_its_second_text(tmp_path):
    found = data.load("rte", pairs_in(tmp_path, "rte", "it  rains\tit is wet\t1\nno second\t \t0\n"))
    assert found.train == (data.Example("it rains", 1, "it is wet"),)
    assert found.has_pairs
    assert found.facts()["second_text"] == "it is wet"


def test_the_hash_changes_with_the_second_text(tmp_path):
    one = data.load("rte", pairs_in(tmp_path, "rte", "a\tb\t1\n"))
    (tmp_path / "rte/dev.tsv").write_text("sentence1\tsentence2\tlabel\na\tc\t1\n")
    assert data.load("rte", tmp_path).sha256 != one.sha256


def test_a_set_of_scores_is_a_regression_with_a_scale_and_no_classes(tmp_path):
    found = data.load("stsb", pairs_in(tmp_path, "stsb", "a plane\tan air plane\t4.25\n"))
    assert found.train == (data.Example("a plane", 4.25, "an air plane"),)
    assert (found.task, found.scale, found.classes, found.labels) == ("regression", (0.0, 5.0), (), ())
    assert found.facts()["scale"] == [0.0, 5.0]
    assert "classes" not in found.facts()


@pytest.mark.parametrize("score", ["5.1", "-1", "nan", "high"])
def test_a_score_off_the_scale_is_named_by_file_and_line(tmp_path, score):
    with pytest.raises(DataError, match=rf"train\.tsv:3: score '{score}' is no number from 0 to 5; mend"):
        data.load("stsb", pairs_in(tmp_path, "stsb", f"a\tb\t5\na\tb\t{score}\n"))


def test_what_a_set_without_pairs_says_of_itself_is_as_before():
    found = data.load("opinions")
    assert found.task == "classification"
    assert not found.has_pairs
    assert list(found.facts()) == [
        *("name", "title", "split", "train_rows", "dev_rows", "classes", "example", "sha256", "licence", "note")
    ]


@pytest.mark.parametrize(("name", "said"), [("stsb", "own dev file"), ("rte", "own dev file"), ("mrpc", "cut from")])
def test_the_note_says_what_dev_is(tmp_path, name, said):
    found = data.load(name, pairs_in(tmp_path, name, "a\tb\t1\n"))
    assert said in found.facts()["note"]["en"]


def test_every_labelled_set_is_of_one_kind():
    kinds = [*texts.CLASSIFIED.names, *texts.PAIRS.names, *texts.SCORED_PAIRS.names]
    assert sorted(kinds) == sorted({*data.BUILT_INS, *data.SOURCES})


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
        ("mrpc", 3_576, 500),
        ("rte", 2_490, 277),
    ],
)
def test_real_sets_are_read_whole(shared_dir, name, train, dev):
    found = data.load(name, shared_dir / "data")
    assert (len(found.train), len(found.dev)) == (train, dev)
    assert {example.label for example in found.train} == set(range(len(found.classes)))


def test_the_real_set_of_relatedness_is_read_whole(shared_dir):
    found = data.load("sick", shared_dir / "data")
    assert (len(found.train), len(found.dev), found.scale) == (4_500, 500, (1.0, 5.0))


def test_the_real_set_of_scores_is_read_whole(shared_dir):
    found = data.load("stsb", shared_dir / "data")
    assert (len(found.train), len(found.dev)) == (5_749, 1_500)
    assert {min(example.label for example in found.dev), max(example.label for example in found.dev)} == {0.0, 5.0}


# Old results and cached teachers stand for these: a hash that changes here says that they no longer do.
HASHES = {
    "opinions": "b3c20678e55d745c4240a864073c80f5f3f638994f40dabd0907111565f1703b",
    "sst2": "3dbbd8f4a93f709389f0525095d89849f774ef1732b3e4e4005826453369f565",
    "trec": "826027e80a09f4ee3d58d8ee41b339281806934a17a65dad84f37875e8b3885d",
    "mr": "ccb96e8388aca7e03a9a4303df13008ad1fabe468ddfa30b88039ad97c299d43",
    "ag_news": "b019f92f076f0b7e061f5b1872b020735f1573c91cdbbe9732ede37c5ed06f8d",
    "cola": "011dd4f384dd89163a20a33cb9e5aef9ddc76fd26fa201031dc4a9876ea542f2",
    "thucnews": "85ba7d4414a568ea6bfb87bd2cecd24ad4af6c12370bf347a4c2002065d0da46",
}


def test_the_built_in_set_keeps_its_hash():
    assert data.load("opinions").sha256 == HASHES["opinions"]


@pytest.mark.parametrize("name", [name for name in HASHES if name != "opinions"])
def test_a_real_set_keeps_its_hash(shared_dir, name):
    assert data.load(name, shared_dir / "data").sha256 == HASHES[name]
