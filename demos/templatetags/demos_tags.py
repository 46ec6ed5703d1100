"""What the catalogue's pages show of the laboratory, and how its numbers and words read."""

from __future__ import annotations

from django import template
from django.conf import settings

from catalog.models import Paper
from demos import examples, formatting, reading, run_facts, run_page
from demos.estimates import Forecast
from demos.laboratory import laboratory as laboratory_now
from demos.laboratory import one_now
from demos.leaderboard.tiny import tiny_pareto
from demos.models import Run
from workers.spec import MethodSpec

register = template.Library()

register.filter("local", formatting.local)
register.filter("duration", formatting.duration)
register.filter("file_size", formatting.file_size)
register.filter("main_result", reading.main_result)
register.filter("qualities", reading.qualities)
register.filter("data_title", reading.data_title)
register.filter("preset_label", reading.preset_label)
register.filter("changes", run_facts.changes)


@register.filter
def method_title(run: Run) -> str:
    """The method's title; its slug where its folder is gone."""
    return reading.method_title(run.method)


@register.inclusion_tag("demos/_method_families.html")
def method_families() -> dict:
    families = reading.families()
    return {"families": families, "pareto": tiny_pareto(entry for family in families for entry in family.methods)}


@register.inclusion_tag("demos/_laboratory.html", takes_context=True)
def laboratory(context: template.Context) -> dict:
    """The home page's third column."""
    forecast = Forecast()
    shown = {name: context.get(name) for name in ("may_write", "csrf_token")}
    lab = laboratory_now(getattr(context.get("request"), "user", None), forecast)
    return shown | {"laboratory": lab, "one": one_now(forecast)}


@register.inclusion_tag("demos/_paper_methods.html")
def paper_methods(paper: Paper) -> dict:
    return {"entries": reading.entries_for_paper(paper)}


@register.inclusion_tag("demos/_api_examples.html", takes_context=True)
def api_examples(context: template.Context, spec: MethodSpec) -> dict:
    """With this site's own address; with a place for a token where nobody may write without one."""
    needs_token = not settings.OPEN_TO_ANYONE
    site = context["request"].build_absolute_uri("/").rstrip("/")
    return {"examples": examples.examples(spec, site=site, needs_token=needs_token), "needs_token": needs_token}


@register.filter
def took(run: Run) -> str:
    """How long the run has worked, "" before it began."""
    seconds = run_page.took_s(run)
    return "" if seconds is None else formatting.duration(seconds)
