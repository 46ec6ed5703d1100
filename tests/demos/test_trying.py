"""A question to a finished run: what is asked through a real Redis, what a worker answers, what is refused and why."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager

import pytest
import redis
from django.core.files.base import ContentFile
from django.urls import reverse

from catalog.api.tokens import issue_token
from demos import answering, model_files, trying
from demos.models import Artifact, Event, Run
from tests.demos.factories import RunFactory, measured_run
from workers.jobs import MODELS_NAME
from workers.spec import Text
from workers.trying import CannotAnswer

pytestmark = pytest.mark.django_db


def classes(negative: float) -> list[dict]:
    return [{"name": "negative", "probability": negative}, {"name": "<i>positive</i>", "probability": 1 - negative}]


SAID = {
    "answers": [
        {"role": "student", "classes": classes(0.25), "ms": 0.5},
        {"role": "alone", "classes": classes(0.7), "ms": 0.5},
        {"role": "teacher", "classes": classes(0.125), "ms": 2.0},
    ],
    "tokens": [{"text": "<b>", "known": False}, {"text": "film", "known": True}],
    "cut": False,
    "figures": [],
    "device": "a processor",
    "threads": 1,
}


@pytest.fixture(autouse=True)
def _scratch(settings, tmp_path):
    settings.TRY_CACHE_DIR = tmp_path / "models"
    settings.TRY_WAIT_S = 30  # a stand-in answers at once, if the machine has time for it


def with_models(content: bytes = b"models", **values) -> Run:
    run = measured_run(environment={"data": {"example": "a dull film"}}, **values)
    keep(run, content)
    return run


def keep(run: Run, content: bytes) -> Artifact:
    digest = hashlib.sha256(content).hexdigest()
    kept = Artifact(run=run, name=MODELS_NAME, size_bytes=len(content), sha256=digest)
    kept.file.save("models.zip", ContentFile(content))
    return kept


@contextmanager
def a_worker(url: str, reply: dict):
    """Stands in for a worker: gives `reply` to every question and keeps what it was asked."""
    client, asked, stop = redis.Redis.from_url(url), [], threading.Event()
    client.set(trying.ALIVE, 1)

    def serve() -> None:
        while not stop.is_set():
            if found := client.blpop([trying.QUESTIONS], timeout=0.1):
                asked.append(json.loads(found[1]))
                client.rpush(trying.answer_key(asked[-1]["id"]), json.dumps(reply))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield asked
    finally:
        stop.set()
        thread.join()


def post(client, run, text="<b> film", **headers):
    return client.post(reverse("demos:run_try", args=[run.pk]), {"text": text}, headers=headers)


def post_api(client, run, body, **headers):
    path = f"/api/v1/runs/{run.pk}/try/"
    return client.post(path, body, content_type="application/json", headers=headers)


# --- the page -----------------------------------------------------------------------------------------------------
def test_a_run_with_models_offers_them_with_a_sentence_of_its_dev_set(client, spec):
    page = client.get(with_models().get_absolute_url()).content.decode()
    assert 'data-try action="/runs/' in page
    assert "a dull film</textarea>" in page


@pytest.mark.parametrize("run", [measured_run, lambda: RunFactory(claimed=True)])
def test_a_run_without_models_offers_nothing(client, spec, run):
    assert "data-try" not in client.get(run().get_absolute_url()).content.decode()


def test_models_of_a_run_that_failed_cannot_be_asked(client, spec):
    run = with_models(state=Run.State.FAILED)
    assert trying.models_of(run) is None
    assert post(client, run).status_code == 409


def test_answers_stand_side_by_side_in_the_order_of_the_spec(client, spec, redis_url):
    run = with_models()
    with a_worker(redis_url, {"answer": SAID}) as asked:
        page = post(client, run)
    shown = page.context["trying"]["answers"]
    assert page.status_code == 200
    assert [(line.label, line.says, line.agrees) for line in shown.lines] == [
        ("Teacher", "<i>positive</i>", None),
        ("Student alone", "negative", False),
        ("Student", "<i>positive</i>", True),
    ]
    assert [share.text for share in shown.lines[2].shares] == ["25.0", "75.0"]
    assert (asked[0]["text"], asked[0]["artifact"]) == ("<b> film", str(run.artifacts.get().pk))


def test_what_was_typed_and_what_models_say_is_text_and_no_markup(client, spec, redis_url):
    with a_worker(redis_url, {"answer": SAID}):
        page = post(client, with_models(), text="</textarea><script>1</script>").content.decode()
    assert "&lt;/textarea&gt;&lt;script&gt;1&lt;/script&gt;</textarea>" in page
    assert "&lt;i&gt;positive&lt;/i&gt;" in page
    assert "<i>positive" not in page
    assert '<span class="unknown">&lt;b&gt; ' in page


def test_a_script_gets_the_section_alone(client, spec, redis_url):
    with a_worker(redis_url, {"answer": SAID}):
        part = post(client, with_models(), HX_Request="true")
    assert "<html" not in part.content.decode()
    assert 'id="run-try-answers"' in part.content.decode()
    assert "HX-Request" in part.headers["Vary"]


def test_asking_writes_nothing_to_the_database_and_leaves_nothing_in_redis(client, spec, redis_url):
    run = with_models()
    rows = Event.objects.count()
    with a_worker(redis_url, {"answer": SAID}):
        post(client, run)
    assert Event.objects.count() == rows
    assert {key.decode() for key in redis.Redis.from_url(redis_url).keys("try:*")} == {trying.ALIVE}


def test_the_page_of_answers_opened_again_leads_to_the_run(client, spec):
    run = with_models()
    response = client.get(reverse("demos:run_try", args=[run.pk]))
    assert response.headers["Location"] == f"{run.get_absolute_url()}#run-try"


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_an_empty_or_too_long_text_is_refused_at_its_field(client, spec, redis_url, text):
    with a_worker(redis_url, {"answer": SAID}) as asked:
        response = post(client, with_models(), text=text)
    assert response.status_code == 422
    assert response.context["trying"]["form"].errors["text"]
    assert asked == []


def heat_map(size: int = 2, **own) -> dict:
    names = ["<b>", *map(str, range(1, size))]
    data = {"kind": "heatmap", "rows": names, "columns": names, "values": [[0.25] * size] * size}
    return {"slug": "losses", "data": data, **own}


def test_figures_of_an_answer_are_drawn_with_ids_and_titles_of_their_own(client, spec, redis_url):
    second = heat_map(title={"en": "Layer <2>", "zh": "第 2 层"})
    unknown = heat_map() | {"slug": "of-no-spec"}
    with a_worker(redis_url, {"answer": SAID | {"figures": [heat_map(), second, unknown]}}):
        page = post(client, with_models())
    drawn = page.context["trying"]["answers"].charts
    assert [(chart.slug, chart.title) for chart in drawn] == [
        ("try-losses-0", "Loss terms"),
        ("try-losses-1", "Layer <2>"),
    ]
    assert "Layer &lt;2&gt;" in page.content.decode()
    assert "<b>" not in page.content.decode()


@pytest.mark.parametrize(
    "figures", ["<b>", [1], [heat_map(41)], [heat_map()] * 17, [heat_map() | {"data": {"kind": "heatmap"}}]]
)
def test_figures_that_cannot_be_drawn_leave_the_answers_alone(client, spec, redis_url, figures):
    with a_worker(redis_url, {"answer": SAID | {"figures": figures}}):
        page = post(client, with_models())
    assert page.status_code == 200
    assert page.context["trying"]["answers"].charts == []
    assert len(page.context["trying"]["answers"].lines) == 3


# --- nobody answers -----------------------------------------------------------------------------------------------
def test_without_redis_the_form_says_so(client, spec):
    response = post(client, with_models())
    assert response.status_code == 503
    assert "workers cannot be reached" in response.content.decode()
    assert "&lt;b&gt; film</textarea>" in response.content.decode()


def test_without_a_worker_the_form_says_so_at_once(client, spec, redis_url):
    response = post(client, with_models())
    assert response.status_code == 503
    assert "No worker is there" in response.content.decode()


def test_a_question_that_nobody_takes_is_withdrawn(client, spec, redis_url, settings):
    settings.TRY_WAIT_S = 1
    redis.Redis.from_url(redis_url).set(trying.ALIVE, 1)
    response = post(client, with_models())
    assert response.status_code == 503
    assert "No answer within 1 seconds" in response.content.decode()
    assert redis.Redis.from_url(redis_url).llen(trying.QUESTIONS) == 0


def test_too_many_waiting_questions_are_not_added_to(client, spec, redis_url):
    server = redis.Redis.from_url(redis_url)
    server.set(trying.ALIVE, 1)
    server.rpush(trying.QUESTIONS, *["{}"] * trying.MAX_WAITING)
    assert post(client, with_models()).status_code == 503
    assert server.llen(trying.QUESTIONS) == trying.MAX_WAITING


def test_what_went_wrong_at_the_worker_is_said(client, spec, redis_url):
    with a_worker(redis_url, {"error": {"en": "The models are damaged.", "zh": "模型已损坏。"}}):
        response = post(client, with_models())
    assert response.status_code == 503
    assert "The models are damaged." in response.content.decode()


# --- who may ------------------------------------------------------------------------------------------------------
def test_a_visitor_of_a_closed_site_may_not_ask(client, spec, settings, redis_url):
    settings.OPEN_TO_ANYONE = False
    run = with_models()
    with a_worker(redis_url, {"answer": SAID}) as asked:
        assert post(client, run).status_code == 403
    assert asked == []
    assert "data-try" not in client.get(run.get_absolute_url()).content.decode()


def test_one_person_has_a_number_of_questions_a_minute(client, spec, settings, redis_url, django_user_model):
    settings.OPEN_TO_ANYONE, settings.TRY_EACH_MINUTE = False, 2
    run = with_models()
    with a_worker(redis_url, {"answer": SAID}) as asked:
        client.force_login(django_user_model.objects.create_user("ada"))
        assert [post(client, run).status_code for _ in range(3)] == [200, 200, 429]
        client.force_login(django_user_model.objects.create_user("bo"))
        assert post(client, run).status_code == 200
    assert len(asked) == 3


# --- the API ------------------------------------------------------------------------------------------------------
def test_the_api_gives_the_answer_as_the_worker_said_it(client, spec, redis_url):
    with a_worker(redis_url, {"answer": SAID}):
        response = post_api(client, with_models(), {"text": "a film"})
    assert (response.status_code, response.json()) == (200, SAID)


@pytest.mark.parametrize(
    ("make", "body", "status"),
    [
        (measured_run, {"text": "a film"}, 409),
        (with_models, {"text": "a film"}, 503),
        (with_models, {"text": "x" * 2001}, 400),
        (with_models, {}, 400),
    ],
)
def test_the_api_refuses_with_a_problem(client, spec, make, body, status):
    response = post_api(client, make(), body)
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_token_needs_the_scope_of_runs(client, spec, settings, redis_url, django_user_model):
    settings.OPEN_TO_ANYONE = False
    ada, run = django_user_model.objects.create_user("ada"), with_models()
    keys = {scope: issue_token(user=ada, name=scope, scopes=["read", scope])[1] for scope in ("write", "run")}
    with a_worker(redis_url, {"answer": SAID}):
        asked = {s: post_api(client, run, {"text": "x"}, Authorization=f"Bearer {key}") for s, key in keys.items()}
    assert {scope: response.status_code for scope, response in asked.items()} == {"write": 403, "run": 200}


# --- the worker's side --------------------------------------------------------------------------------------------
class StandIn:
    """Answers with the contents of the file it is given."""

    def ask(self, *, method, models, text):
        return {"method": method, "text": text, "models": models.read_bytes().decode()}


def reply_to(artifact_id, answerer=None) -> dict:
    return answering.reply_to(answerer or StandIn(), {"artifact": str(artifact_id), "text": "a film"})


def test_the_worker_asks_a_checked_copy_of_the_models(settings):
    artifact = with_models(b"weights").artifacts.get()
    said = reply_to(artifact.pk)["answer"]
    assert said == {"method": "stand-in", "text": "a film", "models": "weights"}
    assert [path.name for path in settings.TRY_CACHE_DIR.iterdir()] == [f"{artifact.sha256}.zip"]


@pytest.mark.django_db(transaction=True)  # the worker's thread lets go of its connection after each answer
def test_models_are_fetched_once():
    artifact = with_models(b"weights").artifacts.get()
    reply_to(artifact.pk)
    artifact.file.storage.delete(artifact.file.name)
    assert reply_to(artifact.pk)["answer"]["models"] == "weights"


@pytest.mark.parametrize("stored", [b"weightz", b"weights and more", b"weight"])
def test_a_stored_file_that_is_not_what_the_run_left_is_refused(settings, stored):
    artifact = with_models(b"weights").artifacts.get()
    artifact.file.storage.delete(artifact.file.name)
    artifact.file.storage.save(artifact.file.name, ContentFile(stored))
    assert "damaged" in reply_to(artifact.pk)["error"]["en"]
    assert not list(settings.TRY_CACHE_DIR.iterdir())


def test_a_digest_that_is_none_names_no_file():
    artifact = with_models().artifacts.get()
    Artifact.objects.update(sha256="../../secret")
    assert "damaged" in reply_to(artifact.pk)["error"]["en"]


@pytest.mark.django_db(transaction=True)  # the worker's thread lets go of its connection after each answer
def test_models_that_are_gone_are_told_of():
    artifact = with_models().artifacts.get()
    artifact.file.storage.delete(artifact.file.name)
    assert "could not fetch" in reply_to(artifact.pk)["error"]["en"]
    artifact.delete()
    assert "gone" in reply_to("00000000-0000-4000-8000-000000000000")["error"]["en"]


def test_what_the_child_could_not_do_is_passed_on_in_both_languages():
    class Refusing:
        def ask(self, **asked):
            raise CannotAnswer(Text("Too slow.", "太慢。"))

    assert reply_to(with_models().artifacts.get().pk, Refusing()) == {"error": {"en": "Too slow.", "zh": "太慢。"}}


def test_the_folder_of_copies_stays_within_its_bound(settings):
    settings.TRY_CACHE_MB = 1
    artifacts = [with_models(bytes([number]) * 400_000).artifacts.get() for number in range(3)]
    for artifact in artifacts:
        model_files.local_copy(artifact)
    kept = {path.name for path in settings.TRY_CACHE_DIR.iterdir()}
    assert kept == {f"{artifact.sha256}.zip" for artifact in artifacts[1:]}


@pytest.mark.django_db(transaction=True)
def test_a_listening_worker_answers_and_stops_when_told(redis_url, monkeypatch):
    class Answerer(StandIn):
        def __init__(self, limits):
            pass

        def rest(self):
            pass

        stop = rest

    monkeypatch.setattr(answering, "Answerer", Answerer)
    run, stopping = with_models(b"weights"), threading.Event()
    redis.Redis.from_url(redis_url).rpush(trying.QUESTIONS, b"no question at all")
    thread = answering.start(stopping)
    try:
        while not redis.Redis.from_url(redis_url).exists(trying.ALIVE):
            pass
        assert trying.ask(run=run, text="a film", caller="user-1")["models"] == "weights"
    finally:
        stopping.set()
        thread.join(timeout=5)
    assert not thread.is_alive()
