"""What is shown of the transfer set: how many texts each rule made, what the teacher thinks of them, and a few rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from tokenizers import Tokenizer
from torch import Tensor

from workers.kit import figures
from workers.kit.events import Report
from workers.methods.distillation.distil_lstm.rules import TransferSet
from workers.spec import Text

EXAMPLES = 5  # of each rule, in the log
KINDS = ("masked", "replaced", "both", "n-gram")  # an n-gram may have masked and replaced words as well
WAYS = ("source", *KINDS, "dropped")


def draw_transfer_set(grown: TransferSet, z_t: Tensor, report: Report) -> None:
    """How many texts each rule made, and how often the teacher takes one for another class than its source.

    z_t: the teacher's logits (rows, C).
    """
    choice = z_t.argmax(-1).tolist()
    made = list(enumerate(grown.made, len(grown.drawn)))
    turned = Counter(text.kind for i, text in made if choice[i] != choice[text.source])
    count = Counter(text.kind for _, text in made)
    heights = [len(grown.sources), *(count[kind] for kind in KINDS), grown.dropped]
    report.figure("transfer-set", figures.bars([report.label(way) for way in WAYS], {"student": heights}))
    shares = [turned[kind] / count[kind] if count[kind] else None for kind in KINDS]
    report.figure("turned-labels", figures.bars([report.label(kind) for kind in KINDS], {"teacher": shares}))
    report.log("transfer-set", texts=len(grown.rows), made=len(made), turned=turned.total() / max(1, len(made)))


def show_examples(
    grown: TransferSet, z_t: Tensor, tokenizer: Tokenizer, classes: Sequence[str], report: Report
) -> None:
    """A few texts of each rule alone, with what the teacher thinks of source and result."""
    texts, p = grown.texts, z_t.softmax(-1).cpu()  # (rows, C)

    def said(i: int) -> Text:
        words = " ".join(tokenizer.id_to_token(token) for token in texts[i][1:-1])
        return report.words("labels.opinion", text=words, choice=classes[p[i].argmax()], share=p[i].max().item())

    for kind in (kind for kind in KINDS if kind != "both"):
        here = ((i, text.source) for i, text in enumerate(grown.made, len(grown.drawn)) if text.kind == kind)
        for i, source in islice(here, EXAMPLES):
            report.log("example", way=report.words(f"labels.{kind}"), source=said(source), made=said(i))
