"""Who may do what, for every address that writes; how people join, change their role and leave."""

import re
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import URLPattern, get_resolver

from catalog.access import EDITORS
from config import people
from config.people import Role

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk by the sea"

# --- every address that writes ------------------------------------------------------------------------------------
# The least role for which an address is, by its name. What is named nowhere here is for editors: so a new view that
# takes POST without a guard fails, as one guarded too little does.
ANYONE = {"login", "logout", "set_language", "set_theme", "join", "catalog:papers_chosen"}  # the last one only reads
MEMBERS = {
    "token_new", "token_revoke", "password",
    "catalog:reading_status", "catalog:reading_note", "catalog:reading_move",
    "catalog:markdown_preview",
    "demos:run_start", "demos:run_cancel", "demos:family_measure",
    "demos:group_cancel", "demos:group_repeat", "demos:group_seeds",
    "demos:run_try", "demos:run_repeat",
}  # fmt: skip
ADMINISTRATORS = {"person_add", "person_role", "person_active", "person_link"}
ELSEWHERE = ("admin/", "api/", "favicon.ico")  # the admin site asks by itself, the API has tests of its own
SAMPLES = {
    "int": 999_999,
    "uuid": UUID(int=7),
    "slug": "none",
    "str": "none",
    "path": "none",
    "suffix": "bib",
    "board_suffix": "csv",
}


@dataclass(frozen=True)
class Address:
    name: str
    path: str
    view: object


def addresses(patterns=None, prefix: str = "", namespace: str = "") -> list[Address]:
    """Every page's address, with an object that does not exist in the place of each parameter."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + sampled(str(pattern.pattern))
        if path.startswith(ELSEWHERE):
            continue
        if isinstance(pattern, URLPattern):
            found.append(Address(f"{namespace}{pattern.name}", f"/{path}", pattern.callback))
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            found += addresses(pattern.url_patterns, path, inner)
    return found


def sampled(route: str) -> str:
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: str(SAMPLES[found[1] or "str"]), route)


def least_role(name: str) -> str:
    if name in ANYONE:
        return "reader"
    if name in MEMBERS:
        return Role.MEMBER
    return Role.ADMINISTRATOR if name in ADMINISTRATORS else Role.EDITOR


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def closed(settings):
    settings.OPEN_TO_ANYONE = False


def person(role: Role, name: str = "ada"):
    made = people.add_person(username=name, role=role)
    made.set_password(PASSWORD)
    made.save()
    return made


LEVELS = ["reader", Role.MEMBER, Role.EDITOR, Role.ADMINISTRATOR]


def refused(answer) -> bool:
    return answer.status_code == 403 or (answer.status_code == 302 and answer.url.startswith("/login/"))


@pytest.mark.parametrize("role", LEVELS)
def test_every_address_that_writes_is_for_its_role_and_those_above(client, closed, role):
    """An administrator's POST tells which addresses write: the others answer 405."""
    somebody = person(Role.ADMINISTRATOR if role == "reader" else role)
    writing = 0
    for address in addresses():
        client.logout()
        if role != "reader":
            client.force_login(somebody)
        answer = client.post(address.path)
        if answer.status_code == 405:
            continue
        writing += 1
        allowed = LEVELS.index(role) >= LEVELS.index(least_role(address.name))
        assert refused(answer) is not allowed, (address, answer.status_code)
    assert writing > 25


def test_every_name_in_the_table_is_an_address():
    assert {address.name for address in addresses()} >= ANYONE | MEMBERS | ADMINISTRATORS


def test_no_page_that_writes_does_without_the_token_against_forgery():
    assert [address for address in addresses() if getattr(address.view, "csrf_exempt", False)] == []


def test_whoever_sits_at_an_open_machine_edits_but_makes_nobody_an_administrator(client):
    assert client.get("/lists/new/").status_code == 200
    assert client.get("/people/").url == "/login/?next=/people/"
    assert client.post("/people/add/", {"username": "eve", "role": "administrator"}).status_code == 403
    assert not get_user_model().objects.exists()


# --- the page of people -------------------------------------------------------------------------------------------


@pytest.fixture
def admin():
    return person(Role.ADMINISTRATOR, "root")


@pytest.fixture
def as_admin(client, admin):
    client.force_login(admin)
    return client


def link_in(answer) -> str:
    return re.search(r"http://testserver(/join/[^<\s]+)", answer.content.decode())[1]


def test_a_person_is_added_without_a_password_and_joins_by_the_link(as_admin, client):
    shown = as_admin.post("/people/add/", {"username": "bo", "role": "editor"})
    bo = get_user_model().objects.get(username="bo")
    assert not bo.has_usable_password() and people.role_of(bo) == Role.EDITOR
    assert "no-store" in shown["Cache-Control"]
    link = link_in(shown)
    as_admin.logout()
    form = client.get(link, follow=True)
    assert "Your user name is bo." in form.content.decode()
    client.post(form.redirect_chain[-1][0], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert client.get("/account/").context["user"] == bo
    assert "Your role here: editor" in client.get("/account/").content.decode()


def test_a_link_is_good_once(as_admin, client):
    link = link_in(as_admin.post("/people/add/", {"username": "bo", "role": "member"}))
    as_admin.logout()
    address = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(address, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    client.logout()
    assert "This link has been used" in client.get(link, follow=True).content.decode()


def test_a_link_leads_nowhere_once_the_account_is_closed(as_admin, client):
    link = link_in(as_admin.post("/people/add/", {"username": "bo", "role": "member"}))
    people.set_active(person=get_user_model().objects.get(username="bo"), active=False)
    as_admin.logout()
    assert "This link has been used" in client.get(link, follow=True).content.decode()


def test_a_weak_password_is_refused_where_one_joins(as_admin, client):
    link = link_in(as_admin.post("/people/add/", {"username": "bo", "role": "member"}))
    as_admin.logout()
    address = client.get(link, follow=True).redirect_chain[-1][0]
    answer = client.post(address, {"new_password1": "password", "new_password2": "password"})
    assert "This password is too common." in answer.content.decode()
    assert not get_user_model().objects.get(username="bo").has_usable_password()


@pytest.mark.parametrize("name", ["Root", "two words", ""])
def test_a_taken_or_odd_name_is_refused_with_the_reason(as_admin, name):
    answer = as_admin.post("/people/add/", {"username": name, "role": "member"})
    assert answer.status_code == 422 and 'class="errorlist"' in answer.content.decode()
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_given_and_its_rights_with_it(as_admin, client, closed, role):
    bo = person(Role.MEMBER, "bo")
    as_admin.post(f"/people/{bo.pk}/role/", {"role": role})
    bo = get_user_model().objects.get(pk=bo.pk)
    assert (people.role_of(bo), bo.is_staff) == (role, role == Role.ADMINISTRATOR)
    client.force_login(bo)
    assert client.get("/lists/new/").status_code == (403 if role == Role.MEMBER else 200)
    assert client.get("/people/").status_code == (200 if role == Role.ADMINISTRATOR else 403)


def test_a_role_that_is_none_changes_nothing(as_admin):
    bo = person(Role.EDITOR, "bo")
    answer = as_admin.post(f"/people/{bo.pk}/role/", {"role": "emperor"}, follow=True)
    assert "There is no such role." in answer.content.decode()
    assert people.role_of(get_user_model().objects.get(pk=bo.pk)) == Role.EDITOR


@pytest.mark.parametrize(("verb", "sent"), [("role", {"role": "editor"}), ("active", {"active": "no"})])
def test_the_last_administrator_stays_one(as_admin, admin, verb, sent):
    person(Role.ADMINISTRATOR, "gone")
    people.set_active(person=get_user_model().objects.get(username="gone"), active=False)
    answer = as_admin.post(f"/people/{admin.pk}/{verb}/", sent, follow=True)
    assert "This is the last administrator" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.is_superuser and admin.is_active


def test_one_of_two_administrators_may_step_down(as_admin, admin):
    person(Role.ADMINISTRATOR, "bo")
    as_admin.post(f"/people/{admin.pk}/role/", {"role": "member"})
    admin.refresh_from_db()
    assert not admin.is_superuser and not admin.is_staff


def test_a_closed_account_ends_its_session_and_can_be_opened_again(client, closed, as_admin):
    bo = person(Role.EDITOR, "bo")
    other = type(client)()
    other.force_login(bo)
    as_admin.post(f"/people/{bo.pk}/active/", {"active": "no"})
    assert other.get("/lists/new/").url == "/login/?next=/lists/new/"
    assert not other.login(username="bo", password=PASSWORD)
    as_admin.post(f"/people/{bo.pk}/active/", {"active": "yes"})
    assert other.login(username="bo", password=PASSWORD)
    assert Group.objects.get(name=EDITORS).user_set.filter(username="bo").exists()


def test_the_page_shows_everybody_with_their_role_in_a_fixed_number_of_queries(as_admin, django_assert_max_num_queries):
    for number in range(12):
        person(Role.EDITOR if number % 2 else Role.MEMBER, f"person{number}")
    with django_assert_max_num_queries(6):
        body = as_admin.get("/people/").content.decode()
    assert body.count('<option value="editor" selected>') == 6


def test_a_person_changes_the_own_password(client):
    ada = person(Role.MEMBER)
    client.force_login(ada)
    new = "another walk by the sea"
    client.post("/account/password/", {"old_password": "wrong", "new_password1": new, "new_password2": new})
    assert get_user_model().objects.get().check_password(PASSWORD)
    client.post("/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert get_user_model().objects.get().check_password(new)
