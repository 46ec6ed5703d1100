"""Labelled texts and pairs of texts for the jobs: the built-in corpus, and real sets read from a local folder.

The folder (`DATA_DIR`) holds one folder a set with tab-separated files: UTF-8, one header row, no quoting. Every set
gives train and dev; a published test split is never read. Where a set has no dev of its own, a fixed part of train is
held out. No torch here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workers.kit import corpus, pairs
from workers.kit.files import DataError, label_index, read_table, score_between, why_absent
from workers.kit.sources import SOURCES, SetInFiles
from workers.spec import Text


@dataclass(frozen=True)
class Example:
    """A text, or a pair of them, with the index of its class; in a set of scores, with its score."""

    text: str
    label: int | float
    second: str = ""


@dataclass(frozen=True)
class Dataset:
    """Train and dev of one set. `labels` as the file spells them, `classes` as people read them, in the same order.

    A set of scores has neither, but a `scale`: the lowest and the highest score.
    """

    name: str
    title: Text
    classes: tuple[str, ...]
    labels: tuple[str, ...]
    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    licence: Text
    note: Text
    scale: tuple[float, float] | None = None

    @property
    def task(self) -> Literal["classification", "regression"]:
        return "regression" if self.scale else "classification"

    @property
    def has_pairs(self) -> bool:
        return any(example.second for example in (*self.train[:1], *self.dev[:1]))

    @property
    def sha256(self) -> str:
        """Over every text and label that train and dev hold, in order."""
        digest = hashlib.sha256()
        for split, examples in (("train", self.train), ("dev", self.dev)):
            for example in examples:
                second = f"\t{example.second}" if example.second else ""
                digest.update(f"{split}\t{example.label}\t{example.text}{second}\n".encode())
        return digest.hexdigest()

    def facts(self) -> dict:
        """What the results say about the data."""
        return {
            "name": self.name,
            "title": _both(self.title),
            "split": "dev",
            "train_rows": len(self.train),
            "dev_rows": len(self.dev),
            **({"scale": list(self.scale)} if self.scale else {"classes": list(self.classes)}),
            "example": self.dev[0].text if self.dev else "",
            **({"second_text": self.dev[0].second} if self.has_pairs else {}),
            "sha256": self.sha256,
            "licence": _both(self.licence),
            "note": _both(self.note),
        }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


BUILT_IN = corpus.NAME
BUILT_INS = (BUILT_IN, *pairs.TITLES)


def load(name: str, data_dir: Path | str | None = None) -> Dataset:
    """Raises DataError where the set is unknown, absent or damaged."""
    if name in BUILT_INS:
        return _built_in() if name == BUILT_IN else _built_in_pairs(name)
    if name not in SOURCES:
        raise DataError(f"no data set {name!r}; there are {', '.join((*BUILT_INS, *SOURCES))}")
    if why := why_absent(SOURCES[name].files, data_dir):
        raise DataError(f"{name}: {why.en}")
    return _read(SOURCES[name], Path(data_dir))


def _built_in() -> Dataset:
    train, dev = corpus.generate()
    return Dataset(
        name=BUILT_IN,
        title=corpus.TITLE,
        classes=corpus.CLASSES,
        labels=("0", "1"),
        train=tuple(Example(*row) for row in train),
        dev=tuple(Example(*row) for row in dev),
        licence=corpus.LICENCE,
        note=Text(
            f"{corpus.LABEL_NOISE:.0%} of the training labels are turned round; dev labels are clean",
            f"{corpus.LABEL_NOISE:.0%} 的训练标签被翻转，验证集标签无噪声",
        ),
    )


def _built_in_pairs(name: str) -> Dataset:
    train, dev = (
        tuple(Example(first, value, second) for first, second, value in rows) for rows in pairs.generate(name)
    )
    classes = pairs.CLASSES if name == pairs.INFERENCES else ()
    return Dataset(
        name=name,
        title=pairs.TITLES[name],
        classes=classes,
        labels=tuple(str(place) for place in range(len(classes))),
        train=train,
        dev=dev,
        licence=corpus.LICENCE,
        note=pairs.NOTES[name],
        scale=None if classes else pairs.SCALE,
    )


def _read(source: SetInFiles, folder: Path) -> Dataset:
    rows = list(_examples(source, folder / source.train))
    if source.dev.endswith(".tsv"):
        train = [example for example, _ in rows]
        dev = [example for example, _ in _examples(source, folder / source.dev)]
        note = source.note
    elif source.dev == "tenth":
        train = [example for example, _ in rows if not in_tenth(example.text)]
        dev = [example for example, _ in rows if in_tenth(example.text)]
        note = Text(
            "dev is a tenth of the training file, chosen by a hash of the text",
            "验证集是训练文件的十分之一，按文本的哈希值选出",
        )
    else:
        fold = source.dev.removeprefix("fold ")
        train = [example for example, other in rows if other != fold]
        dev = [example for example, other in rows if other == fold]
        note = Text(f"dev is fold {fold} of ten", f"验证集是十折中的第 {fold} 折")
    return Dataset(
        name=source.name,
        title=source.title,
        classes=source.classes or source.labels,
        labels=source.labels,
        train=tuple(train),
        dev=tuple(dev),
        licence=source.licence,
        note=note,
        scale=source.scale,
    )


def in_tenth(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 10 == 0


def _examples(source: SetInFiles, path: Path) -> Iterator[tuple[Example, str]]:
    """Each row with its fold ("" where there is none). Rows with no text, which some sets publish, are passed over."""
    columns = [column for column in (source.text_column, source.second_column) if column]
    for line, row in read_table(path, (*columns, source.label_column)):
        texts = [" ".join(row[column].split()) for column in columns]
        if all(texts):
            label = _label(source, row[source.label_column], path, line)
            yield Example(texts[0], label, *texts[1:]), row.get("fold", "")


def _label(source: SetInFiles, value: str, path: Path, line: int) -> int | float:
    if source.scale:
        return score_between(value, source.scale, path, line)
    return label_index(value, source.labels, path, line)
