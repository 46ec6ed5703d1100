"""The catalogue's rows for comparison: everything but what a return may change."""

from __future__ import annotations

from django.apps import apps

from catalog.models import Paper
from catalog.works.identity import rekey

# The history itself grows; times of change move; rows without an identity of their own may get a new number.
_LEFT_OUT = {"change", "changeset", "indexversion"}
_NUMBERED = {"authorship", "paperlink", "alternativetitle", "paperversion", "formeraddress", "entry", "paper_topics"}


def dump_of_rows() -> dict[str, list]:
    """Every row of the catalogue and of the runs, sorted, by model. Papers of a factory first get their keys."""
    rekey(Paper.objects.filter(block_key="").values_list("pk", flat=True))
    found = {}
    models = [*apps.get_app_config("catalog").get_models(include_auto_created=True), apps.get_model("demos", "Run")]
    for model in models:
        name = model._meta.model_name
        if name not in _LEFT_OUT:
            fields = [f.attname for f in model._meta.concrete_fields if f.attname != "updated_at"]
            if name in _NUMBERED:
                fields.remove("id")
            found[name] = sorted(map(repr, model._base_manager.order_by().values_list(*fields)))
    return found
