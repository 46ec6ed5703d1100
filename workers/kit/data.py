"""Labelled sentences for the jobs: the built-in corpus, and real sets read from a local folder. No torch here.

The folder (`DATA_DIR`) holds one folder a set with tab-separated files: UTF-8, one header row, no quoting. Every set
gives train and dev; a published test split is never read. Where a set has no dev of its own, a fixed part of train is
held out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.kit import corpus
from workers.spec import Text


class DataError(Exception):
    """A data set is absent or a file cannot be read; the message says which file, where in it and what to do."""


@dataclass(frozen=True)
class Example:
    text: str
    label: int


@dataclass(frozen=True)
class Dataset:
    """Train and dev of one set. `labels` as the file spells them, `classes` as people read them, in the same order."""

    name: str
    title: Text
    classes: tuple[str, ...]
    labels: tuple[str, ...]
    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    licence: Text
    note: Text

    @property
    def sha256(self) -> str:
        """Over every text and label that train and dev hold, in order."""
        digest = hashlib.sha256()
        for split, examples in (("train", self.train), ("dev", self.dev)):
            for example in examples:
                digest.update(f"{split}\t{example.label}\t{example.text}\n".encode())
        return digest.hexdigest()

    def facts(self) -> dict:
        """What the results say about the data."""
        return {
            "name": self.name,
            "title": _both(self.title),
            "split": "dev",
            "train_rows": len(self.train),
            "dev_rows": len(self.dev),
            "classes": list(self.classes),
            "example": self.dev[0].text if self.dev else "",
            "sha256": self.sha256,
            "licence": _both(self.licence),
            "note": _both(self.note),
        }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


UNCLEAR = Text("unclear: for tests and reference runs only", "不明确：仅供测试与参考运行")


@dataclass(frozen=True)
class Source:
    """Where a real set lies in the folder and how its files are read."""

    name: str
    title: Text
    train: str
    dev: str  # a file; "fold 9": the rows of that fold; "tenth": every tenth row by a hash of its text
    labels: tuple[str, ...]
    classes: tuple[str, ...] = ()
    text_column: str = "sentence"
    licence: Text = UNCLEAR


POLARITY = {"labels": ("0", "1"), "classes": ("negative", "positive")}
NEWS_ZH = tuple(
    "finance realty stocks education science society politics sports game entertainment".split()  # noqa: SIM905
)
SOURCES = {
    source.name: source
    for source in (
        Source("sst2", Text("SST-2, phrases", "SST-2（短语）"), "sst2/train.tsv", "sst2/dev.tsv", **POLARITY),
        Source(
            "sst2-sentences",
            Text("SST-2, whole sentences", "SST-2（整句）"),
            "sst2/train_sentences.tsv",
            "sst2/dev.tsv",
            **POLARITY,
        ),
        Source(
            "trec",
            Text("TREC questions", "TREC 问句"),
            "trec/train.tsv",
            "trec/dev.tsv",
            labels=("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"),
            classes=("abbreviation", "description", "entity", "human", "location", "number"),
        ),
        Source("mr", Text("Film reviews (MR)", "电影评论（MR）"), "mr/all.tsv", "fold 9", **POLARITY),
        Source("cr", Text("Customer reviews (CR)", "商品评论（CR）"), "cr/all.tsv", "fold 9", **POLARITY),
        Source(
            "subj",
            Text("Subjectivity (SUBJ)", "主观性（SUBJ）"),
            "subj/all.tsv",
            "fold 9",
            ("0", "1"),
            classes=("subjective", "objective"),
        ),
        Source("mpqa", Text("Opinion phrases (MPQA)", "观点短语（MPQA）"), "mpqa/all.tsv", "fold 9", **POLARITY),
        Source(
            "ag_news",
            Text("AG News, a part", "AG News（部分）"),
            "ag_news/train.tsv",
            "tenth",
            labels=("World", "Sports", "Business", "Sci/Tech"),
            text_column="text",
            licence=Text("non-commercial use", "仅限非商业用途"),
        ),
        Source(
            "cola",
            Text("CoLA", "CoLA"),
            "cola/train.tsv",
            "cola/dev.tsv",
            ("0", "1"),
            ("unacceptable", "acceptable"),
            licence=Text(
                "sentences from published works: for tests and reference runs only",
                "句子取自已出版的著作：仅供测试与参考运行",
            ),
        ),
        Source(
            "chnsenticorp",
            Text("ChnSentiCorp", "ChnSentiCorp 酒店与商品评论"),
            "chnsenticorp/train.tsv",
            "chnsenticorp/dev.tsv",
            text_column="text",
            **POLARITY,
        ),
        Source(
            "waimai",
            Text("Waimai take-away reviews", "外卖评论"),
            "waimai_10k/all.tsv",
            "fold 9",
            text_column="text",
            **POLARITY,
        ),
        Source(
            "thucnews",
            Text("THUCNews titles", "THUCNews 新闻标题"),
            "thucnews_titles/train.tsv",
            "tenth",
            NEWS_ZH,
            text_column="text",
        ),
    )
}
BUILT_IN = "opinions"
TITLES = {BUILT_IN: Text("Built-in opinions", "内置观点句")} | {name: source.title for name, source in SOURCES.items()}


@dataclass(frozen=True)
class DataSet:
    """A data set as a form offers it."""

    name: str
    title: Text
    available: bool
    why_not: Text | None = None


def listing(names: Iterable[str], data_dir: Path | str | None) -> list[DataSet]:
    """Each set with whether it can be read here and, if not, why."""
    return [DataSet(name, TITLES[name], why is None, why) for name in names for why in [_why_not(name, data_dir)]]


def _why_not(name: str, data_dir: Path | str | None) -> Text | None:
    if name == BUILT_IN:
        return None
    if not data_dir:
        return Text("needs a folder of real data sets: set DATA_DIR", "需要真实数据集的文件夹：请设置 DATA_DIR")
    source = SOURCES[name]
    files = [source.train] + ([source.dev] if source.dev.endswith(".tsv") else [])
    missing = [file for file in files if not (Path(data_dir) / file).is_file()]
    if missing:
        listed = ", ".join(missing)
        return Text(f"{listed} is not in DATA_DIR", f"DATA_DIR 中没有 {listed}")
    return None


def load(name: str, data_dir: Path | str | None = None) -> Dataset:
    """Raises DataError where the set is unknown, absent or damaged."""
    if name not in TITLES:
        raise DataError(f"no data set {name!r}; there are {', '.join(TITLES)}")
    if why := _why_not(name, data_dir):
        raise DataError(f"{name}: {why.en}")
    return _built_in() if name == BUILT_IN else _read(SOURCES[name], Path(data_dir))


def _built_in() -> Dataset:
    train, dev = corpus.generate()
    return Dataset(
        name=BUILT_IN,
        title=TITLES[BUILT_IN],
        classes=corpus.CLASSES,
        labels=("0", "1"),
        train=tuple(Example(*row) for row in train),
        dev=tuple(Example(*row) for row in dev),
        licence=Text("our own generator", "由我们自己的程序生成"),
        note=Text(
            f"{corpus.LABEL_NOISE:.0%} of the training labels are turned round; dev labels are clean",
            f"{corpus.LABEL_NOISE:.0%} 的训练标签被翻转，验证集标签无噪声",
        ),
    )


def _read(source: Source, folder: Path) -> Dataset:
    rows = list(_examples(source, folder / source.train))
    if source.dev.endswith(".tsv"):
        train = [example for example, _ in rows]
        dev = [example for example, _ in _examples(source, folder / source.dev)]
        note = Text("dev is the set's own dev file", "验证集用数据集自带的文件")
    elif source.dev == "tenth":
        train = [example for example, _ in rows if not _in_tenth(example.text)]
        dev = [example for example, _ in rows if _in_tenth(example.text)]
        note = Text(
            "dev is a tenth of the training file, chosen by a hash of the text",
            "验证集是训练文件的十分之一，按文本的哈希值选出",
        )
    else:
        fold = source.dev.removeprefix("fold ")
        train = [example for example, other in rows if other != fold]
        dev = [example for example, other in rows if other == fold]
        note = Text(f"dev is fold {fold} of ten", f"验证集是十折中的第 {fold} 折")
    classes = source.classes or source.labels
    return Dataset(source.name, source.title, classes, source.labels, tuple(train), tuple(dev), source.licence, note)


def _in_tenth(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 10 == 0


def _examples(source: Source, path: Path) -> Iterator[tuple[Example, str]]:
    """Each row with its fold ("" where there is none). Rows with no text, which some sets publish, are passed over."""
    for line, row in read_table(path, (source.text_column, "label")):
        text = " ".join(row[source.text_column].split())
        if text:
            yield Example(text, label_index(row["label"], source.labels, path, line)), row.get("fold", "")


def read_table(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number (the header is line 1) and row of a tab-separated file. Raises DataError: file, line, what to do."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    lines = text.split("\n")  # not splitlines(): a text may hold other line separators
    columns = lines[0].rstrip("\r").split("\t")
    if missing := [name for name in needed if name not in columns]:
        raise DataError(f"{path}:1: no column {', '.join(missing)}; the header has {', '.join(columns)}")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = line.rstrip("\r").split("\t")
        if len(cells) != len(columns):
            raise DataError(
                f"{path}:{number}: {len(cells)} columns where the header has {len(columns)}; mend or delete the row"
            )
        yield number, dict(zip(columns, cells, strict=True))


def label_index(value: str, labels: Sequence[str], path: Path, line: int) -> int:
    try:
        return labels.index(value)
    except ValueError:
        raise DataError(
            f"{path}:{line}: label {value!r} is none of {', '.join(labels)}; mend or delete the row"
        ) from None
