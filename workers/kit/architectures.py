"""The networks that forms offer, by name, and what a name says. No torch here: specs read it.

"bilstm-64" has 64 units a direction; "bert-4x128" has 4 layers of width 128, and 4 heads; "bert-4x128h8" has 8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workers.spec import Text

HEADS = 4  # of a small BERT, unless its name says otherwise: layer by layer, small and large can be compared
_NAME = re.compile(r"(?P<kind>bilstm|bert)-(?:(?P<layers>\d+)x)?(?P<width>\d+)(?:h(?P<heads>\d+))?")


@dataclass(frozen=True)
class Sizes:
    kind: str  # "bilstm" or "bert"
    layers: int
    width: int  # of a BiLSTM: a direction's
    heads: int


def sizes(name: str) -> Sizes:
    """Raises ValueError for a name that is none."""
    if not (found := _NAME.fullmatch(name)):
        raise ValueError(f"{name!r} names no network: bilstm-64, bert-4x128 or bert-4x128h8 would")
    heads = int(found["heads"] or HEADS)
    return Sizes(found["kind"], int(found["layers"] or 1), int(found["width"]), heads)


def name_of(size: Sizes) -> str:
    """The name that says these sizes."""
    return f"{size.kind}-{size.layers}x{size.width}" + (f"h{size.heads}" if size.kind == "bert" else "")


def title(name: str) -> Text:
    """The name as people read it."""
    size = sizes(name)
    if size.kind == "bilstm":
        return Text(f"BiLSTM, {size.width} units a direction", f"BiLSTM，每方向 {size.width} 单元")
    layers = "1 layer" if size.layers == 1 else f"{size.layers} layers"
    return Text(
        f"BERT, {layers} of {size.width}, {size.heads} heads", f"BERT，{size.layers} 层 × {size.width}，{size.heads} 头"
    )


def choices(*names: str) -> tuple[tuple[str, Text], ...]:
    """As a Param of type "choice" wants them."""
    return tuple((name, title(name)) for name in names)
