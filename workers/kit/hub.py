"""Labelled sets of the Hugging Face hub, by name, through the package `datasets` where that is installed.

`hub:owner/name`, or `hub:owner/name/config` for a set of several parts. Which column is what is told by the columns'
own types: one or two of text, and one of classes or of scores. The package brings some 400 MB with it (pyarrow,
pandas), so it is no dependency: whoever wants it installs it. No torch here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from workers.data_kinds import HUB
from workers.kit.data import Dataset, Example, in_tenth
from workers.kit.files import DataError, OtherKind
from workers.spec import Text

DEV_SPLITS = ("validation", "dev", "validation_matched")
NOT_TEXT = ("id", "idx", "guid", "uid", "label")  # string columns that begin so hold no text of the set


def load_hub(name: str, kind: str = "") -> Dataset:
    """A set of the kind with this slug, or of any kind.

    Raises OtherKind; DataError where the package, the network or the set is absent, or its columns cannot be told
    apart.
    """
    owner, _, rest = name.removeprefix(HUB).partition("/")
    repository, _, config = rest.partition("/")
    if not owner or not repository:
        raise DataError(f"{name}: a set of the hub is called {HUB}owner/name or {HUB}owner/name/config")
    try:
        import datasets
    except ImportError:
        raise DataError(f"{name}: sets of the hub need the package datasets: pip install datasets") from None
    try:
        splits = datasets.load_dataset(f"{owner}/{repository}", config or None)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:  # no network, set, config; damaged
        raise DataError(f"{name}: {error}") from error
    return dataset_from(name, splits, kind)


def dataset_from(name: str, splits: Mapping[str, Any], kind: str = "") -> Dataset:
    """`splits`: what datasets.load_dataset returns, by the names of its splits. Raises DataError, OtherKind."""
    if "train" not in splits:
        raise DataError(f"{name}: no train split; there are {', '.join(splits)}")
    label = _label_column(name, splits["train"].features)
    texts = _text_columns(name, splits["train"].features)
    classes = _classes(splits["train"], label)
    if kind and kind != (own := _kind(texts, classes)):
        raise OtherKind(f"{name}: a set of the kind {own or 'scores of single texts'}, not {kind}")
    dev = next((split for split in DEV_SPLITS if split in splits), None)
    rows = tuple(_examples(name, splits["train"], texts, label, classes))
    if dev:
        note = Text(f"dev is the set's own split {dev}", f"验证集用数据集自带的 {dev} 部分")
        train, held_out = rows, tuple(_examples(name, splits[dev], texts, label, classes))
    else:
        note = Text("dev is a tenth of train, by a hash of the text", "验证集是训练集的十分之一，按文本的哈希值选出")
        train = tuple(example for example in rows if not in_tenth(example.text))
        held_out = tuple(example for example in rows if in_tenth(example.text))
    scores = [] if classes else [example.label for example in rows]
    return Dataset(
        name=name,
        title=Text(name, name),
        classes=classes,
        labels=classes,
        train=train,
        dev=held_out,
        licence=Text("as its page on the hub says", "见其在 hub 上的页面"),
        note=note,
        scale=(float(math.floor(min(scores))), float(math.ceil(max(scores)))) if scores else None,
    )


def _label_column(name: str, features: Mapping[str, Any]) -> str:
    """The first column of named classes; else `label` or `score`."""
    named = [column for column, feature in features.items() if getattr(feature, "names", None)]
    if found := named or [column for column in ("label", "score") if column in features]:
        return found[0]
    raise DataError(f"{name}: no column of classes, label or score; there are {', '.join(features)}")


def _text_columns(name: str, features: Mapping[str, Any]) -> list[str]:
    found = [
        column
        for column, feature in features.items()
        if str(getattr(feature, "dtype", "")).endswith("string") and not column.lower().startswith(NOT_TEXT)
    ]
    if len(found) not in (1, 2):
        raise DataError(f"{name}: one or two columns of text are wanted; found {', '.join(found) or 'none'}")
    return found


def _classes(split: Any, label: str) -> tuple[str, ...]:
    """Empty for a column of scores. Classes without names are called by their number."""
    feature = split.features[label]
    if names := getattr(feature, "names", None):
        return tuple(names)
    if str(feature.dtype).startswith("float"):
        return ()
    return tuple(map(str, sorted(set(split[label]))))


def _kind(texts: list[str], classes: tuple[str, ...]) -> str:
    """Its slug (workers/kit/texts.py); no kind has scores of single texts."""
    if len(texts) == 2:
        return "pairs" if classes else "scored-pairs"
    return "classified" if classes else ""


def _examples(name: str, split: Any, columns: list[str], label: str, classes: tuple[str, ...]) -> Iterator[Example]:
    """Rows with no text are passed over, as of the sets that lie in files."""
    named = bool(getattr(split.features[label], "names", None))
    for number, row in enumerate(split):
        texts = [" ".join(str(row[column] or "").split()) for column in columns]
        if all(texts):
            value = row[label] if named or not classes else classes.index(str(row[label]))
            if value is None or (classes and not 0 <= value < len(classes)):
                raise DataError(f"{name}: row {number} has the label {value!r}, which is none of {', '.join(classes)}")
            yield Example(texts[0], value, *texts[1:])
