"""Who takes part: roles, joining by a link handed over, leaving. The last administrator stays one."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Group
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet, TextChoices
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from catalog.access import EDITORS


class Role(TextChoices):
    """Of people with an account. A reader needs none."""

    MEMBER = "member", _lazy("member")
    EDITOR = "editor", _lazy("editor")
    ADMINISTRATOR = "administrator", _lazy("administrator")


class PeopleRefused(Exception):
    """Nothing is changed; the message says why, for people."""


class LastAdministrator(PeopleRefused):
    """Nobody could give the role back."""


class NameTaken(PeopleRefused):
    """Somebody has this user name, written in large or small letters."""


def people() -> QuerySet:
    """Those who take part first, by name; `role_of` reads their groups without a query."""
    groups = Prefetch("groups", Group.objects.filter(name=EDITORS), to_attr="editor_groups")
    return get_user_model().objects.prefetch_related(groups).order_by("-is_active", "username")


def role_of(person: AbstractUser) -> Role:
    if person.is_superuser:
        return Role.ADMINISTRATOR
    groups = getattr(person, "editor_groups", None)
    edits = bool(groups) if groups is not None else person.groups.filter(name=EDITORS).exists()
    return Role.EDITOR if edits else Role.MEMBER


@transaction.atomic
def add_person(*, username: str, role: Role) -> AbstractUser:
    """Without a password: nobody signs in before the person has set one by `joining_address`. Raises NameTaken."""
    users = get_user_model().objects
    if users.filter(username__iexact=username).exists():
        raise NameTaken(_("This username is already taken: %(name)s") % {"name": username})
    try:
        with transaction.atomic():
            person = users.create_user(username)
    except IntegrityError as error:
        raise NameTaken(_("This username is already taken: %(name)s") % {"name": username}) from error
    _write_role(person, role)
    return person


@transaction.atomic
def set_role(*, person: AbstractUser, role: Role) -> None:
    """Raises LastAdministrator."""
    if role != Role.ADMINISTRATOR:
        _refuse_last_administrator(person)
    _write_role(person, role)


@transaction.atomic
def set_active(*, person: AbstractUser, active: bool) -> None:
    """One who is not active signs in no more, by password, session, token or link. Raises LastAdministrator."""
    if not active:
        _refuse_last_administrator(person)
    person.is_active = active
    person.save(update_fields=["is_active"])


def joining_address(person: AbstractUser) -> str:
    """The path at which the person sets a password: good once, and for PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("join", args=[uid, default_token_generator.make_token(person)])


def _refuse_last_administrator(person: AbstractUser) -> None:
    """Locks the administrators, so that two do not step down at the same moment."""
    active = get_user_model().objects.filter(is_superuser=True, is_active=True).order_by("pk")
    if list(active.select_for_update().values_list("pk", flat=True)) == [person.pk]:
        raise LastAdministrator(_("This is the last administrator: make somebody else one first."))


def _write_role(person: AbstractUser, role: Role) -> None:
    editors, _made = Group.objects.get_or_create(name=EDITORS)
    if role == Role.EDITOR:
        person.groups.add(editors)
    else:
        person.groups.remove(editors)
    person.is_superuser = person.is_staff = role == Role.ADMINISTRATOR
    person.save(update_fields=["is_superuser", "is_staff"])
