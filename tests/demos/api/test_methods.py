import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_methods_are_listed_with_their_addresses(client, spec):
    body = client.get("/api/v1/methods/").json()
    assert body["results"] == [
        {
            "slug": "stand-in",
            "url": "http://testserver/api/v1/methods/stand-in/",
            "page": "http://testserver" + reverse("demos:method", args=["stand-in"]),
            "title": {"en": "Soft targets <script>", "zh": "软目标"},
            "family": "distillation",
            "summary": {"en": "A student learns from a teacher's probabilities.", "zh": "学生学习教师的概率。"},
            "paper": "1503.02531",
        }
    ]


def test_a_method_says_what_its_parameters_take(client, spec):
    parameters = {param["name"]: param for param in client.get("/api/v1/methods/stand-in/").json()["parameters"]}
    assert parameters["temperature"] == {
        "name": "temperature",
        "type": "float",
        "default": 4.0,
        "minimum": 1.0,
        "maximum": 20.0,
        "choices": [],
        "unit": "",
        "symbol": "T",
        "label": {"en": "Temperature", "zh": "温度"},
        "help": {"en": "Softens both distributions.", "zh": "使两个分布更平缓。"},
    }
    assert parameters["student"]["choices"][1] == {
        "value": "small",
        "label": {"en": "small", "zh": "小"},
        "available": True,
        "why_not": None,
    }


def test_a_method_says_its_presets_data_and_roles(client, spec):
    body = client.get("/api/v1/methods/stand-in/").json()
    assert [(preset["name"], preset["seconds"], preset["values"]) for preset in body["presets"]] == [
        ("smoke", 4, {"epochs": 1}),
        ("small", 50, {"epochs": 3}),
        ("full", 600, {}),
    ]
    assert [(data["name"], data["available"]) for data in body["data"]] == [("opinions", True), ("sst2", False)]
    assert [role["kind"] for role in body["roles"]] == ["teacher", "baseline", "method"]


def test_an_unknown_method_is_a_problem(client, spec):
    response = client.get("/api/v1/methods/nope/")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404
