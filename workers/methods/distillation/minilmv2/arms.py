"""The students of a run: the method's, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from workers.kit.architectures import Sizes, name_of, sizes


@dataclass(frozen=True)
class Arm:
    """One student: what its general stage copies, by how many relation heads, from which layer of the teacher."""

    role: str
    student: str  # the network's name
    stage: Literal["relations", "words", ""]  # the general one; "words": a masked LM; "": none
    kinds: tuple[str, ...] = ()
    A_r: int = 0
    layer: int = 0


def arms_of(whole: Arm, large: Sizes, *, further: bool) -> dict[str, Arm]:
    """By role, in order. whole: the method; large: the teacher.

    MiniLM compares head by head: it is left out where the networks' heads differ.
    """
    small = sizes(whole.student)
    arms = [Arm("baseline", whole.student, ""), Arm("masked-lm", whole.student, "words")]
    if whole.kinds != ("value",):
        arms.append(replace(whole, role="value-only", kinds=("value",)))
    if large.heads == small.heads:
        arms.append(replace(whole, role="minilm", kinds=("attention", "value"), A_r=large.heads, layer=large.layers))
    arms += [whole, *(further_arms(whole, large.width, small) if further else ())]
    return {arm.role: arm for arm in arms}


def further_arms(whole: Arm, width: int, small: Sizes) -> list[Arm]:
    """Each relation left out; half and twice the relation heads; a student with half the attention heads."""
    arms = []
    for kind in whole.kinds:
        rest = tuple(other for other in whole.kinds if other != kind)
        if rest and rest != ("value",):  # that one is there already
            arms.append(replace(whole, role=f"no-{kind}", kinds=rest))
    if whole.A_r % 2 == 0:
        arms.append(replace(whole, role="fewer-relation-heads", A_r=whole.A_r // 2))
    if width % (2 * whole.A_r) == small.width % (2 * whole.A_r) == 0:
        arms.append(replace(whole, role="more-relation-heads", A_r=2 * whole.A_r))
    if small.heads % 2 == 0:
        arms.append(replace(whole, role="half-heads", student=name_of(replace(small, heads=small.heads // 2))))
    return arms
