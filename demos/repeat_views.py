"""The button that runs the same once more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from catalog.access import user_or_none, writer_required
from demos import services
from demos.models import Run


@require_POST
@writer_required
def run_repeat(request: HttpRequest, run_id) -> HttpResponse:
    run = get_object_or_404(Run, pk=run_id)
    try:
        return redirect(services.repeat_run(run=run, owner=user_or_none(request)))
    except services.RunRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(run)
