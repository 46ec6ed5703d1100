"""Scores a saved classifier on any labelled file."""

from __future__ import annotations

from pathlib import Path

import torch

from workers.kit import checkpoints, evaluation, text
from workers.kit.data import DataError, label_index, read_table

TEXT_COLUMNS, PAIR_COLUMNS = ("sentence", "text"), ("sentence1", "sentence2")


def score_file(folder: Path, path: Path) -> dict:
    """Quality of a checkpoint on the rows of a table with columns "sentence" or "text" (of pairs: "sentence1",
    "sentence2") and "label".

    Labels are spelt as in the training file ("0", "1") or as the classes are called ("negative"). Raises DataError and
    CheckpointError.
    """
    checkpoint = checkpoints.load(folder)
    rows = list(read_table(path, ("label",)))
    if not rows:
        raise DataError(f"{path}: no rows below the header")
    texts = _texts([row for _, row in rows], path)
    by_class = dict(zip(checkpoint.classes, checkpoint.labels, strict=True))
    labels = [
        label_index(by_class.get(row["label"], row["label"]), checkpoint.labels, path, line) for line, row in rows
    ]
    ids = text.encode(checkpoint.tokenizer, *texts)
    found = evaluation.quality(evaluation.predict(checkpoint.model, ids), torch.tensor(labels))
    return {"checkpoint": str(folder), "file": str(path), "rows": len(rows), **found}


def _texts(rows: list[dict[str, str]], path: Path) -> list[list[str]]:
    """One column, or the two of pairs."""
    columns = [name for name in TEXT_COLUMNS if name in rows[0]][:1] or [n for n in PAIR_COLUMNS if n in rows[0]]
    if columns in ([], list(PAIR_COLUMNS[:1]), list(PAIR_COLUMNS[1:])):
        wanted = f"{' or '.join(TEXT_COLUMNS)}, nor {' and '.join(PAIR_COLUMNS)}"
        raise DataError(f"{path}:1: no column {wanted}; the header has {', '.join(rows[0])}")
    return [[row[name] for row in rows] for name in columns]
