"""Who may edit: visitors sign in, members are refused, editors stand in the history; no form comes from elsewhere."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from catalog.access import EDITORS
from catalog.editing.urls import urlpatterns
from catalog.models import ChangeSet, Note, Paper, Topic
from tests.catalog.editing.edit_form import edit
from tests.catalog.factories import PaperFactory, TopicFactory
from tests.catalog.stock import paper_with

pytestmark = pytest.mark.django_db


def fresh(paper: Paper) -> Paper:
    return Paper.objects.get(pk=paper.pk)


ARGUMENTS = {"slug": "a", "other": "b", "note_id": 1, "pk": 1}
FOR_ALL = {"tags", "health", "health_check"}  # readers look at these; /tags/ refuses their POST itself
READ_ONLY = {"authors_known", "paper_merge"}
FOR_MEMBERS = {"markdown_preview"}


def address_of(pattern) -> str:
    names = [name for name in ARGUMENTS if f":{name}>" in str(pattern.pattern)]
    return reverse(f"catalog:{pattern.name}", kwargs={name: ARGUMENTS[name] for name in names})


GUARDED = [pattern for pattern in urlpatterns if pattern.name not in FOR_ALL]


@pytest.fixture
def closed(settings):
    settings.OPEN_TO_ANYONE = False


@pytest.mark.parametrize("pattern", GUARDED, ids=lambda pattern: pattern.name)
def test_a_visitor_is_sent_to_sign_in_and_may_send_nothing(client, closed, pattern):
    address = address_of(pattern)
    if pattern.name not in FOR_MEMBERS:
        assert client.get(address).url == f"/login/?next={address}"
    if pattern.name not in READ_ONLY:
        assert client.post(address).status_code == 403


@pytest.mark.parametrize("pattern", GUARDED, ids=lambda pattern: pattern.name)
def test_a_member_who_is_no_editor_is_refused(client, closed, django_user_model, pattern):
    client.force_login(django_user_model.objects.create_user("member"))
    if pattern.name in FOR_MEMBERS:
        assert client.post(address_of(pattern)).status_code == 200
    else:
        assert client.get(address_of(pattern)).status_code == 403


def test_a_visitor_makes_no_tag(client, closed):
    assert client.post("/tags/", {"name_en": "Pruning"}).status_code == 403
    assert not Topic.objects.exists()


def test_an_editor_is_let_in_and_stands_in_the_history(client, closed, django_user_model):
    editor = django_user_model.objects.create_user("editor")
    editor.groups.add(Group.objects.get_or_create(name=EDITORS)[0])
    client.force_login(editor)
    paper = PaperFactory(year=2019)
    assert edit(client, paper, year="2020").status_code == 302
    assert ChangeSet.objects.get().actor == editor


def test_links_to_edit_stand_where_editors_read_and_nowhere_else(client, settings):
    tag = TopicFactory(slug="pruning")
    paper = paper_with(title="A", topics=[tag], authors=["Ann Lee"], notes=[("en", "A remark.")])
    assert f"{paper.get_absolute_url()}edit/" in client.get(paper.get_absolute_url()).content.decode()
    assert 'href="/tags/pruning/edit/"' in client.get("/tags/pruning/").content.decode()
    settings.OPEN_TO_ANYONE = False
    assert "edit/" not in client.get(paper.get_absolute_url()).content.decode()
    assert "edit/" not in client.get("/tags/pruning/").content.decode()


@pytest.mark.parametrize("name", ["paper_edit", "paper_remove", "note_new"])
def test_a_form_from_elsewhere_is_refused(name):
    paper = PaperFactory(slug="a", year=2019)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse(f"catalog:{name}", args=["a"]), {"body": "x", "language": "en"}).status_code == 403
    assert strict.post("/markdown/", {"body": "x"}).status_code == 403
    assert fresh(paper).year == 2019 and not Note.objects.exists()
