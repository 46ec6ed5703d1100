"""What results.json keeps of a job's events."""

import json

import pytest

from workers.results import Results


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ({"en": "Trained.", "zh": "已训练。"}, {"en": "Trained.", "zh": "已训练。"}),
        ("Trained.", {"en": "Trained.", "zh": "Trained."}),
    ],
)
def test_the_log_is_kept_in_both_languages(tmp_path, text, kept):
    results = Results(method="stand-in", preset="small", seed=0, data="opinions", params={})
    results.take({"kind": "log", "text": text})
    results.write(tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["log"] == [kept]
