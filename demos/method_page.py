"""What a method's page shows: text, code, the run panel, what was measured here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from catalog.identifiers import arxiv_id
from demos import pages, reading, verdicts
from demos.forms import RunForm
from demos.habits import habits
from demos.models import Run
from demos.run_panel import run_panel
from workers.spec import MethodSpec

LATEST_RUNS = 12


def method_context(spec: MethodSpec, form: RunForm, owner: Any = None) -> dict:
    language = get_language() or "en"
    measured = verdicts.measured_of(spec.slug)
    latest = list(Run.objects.for_listing().of_method(spec.slug)[:LATEST_RUNS])
    return {
        "spec": spec,
        "family": reading.family_of(spec),
        "form": form,
        "paper": reading.paper_of(spec),
        "arxiv": arxiv_id(spec.paper),  # where the catalogue has no row of the paper
        "text": pages.page_text(spec, language),
        "code": pages.job_code(spec),
        "symbols": [(pages.formula(symbol.latex), symbol) for symbol in spec.symbols],
        "judged": verdicts.judged_claims(spec, measured),
        "order": verdicts.measured_order(spec, [one for one in measured if not one.is_trial]),
        "habits": habits(spec),
        "runs": latest,
        "best": reading.entries([spec])[0].best,
        "panel": run_panel(form, owner),
    }
