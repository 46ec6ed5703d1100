"""A signed-in person's own page: the token for the API."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from rest_framework.authtoken.models import Token


@require_GET
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    token = Token.objects.filter(user=request.user).first()
    return render(request, "registration/account.html", {"token": token})


@require_POST
@login_required
@transaction.atomic
def token_new(request: HttpRequest) -> HttpResponse:
    """A new token; the old one stops working."""
    Token.objects.filter(user=request.user).delete()
    Token.objects.create(user=request.user)
    return redirect("account")


@require_POST
@login_required
def token_revoke(request: HttpRequest) -> HttpResponse:
    Token.objects.filter(user=request.user).delete()
    return redirect("account")
