"""What is shown of the transfer set: how many texts each rule made, what the teacher thinks of them, and a few rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from workers.kit.events import Report
from workers.spec import Text

if TYPE_CHECKING:
    from workers.methods.distillation.distil_lstm.job import Lesson

EXAMPLES = 5  # of each rule, in the log
WAYS = {
    "source": Text("as they are", "原文"),
    "masked": Text("masked", "遮蔽"),
    "replaced": Text("replaced", "换词"),
    "both": Text("both", "两者"),
    "n-gram": Text("n-gram", "n 元片段"),
    "dropped": Text("seen before", "重复"),
}
KINDS = ("masked", "replaced", "both", "n-gram")  # an n-gram may have masked and replaced words as well


def draw_transfer_set(lesson: Lesson) -> None:
    """How many texts each rule made, and how often the teacher takes one for another class than its source."""
    choice = lesson.z_t.argmax(-1).tolist()
    first = len(lesson.task.ids)
    turned = Counter(text.kind for i, text in enumerate(lesson.made, first) if choice[i] != choice[text.source])
    count = Counter(text.kind for text in lesson.made)
    heights = {"source": len(lesson.sources), **{kind: count[kind] for kind in KINDS}, "dropped": lesson.dropped}
    _bars(lesson.report, "transfer-set", "student", heights)
    shares = {kind: turned[kind] / count[kind] if count[kind] else None for kind in KINDS}
    _bars(lesson.report, "turned-labels", "teacher", shares)
    share = turned.total() / max(1, len(lesson.made))
    lesson.report.log(
        f"The transfer set has {len(lesson.transfer_set):,} texts, {len(lesson.made):,} of them made by the "
        f"rules. The teacher takes {share:.1%} of those for another class than their source."
    )


def _bars(report: Report, slug: str, series: str, heights: Mapping[str, float | None]) -> None:
    names = [{"en": WAYS[way].en, "zh": WAYS[way].zh} for way in heights]
    report.figure(slug, {"kind": "bars", "categories": names, "series": [{"name": series, "y": [*heights.values()]}]})


def show_examples(lesson: Lesson) -> None:
    """A few texts of each rule alone, with what the teacher thinks of source and result."""
    classes, p = lesson.task.data.classes, lesson.z_t.softmax(-1).cpu()  # (rows, C)

    def said(i: int) -> str:
        words = " ".join(lesson.task.tokenizer.id_to_token(token) for token in lesson.rows[i][1:-1])
        return f"“{words}” ({classes[p[i].argmax()]} {p[i].max():.2f})"

    first = len(lesson.task.ids)
    for kind in ("masked", "replaced", "n-gram"):
        here = ((i, text.source) for i, text in enumerate(lesson.made, first) if text.kind == kind)
        for i, source in islice(here, EXAMPLES):
            lesson.report.log(f"{WAYS[kind].en}: {said(source)} became {said(i)}")
