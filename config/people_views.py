"""The page of people, and the page at which one who was added sets a password."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import administrator_required
from config import people
from config.people import Role

HOUR_S = 3600


class NewPersonForm(forms.Form):
    username = forms.CharField(
        max_length=150,
        label=_lazy("User name"),
        validators=get_user_model()._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER, label=_lazy("Role"))


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


@require_safe
@never_cache
@administrator_required
def people_list(request: HttpRequest) -> HttpResponse:
    return _page(request, NewPersonForm())


@require_POST
@never_cache
@administrator_required
def person_add(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            person = people.add_person(username=facts["username"], role=Role(facts["role"]))
        except people.NameTaken as refusal:
            form.add_error("username", str(refusal))
        else:
            return _link_page(request, person)
    return _page(request, form, status=422)


@require_POST
@administrator_required
def person_role(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(get_user_model(), pk=person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role."))
        return redirect("people")
    try:
        people.set_role(person=person, role=Role(form.cleaned_data["role"]))
        said = _("%(name)s: %(role)s.") % {"name": person, "role": Role(form.cleaned_data["role"]).label}
        messages.info(request, said)
    except people.PeopleRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("people")


@require_POST
@administrator_required
def person_active(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(get_user_model(), pk=person_id)
    try:
        people.set_active(person=person, active=request.POST.get("active") == "yes")
    except people.PeopleRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("people")


@require_POST
@never_cache
@administrator_required
def person_link(request: HttpRequest, person_id: int) -> HttpResponse:
    return _link_page(request, get_object_or_404(get_user_model(), pk=person_id, is_active=True))


def _page(request: HttpRequest, form: NewPersonForm, status: int = 200) -> HttpResponse:
    rows = [(person, people.role_of(person)) for person in people.people()]
    context = {"form": form, "rows": rows, "roles": Role.choices}
    return render(request, "registration/people.html", context, status=status)


def _link_page(request: HttpRequest, person) -> HttpResponse:
    """The link stands in this answer alone: it is stored nowhere."""
    link = request.build_absolute_uri(people.joining_address(person))
    context = {"person": person, "link": link, "hours": settings.PASSWORD_RESET_TIMEOUT // HOUR_S}
    return render(request, "registration/person_link.html", context)


class Join(auth.PasswordResetConfirmView):
    """Sets the password of the one whom the link is for, and signs in. A link is good once, and not after leaving."""

    template_name = "registration/join.html"
    post_reset_login = True
    success_url = reverse_lazy("account")

    def get_user(self, uidb64: str):
        person = super().get_user(uidb64)
        return person if person and person.is_active else None


class PasswordChange(auth.PasswordChangeView):
    template_name = "registration/password.html"
    success_url = reverse_lazy("account")
