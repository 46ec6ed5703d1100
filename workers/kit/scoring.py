"""Scores a saved classifier on any labelled file."""

from __future__ import annotations

from pathlib import Path

import torch

from workers.kit import checkpoints, evaluation, text
from workers.kit.data import DataError, label_index, read_table

TEXT_COLUMNS = ("sentence", "text")


def score_file(folder: Path, path: Path) -> dict:
    """Quality of a checkpoint on the rows of a table with a column "sentence" or "text" and a column "label".

    Labels are spelt as in the training file ("0", "1") or as the classes are called ("negative"). Raises DataError and
    CheckpointError.
    """
    checkpoint = checkpoints.load(folder)
    rows = list(read_table(path, ("label",)))
    if not rows:
        raise DataError(f"{path}: no rows below the header")
    column = next((name for name in TEXT_COLUMNS if name in rows[0][1]), None)
    if column is None:
        raise DataError(f"{path}:1: no column sentence or text; the header has {', '.join(rows[0][1])}")
    by_class = dict(zip(checkpoint.classes, checkpoint.labels, strict=True))
    labels = [
        label_index(by_class.get(row["label"], row["label"]), checkpoint.labels, path, line) for line, row in rows
    ]
    ids = text.encode(checkpoint.tokenizer, [row[column] for _, row in rows])
    found = evaluation.quality(evaluation.predict(checkpoint.model, ids), torch.tensor(labels))
    return {"checkpoint": str(folder), "file": str(path), "rows": len(rows), **found}
