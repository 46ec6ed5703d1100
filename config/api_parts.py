"""What /api/ tells of the API: a subject a part, each with lines that work when pasted."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import Paper
from demos.models import Run
from workers import registry

PAPER, RUN, OTHER_RUN = "SLUG", "RUN", "OTHER-RUN"  # where there is none yet


@dataclass(frozen=True)
class Part:
    anchor: str
    title: str
    text: str
    example: str


def parts(api: str) -> list[Part]:
    """`api`: the address of this one, without a slash at its end."""
    paper = Paper.objects.order_by("pk").values_list("slug", flat=True).first() or PAPER
    return [*_reading(api, paper), *_writing(api, paper), *_laboratory(api), _problems(api)]


def _reading(api: str, paper: str) -> list[Part]:
    return [
        Part(
            "find",
            _("Find papers"),
            _(
                "“search” takes what the search box takes; “fields” chooses the fields of the answer, and no others "
                "are read. An unknown parameter or field is refused, and the nearest valid name is suggested."
            ),
            f"curl '{api}/papers/?search=distillation+year:2019..2021&fields=slug,title,year'\n"
            f"curl '{api}/facets/?search=distillation'",
        ),
        Part(
            "pages",
            _("Page by page"),
            _(
                "Follow “next” as it is, until it is null; the Link header has it too. A page far down costs what the "
                "first one costs. “count=true” counts the rows of all pages."
            ),
            f"curl '{api}/papers/?page_size=100&count=true'",
        ),
        Part(
            "formats",
            _("Other formats"),
            _(
                "By Accept, by “format” or by suffix. A format that does not exist is answered with 406 and a list of "
                "those that do."
            ),
            f"curl -H 'Accept: application/x-bibtex' '{api}/papers/?search=BERT'\ncurl {api}/papers/{paper}.ris",
        ),
    ]


def _writing(api: str, paper: str) -> list[Part]:
    return [
        Part(
            "tokens",
            _("Tokens"),
            _("Made on your account page, with a name, scopes (read, write, run) and an end. Each is shown once."),
            f"curl -H 'Authorization: Bearer dst_…' {api}/readings/",
        ),
        Part(
            "writes",
            _("Change what you have read"),
            _(
                "A change takes the ETag of what it changes in If-Match: without it 428, with an old one 412. "
                "The same ETag in If-None-Match saves reading the same again (304)."
            ),
            f"curl -i {api}/papers/{paper}/\n"
            "curl -X PATCH -H 'Authorization: Bearer dst_…' -H 'Content-Type: application/json' \\\n"
            f"  -H 'If-Match: \"…\"' -d '{{\"year\": 2019}}' {api}/papers/{paper}/",
        ),
        Part(
            "imports",
            _("Bring papers in"),
            _("Give a document, look at what it holds, take it in; and back as a whole, if need be."),
            "curl -H 'Authorization: Bearer dst_…' -H 'Content-Type: application/x-bibtex' \\\n"
            f"  --data-binary @papers.bib {api}/imports/\n"
            f"curl -X POST -H 'Authorization: Bearer dst_…' {api}/imports/…/accept/",
        ),
    ]


def _laboratory(api: str) -> list[Part]:
    """Of runs that are there, so that each line can be tried."""
    spec = next(iter(registry.all_specs().values()), None)
    if spec is None:
        return []
    measured = Run.objects.filter(state=Run.State.SUCCEEDED).order_by("-created_at").values_list("pk", flat=True)[:2]
    run, other = [*map(str, measured), *(RUN, OTHER_RUN)[len(measured) :]]
    smallest = {"method": spec.slug, "preset": spec.presets[0].name}
    return [_runs(api, smallest), _followed(api, run), _groups(api, smallest), _measured(api, run, other)]


def _runs(api: str, asked: dict) -> Part:
    return Part(
        "runs",
        _("Start a run"),
        _(
            "Answered with 202, and with the run's address in Location. Sent again under the same Idempotency-Key it "
            "starts nothing new; with another body it is refused (422). Whoever has too many waiting is answered with "
            "429. “repeat/” below a run's address starts the same again, “cancel/” stops it."
        ),
        f"{_post(asked, more=' -i -H Idempotency-Key:$(date +%s)')} {api}/runs/\n"
        f"curl {api}/queue/\n"
        f"curl {api}/workers/",
    )


def _followed(api: str, run: str) -> Part:
    return Part(
        "events",
        _("Follow a run, take what it left"),
        _(
            "Events come as they happen, as server-sent events: after a break send the last one's number as "
            "Last-Event-ID. Curves with at most “points” points keep every peak; as CSV they are whole. Files are "
            "always sent as attachments."
        ),
        f"curl -N -H 'Accept: text/event-stream' {api}/runs/{run}/events/\n"
        f"curl '{api}/runs/{run}/series/?points=200'\n"
        f"curl '{api}/runs/{run}/series/?format=csv'\n"
        f"curl {api}/runs/{run}/artifacts/",
    )


def _groups(api: str, asked: dict) -> Part:
    return Part(
        "groups",
        _("Start a group of runs"),
        _("Every seed at every combination of the varied values, all of them or none; read as means with intervals."),
        f"{_post(asked | {'seeds': [0, 1, 2]})} {api}/groups/\ncurl {api}/groups/",
    )


def _measured(api: str, run: str, other: str) -> Part:
    return Part(
        "compare",
        _("Compare what was measured"),
        _(
            "What differs between 2 to 20 runs, against the one named as baseline; and the leaderboard, also as CSV "
            "and as the BibTeX of the papers on the front."
        ),
        f"curl '{api}/compare/?runs={run},{other}&baseline={run}'\n"
        f"curl '{api}/leaderboard/?cost=size_bytes'\n"
        f"curl {api.removesuffix('/api/v1')}/leaderboard.csv\n"
        f"curl {api.removesuffix('/api/v1')}/leaderboard.bib",
    )


def _post(body: dict, *, more: str = "") -> str:
    token = "" if settings.OPEN_TO_ANYONE else " -H 'Authorization: Bearer dst_…'"
    return f"curl{more}{token} -H 'Content-Type: application/json' -d '{json.dumps(body)}'"


def _problems(api: str) -> Part:
    return Part(
        "problems",
        _("Errors"),
        _(
            "Every error is problem+json (RFC 9457): “detail” says what is wrong, “errors” which field. "
            "Too many requests are answered with 429 and Retry-After; RateLimit says how many are left."
        ),
        f"curl '{api}/papers/?serch=bert'",
    )
