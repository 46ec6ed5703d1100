"""What TinyBERT's values must keep to together."""

from collections.abc import Mapping

from workers import spec
from workers.kit import params
from workers.kit.architectures import sizes
from workers.methods.distillation.tinybert.arms import KINDS


@params.of_named_teachers
def same_heads(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    """Scores are compared head by head."""
    student, teacher = (sizes(str(values[name])).heads for name in ("student", "teacher"))
    return {} if student == teacher else {"student": spec.said("unequal-heads", student=student, teacher=teacher)}


def something_to_copy(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    copying = values["general_epochs"] or values["intermediate_epochs"]
    if not copying or any(values[f"{kind}_loss"] for kind in KINDS):
        return {}
    return {"attention_loss": spec.said("nothing-to-copy")}
