"""A question to the models of a finished run, and the answers as a page or as a part of the run's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from catalog.access import writer_required
from demos import try_page, trying
from demos.models import Run

STATUS = {trying.NoModels: 409, trying.TooOften: 429, trying.NobodyAnswers: 503}


@require_http_methods(["GET", "HEAD", "POST"])
@writer_required
def run_try(request: HttpRequest, run_id) -> HttpResponse:
    """Answers to `text`. GET is who reloads the page or changes its language: the form stands on the run's page."""
    run = get_object_or_404(Run.objects.for_listing(), pk=run_id)
    if request.method != "POST":
        return redirect(f"{run.get_absolute_url()}#run-try")
    form = try_page.TryForm(request.POST)
    answers, refusal, status = None, "", 422
    if form.is_valid():
        try:
            said = trying.ask(run=run, text=form.cleaned_data["text"], caller=f"user-{request.user.pk}")
            answers, status = try_page.answers_of(run, said), 200
        except trying.CannotTry as error:
            refusal, status = str(error), STATUS[type(error)]
    shown = {"form": form, "answers": answers, "refusal": refusal}
    template = "demos/_run_try.html" if request.htmx else "demos/run_try.html"
    response = render(request, template, {"run": run, "title": try_page.title(run), "trying": shown}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
