"""The laboratory's pages: what stands on them, who may start and stop, what a bad request leaves behind."""

import re
import zlib
from html import unescape

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from catalog.models import Paper
from catalog.titles import title_key
from config.compression import AS_GZIP
from demos import streams
from demos.models import Artifact, Run
from tests.demos.factories import RunFactory, add_events, measured_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open_site(settings):
    settings.OPEN_TO_ANYONE = True


@pytest.fixture
def paper():
    title = "Distilling the Knowledge in a Neural Network"
    return Paper.objects.create(slug="hinton", title=title, title_key=title_key(title), arxiv="1503.02531", year=2015)


def text_of(response) -> str:
    """What is read: no tags, and every run of space, thin ones too, as one space."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def run_address(spec) -> str:
    return reverse("demos:run_start", args=[spec.slug])


# --- methods ------------------------------------------------------------------------------------------------------
def test_methods_stand_by_family_with_their_best_result(client, spec):
    measured_run()
    page = text_of(client.get(reverse("demos:methods")))
    assert "Knowledge distillation" in page and "81.0 %" in page and "0.29 MB" in page and "1 run" in page


def test_a_family_without_a_method_is_no_empty_box(client, spec):
    assert "Probing" not in text_of(client.get(reverse("demos:methods")))


def test_the_method_page_shows_text_code_symbols_claims_and_every_parameter(client, spec, paper):
    page = text_of(client.get(reverse("demos:method", args=[spec.slug])))
    for words in ("Idea", "loss", "the student's logits", "section 3", "Temperature", "(1 to 20)"):
        assert words in page, words
    assert all(param.label.en in page for param in spec.params)
    assert paper.title in page


def test_a_hostile_title_is_escaped_on_every_page(client, spec):
    run = measured_run()
    add_events(run, ("log", {"text": "<script>alert(1)</script>"}))
    addresses = [reverse("demos:methods"), reverse("demos:method", args=[spec.slug]), reverse("demos:runs")]
    for address in [*addresses, run.get_absolute_url()]:
        body = client.get(address).content.decode()
        assert "&lt;script&gt;" in body and "<script>" not in body, address


def test_no_page_carries_an_inline_style_or_script(client, spec):
    run = measured_run()
    add_events(run, *[("scalar", {"name": "student/soft_loss", "step": step, "value": 1.0}) for step in range(5)])
    for address in [reverse("demos:methods"), reverse("demos:method", args=[spec.slug]), run.get_absolute_url()]:
        body = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|<style|\son[a-z]+=", body), address


def test_an_unknown_method_is_not_found(client, spec):
    assert client.get(reverse("demos:method", args=["nope"])).status_code == 404
    assert client.post(reverse("demos:run_start", args=["nope"]), {"preset": "small"}).status_code == 404


def test_the_button_says_how_long_and_how_many_wait(client, spec):
    RunFactory.create_batch(2)
    button = re.search(r"<button class=\"button primary run-button.*?</button>", _method_html(client, spec), re.S)[0]
    assert "about 50 s" in button and "2 waiting" in button


def _method_html(client, spec) -> str:
    return client.get(reverse("demos:method", args=[spec.slug])).content.decode()


def test_the_chinese_page_is_chinese(client, spec):
    page = text_of(client.get(reverse("demos:method", args=[spec.slug]), headers={"Accept-Language": "zh-Hans"}))
    assert "思路" in page and "温度" in page and "学生的 logits" in page


# --- starting a run -----------------------------------------------------------------------------------------------
def test_starting_a_run_leads_to_its_page(client, spec, paper):
    response = client.post(run_address(spec), {"preset": "smoke", "seed": "3", "param_temperature": "2"})
    run = Run.objects.get()
    assert (response.status_code, response.url) == (302, run.get_absolute_url())
    assert (run.preset, run.seed, run.data, run.state) == ("smoke", 3, "opinions", "queued")
    assert run.params == {"temperature": 2.0, "epochs": 1, "copy_embeddings": False, "student": "tiny"}
    assert run.paper == paper


def test_a_bad_parameter_is_answered_in_its_place_and_starts_nothing(client, spec):
    response = client.post(run_address(spec), {"preset": "smoke", "param_temperature": "99"})
    assert response.status_code == 422
    assert "Must be between 1 and 20." in text_of(response)
    assert re.search(r'value="99"[^>]*autofocus', response.content.decode())
    assert not Run.objects.exists()


def test_a_refusal_of_the_service_stands_in_the_form(client, spec, settings):
    settings.RUN_MAX_QUEUED = 1
    RunFactory()
    response = client.post(run_address(spec), {"preset": "smoke"})
    assert response.status_code == 422
    assert "Too many runs are waiting already." in text_of(response)


def test_a_visitor_of_a_closed_site_starts_nothing_and_is_shown_the_way_in(client, spec, settings):
    settings.OPEN_TO_ANYONE = False
    assert client.post(run_address(spec), {"preset": "smoke"}).status_code == 403
    assert not Run.objects.exists()
    assert "Sign in to run" in text_of(client.get(reverse("demos:method", args=[spec.slug])))


def test_a_run_belongs_to_who_started_it(admin_client, admin_user, spec, settings):
    settings.OPEN_TO_ANYONE = False
    admin_client.post(run_address(spec), {"preset": "smoke"})
    assert Run.objects.get().owner == admin_user


def test_the_address_fills_the_form(client, spec):
    address = reverse("demos:method", args=[spec.slug]) + "?preset=smoke&seed=7&param_temperature=2.5"
    html = client.get(address).content.decode()
    assert 'value="7"' in html and 'value="2.5"' in html
    assert re.search(r'value="smoke"[^>]*checked', html)


# --- the run page -------------------------------------------------------------------------------------------------
def test_a_run_shows_its_results_in_the_spec_s_order(client, spec):
    table = re.search(r'<table class="results">.*?</table>', _run_html(client, measured_run()), re.S)[0]
    rows = re.findall(r'<th scope="row">(.*?)</th>', table)
    assert rows == ["Teacher", "Student alone", "Student"]
    assert re.search(r'82\.3<svg.*?70\.1<svg.*?81\.0<svg.*?<span class="difference better">\+10\.9</span>', table, re.S)


def _run_html(client, run: Run, **headers) -> str:
    return client.get(run.get_absolute_url(), headers=headers).content.decode()


def test_a_waiting_run_tells_its_place(client, spec):
    RunFactory()
    assert "place 2 in the queue" in text_of(client.get(RunFactory().get_absolute_url()))


def test_a_running_run_tells_its_stage_and_how_to_reload(client, spec):
    run = RunFactory(state=Run.State.RUNNING, stage_en="Train the teacher", progress=0.25, started_at=timezone.now())
    titles = [{"en": "Read the texts", "zh": "读取"}, {"en": "Train the teacher", "zh": "训练教师"}]
    add_events(
        run, *[("stage", {"name": "s", "title": t, "index": i, "count": 4}) for i, t in enumerate(titles, start=1)]
    )
    html = _run_html(client, run)
    assert re.findall(r'<li class="(\w+)"', html.split('<ol class="stepper">')[1].split("</ol>")[0]) == [
        "done",
        "current",
        "waiting",
        "waiting",
    ]
    assert 'max="1" value="0.250"' in html
    assert "http-equiv" not in html, "a page that turns itself takes the reader's place away (WCAG F41)"
    assert re.search(rf'<noscript>.*<a href="{run.get_absolute_url()}">Reload</a></p></noscript>', html)
    assert f'data-run-events="{reverse("demos:run_events", args=[run.id])}" data-after="2"' in html


def test_the_partial_is_the_live_part_of_the_same_address(client, spec):
    run = RunFactory(state=Run.State.RUNNING, started_at=timezone.now())
    response = client.get(run.get_absolute_url(), headers={"HX-Request": "true"})
    assert response.content.decode().strip().startswith('<div id="run-live"')
    assert "HX-Request" in response.headers["Vary"]


def test_going_back_in_history_gets_the_whole_page(client, spec):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<!doctype html>" in _run_html(client, RunFactory(), **headers)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_ended_run_carries_no_trigger(client, spec, headers):
    html = _run_html(client, measured_run(), **headers)
    assert "data-run-events" not in html and "/run.js" not in html and "http-equiv" not in html


def test_a_failed_run_says_why_with_its_last_lines_and_what_to_try(client, spec):
    run = RunFactory(state=Run.State.FAILED, cause_en="student/loss is nan: diverged.", ended_at=timezone.now())
    add_events(run, *[("log", {"text": f"line {number}"}) for number in range(30)])
    page = text_of(client.get(run.get_absolute_url()))
    head, _parameters, _rest = page.partition("Parameters")
    assert head.index("diverged.") < head.index("line 18") < head.index("line 29") < head.index("a lower learning rate")
    assert "line 17" not in head.partition("What to try")[0]


def test_the_whole_log_is_a_file_of_plain_text(client, spec):
    run = RunFactory()
    add_events(run, ("log", {"text": "<b>one"}), ("stage", {}), ("log", {"text": "two"}))
    response = client.get(reverse("demos:run_log_text", args=[run.id]))
    assert async_to_sync(joined)(response.streaming_content) == b"<b>one\ntwo\n"
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("language", "said"), [("en", "old\nTrained.\n"), ("zh-Hans", "old\n已训练。\n")])
def test_the_log_as_a_file_is_in_the_readers_language(client, spec, language, said):
    run = RunFactory()
    add_events(run, ("log", {"text": "old"}), ("log", {"text": {"en": "Trained.", "zh": "已训练。"}}))
    response = client.get(reverse("demos:run_log_text", args=[run.id]), headers={"Accept-Language": language})
    assert async_to_sync(joined)(response.streaming_content).decode() == said


def test_a_failed_run_shows_its_last_lines_in_the_readers_language(client, spec):
    run = RunFactory(state=Run.State.FAILED, cause_en="It broke.", cause_zh="出错了。", ended_at=timezone.now())
    add_events(run, ("log", {"text": {"en": "Trained.", "zh": "已训练。"}}))
    page = client.get(run.get_absolute_url(), headers={"Accept-Language": "zh-Hans"}).content.decode()
    head = page.partition('id="run-log"')[0]
    assert "已训练。" in head and "Trained." not in head


def test_every_point_of_the_curves_is_a_file_of_csv(client, spec):
    run = RunFactory()
    add_events(run, *[("scalar", {"name": "student/loss", "step": step, "value": step / 4}) for step in range(3)])
    response = client.get(reverse("demos:run_series", args=[run.id]))
    rows = async_to_sync(joined)(response.streaming_content).decode().splitlines()
    assert rows == ["name,step,value", "student/loss,0,0.0", "student/loss,1,0.25", "student/loss,2,0.5"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_log_sent_in_pieces_is_one_gzip_file(client, spec):
    run = RunFactory()
    add_events(run, *[("log", {"text": "a line of the log"})] * (streams.ROWS_AT_ONCE + 1))
    address = reverse("demos:run_log_text", args=[run.id])
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    first_file = zlib.decompress(async_to_sync(joined)(response.streaming_content), wbits=AS_GZIP)
    assert first_file.count(b"\n") == streams.ROWS_AT_ONCE + 1, "browsers read no second one"


def test_curves_and_drawn_figures_become_charts(client, spec):
    run = measured_run()
    scalars = [("scalar", {"name": "student/soft_loss", "step": step, "value": 1 / (step + 1)}) for step in range(9)]
    others = [("scalar", {"name": f"{role}/dev_accuracy", "step": 1, "value": 0.5}) for role in ("teacher", "student")]
    drawn = ("figure", {"slug": "losses", "data": {"x": [1, 2], "series": [{"name": "teacher", "y": [0.5, None]}]}})
    add_events(run, *scalars, *others, drawn)
    html = _run_html(client, run)
    assert re.findall(r"<figcaption>(.*?)</figcaption>", html) == ["Loss terms", "dev accuracy"]
    assert html.count('<svg class="chart"') == 2


def test_a_run_of_a_method_that_is_gone_can_still_be_read(client, spec):
    run = measured_run(method="gone-method")
    page = text_of(client.get(run.get_absolute_url()))
    assert "gone-method" in page and "81.0" in page and "Clone with changes" not in page


def test_an_ended_run_can_be_repeated_cloned_and_compared(client, spec):
    first = measured_run(seed=5, params=spec.clean({"epochs": 3, "temperature": 2}))
    again = measured_run(repeat_of=first)
    html = _run_html(client, again)
    assert f'<form action="{reverse("demos:run_repeat", args=[again.id])}" method="post">' in html
    assert f"?runs={again.id},{first.id}&amp;baseline={first.id}" in html
    assert f'href="{first.get_absolute_url()}"' in html
    clone = re.search(rf'href="({reverse("demos:method", args=[spec.slug])}\?[^"]*)#run"', _run_html(client, first))[1]
    form = client.get(clone.replace("&amp;", "&")).content.decode()
    assert 'name="seed" value="5"' in form and 'name="param_temperature" value="2' in form


def test_cancelling_a_waiting_run_ends_it(client, spec):
    run = RunFactory()
    response = client.post(reverse("demos:run_cancel", args=[run.id]))
    run.refresh_from_db()
    assert (response.url, run.state) == (run.get_absolute_url(), "cancelled")


def test_a_visitor_of_a_closed_site_cancels_nothing(client, spec, settings):
    settings.OPEN_TO_ANYONE = False
    run = RunFactory()
    assert client.post(reverse("demos:run_cancel", args=[run.id])).status_code == 403
    run.refresh_from_db()
    assert run.state == "queued"


def test_reading_changes_nothing_and_starting_needs_a_post(client, spec):
    run = RunFactory()
    assert client.get(run_address(spec)).status_code == 405
    assert client.get(reverse("demos:run_cancel", args=[run.id])).status_code == 405


# --- runs ---------------------------------------------------------------------------------------------------------
def test_runs_are_filtered_by_state(client, spec):
    measured_run()
    RunFactory()
    assert "1 run" in text_of(client.get(reverse("demos:runs"), {"state": "queued"}))


def test_an_unknown_filter_shows_all_runs(client, spec):
    RunFactory.create_batch(2)
    assert "2 runs" in text_of(client.get(reverse("demos:runs"), {"state": "<b>", "page": "nine"}))


def test_the_pager_keeps_the_filter(client, spec):
    RunFactory.create_batch(31)
    assert 'href="?state=queued&amp;page=2"' in client.get(reverse("demos:runs"), {"state": "queued"}).content.decode()


@pytest.mark.parametrize("name", ["demos:methods", "demos:runs", "demos:method", "catalog:home"])
def test_more_runs_cost_no_more_queries(client, spec, django_assert_num_queries, name):
    address = reverse(name, args=[spec.slug] if name == "demos:method" else [])
    for _ in range(2):
        measured_run()
    client.get(address)
    few = _queries(client, address)
    for _ in range(18):
        measured_run()
    assert _queries(client, address) == few


def _queries(client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- what runs left -----------------------------------------------------------------------------------------------
async def joined(pieces) -> bytes:
    return b"".join([piece async for piece in pieces])


def test_a_file_comes_as_an_attachment_under_a_safe_name(client, spec):
    kept = Artifact(run=measured_run(), name='../"student".zip', size_bytes=3, sha256="0" * 64)
    kept.file.save("x", ContentFile(b"PK!"))
    response = client.get(reverse("demos:artifact", args=[kept.id]))
    assert async_to_sync(joined)(response.streaming_content) == b"PK!"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert ".." not in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_a_file_is_listed_with_size_and_hash(client, spec):
    kept = Artifact(run=measured_run(), name="student.zip", size_bytes=290_000, sha256="ab" * 32)
    kept.file.save("x", ContentFile(b"PK!"))
    page = text_of(client.get(kept.run.get_absolute_url()))
    assert "student.zip" in page and "290.0 kB" in page and "ab" * 32 in page


# --- what the catalogue's pages show ------------------------------------------------------------------------------
def test_a_paper_s_page_shows_the_method_that_reproduces_it(client, spec, paper):
    measured_run()
    page = client.get(paper.get_absolute_url()).content.decode()
    assert reverse("demos:method", args=[spec.slug]) in page and "81.0\u202f%" in page


def test_another_paper_s_page_shows_no_method(client, spec):
    other = Paper.objects.create(slug="other", title="Other", title_key="other", arxiv="1909.10351")
    page = client.get(other.get_absolute_url()).content.decode()
    assert reverse("demos:method", args=[spec.slug]) not in page


def test_home_shows_the_latest_runs_in_a_line(client, spec):
    measured_run()
    page = text_of(client.get(reverse("catalog:home")))
    assert "method 81.0 %, baseline 70.1 %, teacher 82.3 %" in page


def test_home_starts_a_run_at_the_press_of_one_button(client, spec):
    page = client.get(reverse("catalog:home")).content.decode()
    assert "Run one now" in page
    assert f'action="{reverse("demos:run_start", args=[spec.slug])}"' in page
    started = client.post(reverse("demos:run_start", args=[spec.slug]), {"preset": "small", "seed": "0"})
    assert started.url == Run.objects.get().get_absolute_url()


def test_home_offers_no_run_to_who_may_not_start_one(client, spec, settings):
    settings.OPEN_TO_ANYONE = False
    assert "Run one now" not in client.get(reverse("catalog:home")).content.decode()
