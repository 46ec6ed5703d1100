"""One address, many forms: a page's own address answers by `Accept`, or by a suffix in place of its last slash.

Browsers ask for HTML and get it, and so does whoever asks for nothing in particular. What nobody can give is 406,
with a list of what there is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.http.request import MediaType
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from catalog.exporters import FORMATS

View = Callable[..., HttpResponse]


class Form(NamedTuple):
    """One form that an address can take. The page itself has no suffix."""

    media_type: str
    suffix: str
    label: str


HTML = Form("text/html", "", "HTML")
JSON = Form("application/json", "json", "JSON")
FORMS = (HTML, JSON, *(Form(format.media_type, format.suffix, format.label) for format in FORMATS))
_PAGE_ONLY = ("page",)  # query parameters that mean nothing in a document of all that was found


class Alternate(NamedTuple):
    url: str
    media_type: str
    label: str
    suffix: str


def form_asked_for(request: HttpRequest) -> Form | None:
    """By `Accept`, q-values and precision respected; None where it takes nothing that there is."""
    if not request.headers.get("Accept", "*/*").strip():  # empty is as good as absent
        return HTML
    refused = [MediaType(token) for token in request.headers.get("Accept", "").split(",") if token.strip()]
    refused = [media_type for media_type in refused if media_type.quality == 0]
    open_ones = [form for form in FORMS if not any(_names(form.media_type, one) for one in refused)]
    chosen = request.get_preferred_type([form.media_type for form in open_ones])
    return next((form for form in open_ones if form.media_type == chosen), None)


def _names(media_type: str, refused: MediaType) -> bool:
    return media_type == f"{refused.main_type}/{refused.sub_type}"


def represented(page: View, export: View) -> View:
    """A view that gives the page, or what `export` makes of the same arguments and a `suffix`."""

    @wraps(page)
    def view(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return page(request, *args, **kwargs)
        form = form_asked_for(request)
        if form is None:
            response = not_acceptable(request)
        elif form is HTML:
            response = page(request, *args, **kwargs)
        else:
            response = export(request, *args, suffix=form.suffix, **kwargs)
        patch_vary_headers(response, ["Accept"])
        if response.status_code == 200:
            links = [f'<{one.url}>; rel="alternate"; type="{one.media_type}"' for one in _others(request)]
            response.headers.setdefault("Link", ", ".join(links))
        return response

    return view


def not_acceptable(request: HttpRequest) -> HttpResponse:
    here = Alternate(request.get_full_path(), HTML.media_type, HTML.label, "")
    return render(request, "406.html", {"alternates": [here, *_others(request)]}, status=406)


def _others(request: HttpRequest) -> list[Alternate]:
    query = request.GET.copy()
    for name in _PAGE_ONLY:
        query.pop(name, None)
    return alternates(request.path + (f"?{query.urlencode()}" if query else ""))


def alternates(address: str) -> list[Alternate]:
    """The same thing in the other forms: /papers/bert/ is also /papers/bert.bib, with the same query."""
    path, mark, query = address.partition("?")
    return [
        Alternate(f"{path.rstrip('/')}.{form.suffix}{mark}{query}", form.media_type, form.label, form.suffix)
        for form in FORMS
        if form.suffix
    ]
