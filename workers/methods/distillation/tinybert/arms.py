"""The students that stand beside each other: which stages each goes through, in the order in which they are trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

KINDS = ("embedding", "hidden", "attention")  # of layer losses


@dataclass(frozen=True)
class Arm:
    """One student: the stages it goes through, and the losses that its general stage and step 1 sum up."""

    role: str
    general: bool = False
    step_1: bool = False
    augmented: bool = False
    kinds: tuple[str, ...] = ()
    labels: bool = False


def arms_of(p: Any) -> list[Arm]:
    kinds = tuple(kind for kind in KINDS if getattr(p, f"{kind}_loss"))
    whole = Arm("student", general=True, step_1=True, augmented=True, kinds=kinds)
    arms = [Arm("baseline", labels=True), Arm("soft-targets"), replace(whole, role="step-2", step_1=False), whole]
    return arms + ablations(whole) if p.ablations else arms


def ablations(whole: Arm) -> list[Arm]:
    """The method without each of its parts; without its only loss there is none."""
    rests = {kind: tuple(other for other in whole.kinds if other != kind) for kind in whole.kinds}
    arms = [replace(whole, role=f"no-{kind}", kinds=rest) for kind, rest in rests.items() if rest]
    arms.append(replace(whole, role="no-augmented", augmented=False))
    return [*arms, replace(whole, role="no-general", general=False)]


def stages_of(p: Any) -> list[str]:
    before = [] if p.ready_made else ["pretraining"]
    return [*before, "teacher", "augmentation", *(arm.role for arm in arms_of(p)), "figures"]
