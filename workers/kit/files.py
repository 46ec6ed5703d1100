"""Files of the data folder: plain text, tab-separated tables, and what is said where one cannot be read. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from workers.spec import Text


class DataError(Exception):
    """A data set is absent or a file cannot be read; the message says which file, where in it and what to do."""


class OtherKind(DataError):
    """There is such a set, but it is of another kind than the one that was asked for it."""


def why_absent(files: Iterable[str], data_dir: Path | str | None) -> Text | None:
    """None where all these files lie in the folder; no files, as of what is built in, always do."""
    files = list(files)
    if not files:
        return None
    if not data_dir:
        return Text("needs a folder of real data sets: set DATA_DIR", "需要真实数据集的文件夹：请设置 DATA_DIR")
    missing = [file for file in files if not (Path(data_dir) / file).is_file()]
    if not missing:
        return None
    listed = ", ".join(missing)
    return Text(f"{listed} is not in DATA_DIR", f"DATA_DIR 中没有 {listed}")


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file, without their ends. Raises DataError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    return [line.rstrip("\r") for line in text.split("\n")]  # not splitlines(): a text may hold other line separators


def read_table(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number (the header is line 1) and row of a tab-separated file. Raises DataError: file, line, what to do."""
    header, *lines = read_lines(path)
    columns = header.split("\t")
    if missing := [name for name in needed if name not in columns]:
        raise DataError(f"{path}:1: no column {', '.join(missing)}; the header has {', '.join(columns)}")
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        cells = line.split("\t")
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


def score_between(value: str, scale: tuple[float, float], path: Path, line: int) -> float:
    low, high = scale
    try:
        score = float(value)
    except ValueError:
        score = float("nan")
    if not low <= score <= high:
        raise DataError(f"{path}:{line}: score {value!r} is no number from {low:g} to {high:g}; mend or delete the row")
    return score
