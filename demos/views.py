"""The laboratory's pages: methods, runs and what runs left."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.forms import MultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from catalog.access import user_or_none, writer_required
from catalog.returning import way_back
from demos import reading, run_page, services, streams
from demos.access import may_stop, refuse_unless_may_stop
from demos.forms import RunForm, form_for
from demos.groups import services as group_services
from demos.groups.page import confirm_context
from demos.method_page import method_context
from demos.models import Artifact, Run
from demos.run_filter import RunFilterForm
from demos.run_log import LogForm, log_page
from workers import registry
from workers.spec import InvalidParams, MethodSpec

RUNS_A_PAGE = 30


def get_spec_or_404(slug: str) -> MethodSpec:
    try:
        return registry.get_spec(slug)
    except registry.UnknownMethod as error:
        raise Http404(str(error)) from error


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    return render(request, "demos/methods.html", {"families": reading.families()})


@require_safe
def method(request: HttpRequest, slug: str) -> HttpResponse:
    spec = get_spec_or_404(slug)
    return render(request, "demos/method.html", method_context(spec, _form(spec, request), request.user))


def _form(spec: MethodSpec, request: HttpRequest) -> RunForm:
    """The form filled from the address: that is what "run again" links to."""
    form = form_for(spec)
    fields = form().fields
    known = {name: request.GET[name] for name in fields if name in request.GET}
    known |= {n: request.GET.getlist(n) for n in known if isinstance(fields[n], MultipleChoiceField)}
    return form(initial=known)


@require_POST
@writer_required
def run_start(request: HttpRequest, slug: str) -> HttpResponse:
    spec = get_spec_or_404(slug)
    form = form_for(spec)(request.POST)
    if form.is_valid():
        if form.asks_first and "sure" not in request.POST:
            return render(request, "demos/groups/confirm.html", confirm_context(form, request.POST))
        try:
            return redirect(group_services.start(spec=spec, owner=user_or_none(request), **form.asked))
        except InvalidParams as error:
            form.add_invalid_params(error)
        except services.RunRefused as error:
            form.add_error(None, str(error))
    return render(request, "demos/method.html", method_context(spec, form, request.user), status=422)


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    form = RunFilterForm(request.GET)
    found = Run.objects.for_listing().filter(**form.filters(request.user)).order_by(*form.order)
    page = Paginator(found, RUNS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "demos/runs.html", {"form": form, "page": page, "query": form.query()})


@require_safe
def run(request: HttpRequest, run_id) -> HttpResponse:
    shown = get_object_or_404(Run.objects.for_listing(), pk=run_id)
    partial = request.htmx and not request.htmx.history_restore_request
    template = "demos/_run_live.html" if partial else "demos/run.html"
    context = {**run_page.run_context(shown), "may_stop": may_stop(request.user, shown)}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def run_log(request: HttpRequest, run_id) -> HttpResponse:
    """The log a page at a time, or the lines that hold `q`; to htmx the lines alone."""
    shown = get_object_or_404(Run, pk=run_id)
    page = log_page(shown, **LogForm(request.GET).asked())
    query = f"&{urlencode({'q': page.q})}" if page.q else ""
    context = {"run": shown, "log": page, "title": reading.method_title(shown.method), "query": query}
    template = "demos/_run_log_piece.html" if request.htmx else "demos/run_log.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def run_log_text(request: HttpRequest, run_id) -> StreamingHttpResponse:
    shown = get_object_or_404(Run, pk=run_id)
    name = f"{shown.method}-{str(shown.pk)[:8]}.log"
    return streams.attachment(streams.log_lines(shown, get_language()), name, "text/plain; charset=utf-8")


@require_safe
def run_series(request: HttpRequest, run_id) -> StreamingHttpResponse:
    """Every scalar of the run as CSV."""
    shown = get_object_or_404(Run, pk=run_id)
    name = f"{shown.method}-{str(shown.pk)[:8]}-series.csv"
    return streams.attachment(streams.series_csv(shown), name, "text/csv; charset=utf-8")


@require_POST
@writer_required
def run_cancel(request: HttpRequest, run_id) -> HttpResponse:
    run = get_object_or_404(Run, pk=run_id)
    refuse_unless_may_stop(request.user, run)
    services.request_cancel(run=run)
    return redirect(way_back(request, run.get_absolute_url()))


@require_safe
def artifact(request: HttpRequest, artifact_id) -> StreamingHttpResponse:
    return streams.artifact_file(get_object_or_404(Artifact, pk=artifact_id))
