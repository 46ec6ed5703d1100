"""A parameter's choice that is not on this machine: listed, not to be chosen, refused with the reason at its field."""

import re
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import translation

from demos import services
from demos.forms import form_for
from demos.groups import services as group_services
from demos.models import Run
from tests.demos import stand_in
from tests.demos.factories import WorkerFactory
from workers import registry
from workers.spec import InvalidParams, Param, Preset, Text

WHY = Text("not installed: install the package large-net", "未安装：请安装软件包 large-net")
ENCODER = Param(
    "encoder", "choice", "large", Text("Encoder", "编码器"), Text("What is looked at.", "要分析的网络。"),
    choices=(("large", Text("Large, pre-trained", "大型（预训练）")), ("bert-2x64", Text("Two layers", "两层"))),
    why_not=lambda value, data_dir: WHY if value == "large" and not data_dir else None,
)  # fmt: skip
PRESETS = (
    Preset("smoke", *[Text("Smoke", "试跑")] * 2, "opinions", 4, values={"encoder": "bert-2x64"}),
    Preset("small", *[Text("Small", "小型")] * 2, "opinions", 50),
)


@pytest.fixture
def spec(spec, monkeypatch, settings):
    settings.DATA_DIR = None
    settings.OPEN_TO_ANYONE = True
    found = replace(stand_in.SPEC, params=(*stand_in.SPEC.params, ENCODER), presets=PRESETS)
    monkeypatch.setattr(registry, "all_specs", lambda: {found.slug: found})
    return found


# --- the form -----------------------------------------------------------------------------------------------------
def test_it_is_listed_and_cannot_be_chosen(spec):
    form = form_for(spec)()
    html = str(form["param_encoder"])
    assert '<option value="large" disabled>Large, pre-trained (not here)</option>' in html
    assert '<option value="bert-2x64">Two layers</option>' in html
    ticks = str(form["vary_encoder"])
    assert re.search(r'<input[^>]*value="large"[^>]*disabled', ticks)
    assert not re.search(r'<input[^>]*value="bert-2x64"[^>]*disabled', ticks)


def test_the_form_says_why_in_both_languages(spec):
    field = next(item for item in form_for(spec)().param_fields if item["param"].name == "encoder")
    assert field["unavailable"] == [("Large, pre-trained", WHY.en)]
    with translation.override("zh-hans"):
        field = next(item for item in form_for(spec)().param_fields if item["param"].name == "encoder")
        assert field["unavailable"] == [("大型（预训练）", WHY.zh)]
        assert "大型（预训练）（" in str(field["field"])


def test_where_it_is_there_nothing_is_said_of_it(spec, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    form = form_for(spec)()
    assert "disabled" not in str(form["param_encoder"]) + str(form["vary_encoder"])
    assert next(item for item in form.param_fields if item["param"].name == "encoder")["unavailable"] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"param_encoder": "large"}, {"param_encoder": [f"N{WHY.en[1:]}."]}),
        ({}, {"param_encoder": [f"N{WHY.en[1:]}."]}),  # the preset's own
        ({"vary_encoder": ["bert-2x64", "large"]}, {"vary_encoder": [f"Large: {WHY.en}."]}),
    ],
)
def test_asked_for_all_the_same_it_is_refused_at_its_field(spec, given, expected):
    form = form_for(spec)({"preset": "small", **given})
    assert not form.is_valid()
    assert {name: list(messages) for name, messages in form.errors.items()} == expected


@pytest.mark.parametrize("given", [{"param_encoder": "bert-2x64"}, {"vary_encoder": ["bert-2x64"]}])
def test_another_choice_makes_the_preset_possible(spec, given):
    form = form_for(spec)({"preset": "small", **given})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["grid"].params["encoder"] == "bert-2x64"


@pytest.mark.django_db
def test_a_preset_that_needs_it_is_shown_disabled_with_the_reason(client, spec):
    WorkerFactory()
    html = client.get(reverse("demos:method", args=[spec.slug])).content.decode()
    assert re.search(r'<input[^>]*value="small"[^>]*disabled', html)
    assert f'<strong id="refused-small">Large, pre-trained: {WHY.en}.</strong>' in html
    assert re.search(r'<input[^>]*value="smoke"[^>]*checked', html)
    assert "Some choices are not here" in html


# --- services and API ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_services_refuse_it_and_write_nothing(spec):
    asked = {"spec": spec, "preset": "smoke", "data": "opinions"}
    with pytest.raises(services.RunRefused, match=f"^Large, pre-trained: {WHY.en}.$"):
        services.start_run(seed=0, params={"encoder": "large"}, **asked)
    with pytest.raises(InvalidParams, match=f"^encoder: large: {WHY.en}$"):
        group_services.start(seeds=[0, 1], params={}, varied={"encoder": ["bert-2x64", "large"]}, **asked)
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_run_of_before_is_not_repeated_without_it(spec, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    run = services.start_run(spec=spec, preset="small", data="opinions", seed=0, params={})
    settings.DATA_DIR = None
    with pytest.raises(services.RunRefused, match="not installed"):
        services.repeat_run(run=run)


def post(client, path: str, **asked):
    asked = {"method": stand_in.SPEC.slug, "preset": "small", **asked}
    return client.post(f"/api/v1/{path}/", asked, content_type="application/json")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "given", "errors"),
    [
        ("runs", {"params": {"encoder": "large"}}, {"params": {"encoder": [WHY.en]}}),
        ("runs", {}, {"params": {"encoder": [WHY.en]}}),
        ("groups", {"seeds": [0, 1]}, {"params": {"encoder": [WHY.en]}}),
        ("groups", {"varied": {"encoder": ["bert-2x64", "large"]}}, {"varied": {"encoder": [f"large: {WHY.en}"]}}),
    ],
)
def test_the_api_refuses_it_at_its_field(client, spec, path, given, errors):
    response = post(client, path, **given)
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["errors"] == errors
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_the_api_takes_another_choice_in_the_preset_s_place(client, spec):
    assert post(client, "runs", params={"encoder": "bert-2x64"}).status_code == 202
    assert post(client, "groups", varied={"encoder": ["bert-2x64"]}, seeds=[0, 1]).status_code == 202


@pytest.mark.django_db
def test_the_api_says_of_each_choice_whether_it_is_here(client, spec):
    parameters = {param["name"]: param for param in client.get("/api/v1/methods/stand-in/").json()["parameters"]}
    assert [
        (choice["value"], choice["available"], choice["why_not"]) for choice in parameters["encoder"]["choices"]
    ] == [
        ("large", False, {"en": WHY.en, "zh": WHY.zh}),
        ("bert-2x64", True, None),
    ]
