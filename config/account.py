"""A signed-in person's own page: their tokens for the API."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from catalog.api.tokens import TokenRefused, issue_token
from catalog.models import ApiToken
from config.people import role_of


class TokenForm(forms.Form):
    """A new token: what it is called, what it is good for, when it ends."""

    LIVES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("365 days")), ("", _("until it is revoked")))

    name = forms.CharField(max_length=80, label=_("Name"), help_text=_("Where you will use it: “notebook at home”."))
    scopes = forms.MultipleChoiceField(
        choices=ApiToken.Scope.choices,
        initial=[ApiToken.Scope.READ],
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(choices=LIVES, initial="90", required=False, label=_("Ends after"))

    @property
    def expires_at(self):
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


@require_GET
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    return _page(request, TokenForm())


@require_POST
@never_cache
@login_required
@sensitive_variables("secret")
def token_new(request: HttpRequest) -> HttpResponse:
    """Shows the secret in this very answer: kept for a page after it, it would have to be stored."""
    form = TokenForm(request.POST)
    if form.is_valid():
        facts = {"name": form.cleaned_data["name"], "scopes": form.cleaned_data["scopes"]}
        try:
            _token, secret = issue_token(user=request.user, expires_at=form.expires_at, **facts)
        except TokenRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            return _page(request, TokenForm(), secret=secret)
    return _page(request, form, status=422)


@require_POST
@login_required
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    get_object_or_404(ApiToken, user=request.user, pk=token_id).delete()
    return redirect("account")


def _page(request: HttpRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "secret": secret, "tokens": ApiToken.objects.of(request.user)}
    context["role"] = role_of(request.user).label
    return render(request, "registration/account.html", context, status=status)
