"""What a method's page shows: text, code, the run panel, what was measured here."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import get_language

from catalog.identifiers import arxiv_id
from catalog.models import Paper
from catalog.titles import title_key
from demos import pages, reading
from demos.forms import RunForm
from demos.models import Run
from workers.spec import MethodSpec

LATEST_RUNS = 12


def method_context(spec: MethodSpec, form: RunForm) -> dict:
    language = get_language() or "en"
    latest = list(Run.objects.for_listing().of_method(spec.slug)[:LATEST_RUNS])
    return {
        "spec": spec,
        "family": reading.family_of(spec),
        "form": form,
        "paper": paper_of(spec),
        "text": pages.page_text(spec, language),
        "code": pages.job_code(spec),
        "symbols": [(pages.formula(symbol.latex), symbol.meaning) for symbol in spec.symbols],
        "runs": latest,
        "best": reading.entries([spec])[0].best,
        "waiting": Run.objects.waiting().count(),
    }


def paper_of(spec: MethodSpec) -> Paper | None:
    """The catalogue's row of the paper that the method reproduces."""
    identifier = arxiv_id(spec.paper)
    key = title_key(spec.paper)
    same_title = Q(title_key=key) | Q(alternative_titles__title_key=key)
    return Paper.objects.filter(Q(arxiv=identifier) if identifier else same_title).first()
