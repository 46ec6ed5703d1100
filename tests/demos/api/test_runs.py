import pytest
from django.core.files.base import ContentFile

from catalog.api.tokens import issue_token
from demos import advice
from demos.models import Artifact, Run
from tests.demos.factories import RunFactory, add_events, measured_run

pytestmark = pytest.mark.django_db
ASKED = {"method": "stand-in", "preset": "smoke", "seed": 3, "params": {"temperature": 2}}


@pytest.fixture(autouse=True)
def _closed_site(settings):
    settings.OPEN_TO_ANYONE = False


@pytest.fixture
def token(django_user_model):
    """One that may start runs, with its secret as `key`."""
    ada = django_user_model.objects.create_user("ada")
    made, made.key = issue_token(user=ada, name="notebook", scopes=["read", "run"])
    return made


def start(client, asked: dict, **headers):
    return client.post("/api/v1/runs/", asked, content_type="application/json", headers=headers)


def start_as(client, token, asked: dict, **headers):
    return start(client, asked, Authorization=f"Bearer {token.key}", **headers)


# --- start --------------------------------------------------------------------------------------------------------
def test_a_token_starts_a_run_and_is_told_where_it_is(client, spec, token):
    response = start_as(client, token, ASKED)
    run = Run.objects.get()
    assert response.status_code == 202
    assert response.headers["Location"] == f"http://testserver/api/v1/runs/{run.id}/"
    assert (run.owner, run.seed, run.data) == (token.user, 3, "opinions")
    assert response.json()["params"] == {
        "temperature": 2.0,
        "epochs": 1,
        "copy_embeddings": False,
        "student": "tiny",
    }
    assert response.json()["state"] == "queued"


def test_nobody_starts_a_run_on_a_closed_site(client, spec):
    response = start(client, ASKED)
    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json")
    assert not Run.objects.exists()


def test_anyone_at_the_machine_starts_a_run_on_an_open_site(client, spec, settings):
    settings.OPEN_TO_ANYONE = True
    assert start(client, ASKED).status_code == 202
    assert Run.objects.get().owner is None


def test_a_page_of_another_site_starts_nothing(client, spec, settings):
    settings.OPEN_TO_ANYONE = True
    response = start(client, ASKED, Origin="https://elsewhere.example")
    assert response.status_code == 403
    assert "https://elsewhere.example" in response.json()["detail"]
    assert not Run.objects.exists()


def test_a_page_of_this_site_may(client, spec, settings):
    settings.OPEN_TO_ANYONE = True
    assert start(client, ASKED, Origin="http://testserver").status_code == 202


def test_a_form_is_no_json(client, spec, settings):
    settings.OPEN_TO_ANYONE = True
    assert client.post("/api/v1/runs/", ASKED["params"]).status_code == 415
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"method": "nope"}, {"method"}),
        ({"preset": "huge"}, {"preset"}),
        ({"data": "nope"}, {"data"}),
        ({"data": "sst2"}, {"data"}),
        ({"seed": -1}, {"seed"}),
        ({"params": [1]}, {"params"}),
    ],
)
def test_what_is_wrong_is_named_and_starts_nothing(client, spec, token, change, errors):
    response = start_as(client, token, ASKED | change)
    assert response.status_code == 400
    assert set(response.json()["errors"]) == errors
    assert not Run.objects.exists()


def test_every_bad_parameter_is_named(client, spec, token):
    response = start_as(client, token, ASKED | {"params": {"temperature": 99, "colour": 1}})
    assert response.json()["errors"]["params"] == {
        "temperature": ["must be between 1 and 20"],
        "colour": ["is not a parameter of this method"],
    }


def test_what_is_wrong_with_a_parameter_is_told_in_the_readers_language(client, spec, token):
    asked = ASKED | {"params": {"temperature": 99}}
    response = start_as(client, token, asked, **{"Accept-Language": "zh-Hans"})
    assert response.json()["errors"]["params"] == {"temperature": ["须在 1 与 20 之间"]}


def test_a_refusal_is_told_in_words(client, spec, token, settings):
    response = start_as(client, token, ASKED | {"preset": "full", "data": "opinions"})
    assert response.status_code == 422
    assert response.json()["detail"].startswith("This set-up needs a GPU")
    assert not Run.objects.exists()


def test_who_has_too_many_waiting_is_told_when_to_come_back(client, spec, token, settings):
    settings.RUN_MAX_WAITING_EACH = 1
    RunFactory(owner=token.user)
    response = start_as(client, token, ASKED)
    assert (response.status_code, response.headers["Content-Type"]) == (429, "application/problem+json")
    assert response.json()["detail"].startswith("1 of your runs are waiting")
    assert int(response.headers["Retry-After"]) > 0
    assert Run.objects.count() == 1


# --- once ---------------------------------------------------------------------------------------------------------
KEY = {"Idempotency-Key": "notebook-7"}


def test_a_request_sent_again_starts_nothing_and_is_answered_as_before(client, spec, token):
    first, again = (start_as(client, token, ASKED, **KEY) for _ in range(2))
    assert (again.status_code, again.headers["Location"]) == (202, first.headers["Location"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert Run.objects.count() == 1


def test_a_key_with_another_body_is_refused(client, spec, token):
    start_as(client, token, ASKED, **KEY)
    response = start_as(client, token, ASKED | {"seed": 4}, **KEY)
    assert (response.status_code, response.headers["Content-Type"]) == (422, "application/problem+json")
    assert Run.objects.count() == 1


@pytest.mark.parametrize("key", ["x" * 256, "two words", ""])
def test_a_key_of_another_form_is_refused(client, spec, token, key):
    assert start_as(client, token, ASKED, **{"Idempotency-Key": key}).status_code == 400
    assert not Run.objects.exists()


# --- repeat -------------------------------------------------------------------------------------------------------
def repeat(client, token, run: Run, **headers):
    return client.post(f"/api/v1/runs/{run.pk}/repeat/", headers={"Authorization": f"Bearer {token.key}", **headers})


def test_a_run_is_repeated(client, spec, token):
    run = RunFactory(succeeded=True)
    response = repeat(client, token, run)
    again = run.repeats.get()
    assert (response.status_code, response.json()["repeat_of"]) == (202, str(run.pk))
    assert response.headers["Location"].endswith(f"/runs/{again.pk}/")
    assert again.owner == token.user


def test_a_repeat_under_a_key_starts_once(client, spec, token):
    run = RunFactory(succeeded=True)
    assert repeat(client, token, run, **KEY).json()["id"] == repeat(client, token, run, **KEY).json()["id"]
    assert run.repeats.count() == 1


def test_a_key_is_good_for_one_address(client, spec, token):
    first, second = RunFactory(seed=5), RunFactory(seed=6)
    repeat(client, token, first, **KEY)
    assert repeat(client, token, second, **KEY).status_code == 422
    assert not second.repeats.exists()


def test_a_run_that_cannot_be_repeated_is_refused_in_words(client, spec, token):
    response = repeat(client, token, RunFactory(succeeded=True, preset="huge"))
    assert (response.status_code, response.json()["detail"]) == (422, "This method has no set-up named huge.")


def test_a_failed_run_carries_the_end_of_its_log_and_what_to_try(client, spec):
    run = RunFactory(succeeded=True, state="failed", cause_en="The job stopped. MemoryError")
    add_events(run, ("log", {"text": "step 1"}), ("log", {"text": "boom"}))
    body = client.get(f"/api/v1/runs/{run.pk}/").json()
    assert body["last_lines"] == ["step 1", "boom"]
    assert body["advice"] == [advice.MEMORY.en, advice.READ_ON.en]


# --- read ---------------------------------------------------------------------------------------------------------
def test_a_run_says_all_that_is_needed_to_repeat_it(client, spec):
    run = measured_run(environment={"command": "python -m workers run stand-in", "threads": 1})
    body = client.get(f"/api/v1/runs/{run.id}/").json()
    assert body["command"] == "python -m workers run stand-in"
    assert body["environment"]["threads"] == 1
    assert body["results"][0] == {"role": "teacher", "metric": "accuracy", "value": 0.823, "unit": "share"}
    assert (body["method"], body["preset"], body["data"], body["seed"]) == ("stand-in", "small", "opinions", run.seed)


def test_a_run_lists_what_it_left(client, spec):
    kept = Artifact(run=measured_run(), name="student.zip", size_bytes=3, sha256="ab" * 32)
    kept.file.save("x", ContentFile(b"PK!"))
    (listed,) = client.get(f"/api/v1/runs/{kept.run_id}/").json()["artifacts"]
    address = f"http://testserver/api/v1/artifacts/{kept.id}/"
    assert (listed["name"], listed["size_bytes"], listed["sha256"]) == ("student.zip", 3, "ab" * 32)
    assert (listed["url"], listed["download"]) == (address, f"{address}download/")
    assert client.get(f"/api/v1/runs/{kept.run_id}/artifacts/").json()["results"] == [listed]
    assert client.get(listed["url"]).json() == listed


@pytest.mark.parametrize("query", ["state=succeeded", "data=opinions&preset=full", "method=stand-in&state=succeeded"])
def test_runs_are_filtered(client, spec, query):
    wanted = measured_run(preset="full")
    RunFactory()
    assert [run["id"] for run in client.get(f"/api/v1/runs/?{query}").json()["results"]] == [str(wanted.id)]


def test_an_unknown_state_is_refused(client, spec):
    assert set(client.get("/api/v1/runs/?state=happy").json()["errors"]) == {"state"}


def test_curves_come_by_name(client, spec):
    run = RunFactory()
    add_events(run, *[("scalar", {"name": "student/loss", "step": step, "value": 0.5}) for step in (1, 2)])
    assert client.get(f"/api/v1/runs/{run.id}/series/").json() == {"student/loss": [[1, 0.5], [2, 0.5]]}


def test_events_are_read_on_from_a_number(client, spec):
    run = RunFactory()
    add_events(run, *[("log", {"text": str(number)}) for number in range(4)])
    body = client.get(f"/api/v1/runs/{run.id}/events/?after=2").json()
    assert [(event["seq"], event["kind"], event["body"]) for event in body["results"]] == [
        (3, "log", {"text": "2"}),
        (4, "log", {"text": "3"}),
    ]


def test_a_senseless_after_is_refused(client, spec):
    assert client.get(f"/api/v1/runs/{RunFactory().id}/events/?after=x").status_code == 400


def test_more_runs_cost_no_more_queries(client, spec, django_assert_num_queries):
    measured_run()
    with django_assert_num_queries(2):  # runs with paper and owner, results
        client.get("/api/v1/runs/")
    for _ in range(18):
        measured_run()
    with django_assert_num_queries(2):
        client.get("/api/v1/runs/")


# --- cancel -------------------------------------------------------------------------------------------------------
def test_a_token_cancels_a_waiting_run(client, spec, token):
    run = RunFactory(owner=token.user)
    response = client.post(f"/api/v1/runs/{run.id}/cancel/", headers={"Authorization": f"Bearer {token.key}"})
    assert (response.status_code, response.json()["state"]) == (202, "cancelled")


def test_nobody_cancels_a_run_on_a_closed_site(client, spec):
    run = RunFactory()
    assert client.post(f"/api/v1/runs/{run.id}/cancel/").status_code == 401
    run.refresh_from_db()
    assert run.state == "queued"


def test_everything_that_is_wrong_is_named_at_once(client, token, spec):
    asked = {"method": spec.slug, "preset": "smoke", "data": "nowhere", "params": {"temperature": None, "bogus": 1}}
    answer = start_as(client, token, asked)
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert set(errors) == {"data", "params"}
    assert set(errors["params"]) == {"temperature", "bogus"}


def test_a_number_that_is_no_ascii_digit_is_refused_in_words(client, spec):
    answer = client.get(f"/api/v1/runs/{measured_run().id}/events/", {"after": "²"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"after": ["A whole number, 0 or more."]}
