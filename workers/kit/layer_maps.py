"""Which teacher layer each student layer learns from: g(1), .., g(M), counted from 1. No torch: forms check it too."""

from __future__ import annotations

import re

from workers.spec import Text

KINDS = (
    ("uniform", Text("Uniform: every k-th layer", "均匀：每隔 k 层")),
    ("skip", Text("Skip: spread, the last left out", "跳层：均匀分布，不含最后一层")),
    ("last", Text("The last layers", "最后几层")),
    ("first", Text("The first layers", "最前几层")),
    ("custom", Text("As listed", "自行列出")),
)


class LayerMapError(ValueError):
    """A map that these two networks do not allow; `text` says what to change."""

    def __init__(self, text: Text):
        super().__init__(text.en)
        self.text = text


def layer_map(kind: str, student: int, teacher: int, listed: str = "") -> tuple[int, ...]:
    """g(1), .., g(M) for M = `student` layers out of N = `teacher` layers. Raises LayerMapError.

    uniform: g(m) = m N / M, which must be whole (N = 4, M = 2: 2, 4); skip: g(m) = m (N - 1) / (M + 1) rounded down,
    and at least m (N = 6, M = 2: 1, 3); last: the M last; first: the M first; custom: as `listed`, "1, 3".
    """
    if student > teacher:
        raise LayerMapError(
            Text(
                f"the student has {student} layers and the teacher {teacher}; choose a student with at most {teacher}",
                f"学生有 {student} 层而教师只有 {teacher} 层；请选择不超过 {teacher} 层的学生",
            )
        )
    places = range(1, student + 1)
    if kind == "uniform":
        if teacher % student:
            raise LayerMapError(
                Text(
                    f"{teacher} teacher layers cannot be spread evenly over {student}; choose a student whose layers "
                    "divide the teacher's, or another map",
                    f"{teacher} 层教师无法均匀分给 {student} 层学生；请选择层数能整除的学生，或换一种映射",
                )
            )
        return tuple(m * teacher // student for m in places)
    if kind == "skip":
        return tuple(max(m, m * (teacher - 1) // (student + 1)) for m in places)
    if kind in ("last", "first"):
        return tuple(m + (teacher - student if kind == "last" else 0) for m in places)
    return _as_listed(listed, student, teacher)


def _as_listed(listed: str, student: int, teacher: int) -> tuple[int, ...]:
    words = [word for word in re.split(r"[\s,，、]+", listed.strip()) if word]
    chosen = [int(word) for word in words if word.isascii() and word.isdigit()]
    if len(chosen) != len(words) or len(chosen) != student or not all(1 <= layer <= teacher for layer in chosen):
        raise LayerMapError(
            Text(
                f"list {student} layers between 1 and {teacher}, one for each student layer, as in “1, {teacher}”",
                f"请列出 {student} 个 1 到 {teacher} 之间的层号，每个学生层一个，例如“1, {teacher}”",
            )
        )
    return tuple(chosen)
