"""The pages that describe the API, and its answer to addresses that do not exist."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from config.api import problem_response


@dataclass(frozen=True)
class Part:
    anchor: str
    title: str
    text: str
    example: str


def api_page(request: HttpRequest) -> HttpResponse:
    """What one has to know, on one light page; Swagger UI, which is not light, is a press away."""
    return render(request, "api.html", {"parts": _parts(request.build_absolute_uri("/api/v1"))})


def _parts(api: str) -> list[Part]:
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
            f"curl -H 'Accept: application/x-bibtex' '{api}/papers/?search=BERT'\ncurl {api}/papers/bert.ris",
        ),
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
            f"curl -i {api}/papers/bert/\n"
            "curl -X PATCH -H 'Authorization: Bearer dst_…' -H 'Content-Type: application/json' \\\n"
            f"  -H 'If-Match: \"…\"' -d '{{\"year\": 2019}}' {api}/papers/bert/",
        ),
        Part(
            "imports",
            _("Bring papers in"),
            _("Give a document, look at what it holds, take it in; and back as a whole, if need be."),
            "curl -H 'Authorization: Bearer dst_…' -H 'Content-Type: application/x-bibtex' \\\n"
            f"  --data-binary @papers.bib {api}/imports/\n"
            f"curl -X POST -H 'Authorization: Bearer dst_…' {api}/imports/…/accept/",
        ),
        Part(
            "problems",
            _("Errors"),
            _(
                "Every error is problem+json (RFC 9457): “detail” says what is wrong, “errors” which field. "
                "Too many requests are answered with 429 and Retry-After; RateLimit says how many are left."
            ),
            f"curl '{api}/papers/?serch=bert'",
        ),
    ]


def api_reference(request: HttpRequest) -> HttpResponse:
    """Swagger UI in the site's frame; its script and style come from this server."""
    return render(request, "api_reference.html")


@csrf_exempt
def not_found(request: HttpRequest, address: str) -> HttpResponse:
    if not request.path.endswith("/") and _leads_somewhere(request.path + "/"):
        detail = _("There is nothing at this address. Did you mean %s, with a slash at its end?") % f"{request.path}/"
    else:
        detail = _("There is nothing at this address. The API is described at /api/.")
    return problem_response(request, 404, detail)


def _leads_somewhere(path: str) -> bool:
    try:
        return resolve(path).func is not not_found
    except Resolver404:
        return False
