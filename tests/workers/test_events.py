"""A job's only way out: every call stops a cancelled run, and no number that is none gets through."""

import pytest

from workers.kit.events import Cancelled, Diverged, Report, log_text
from workers.spec import Text


def test_every_call_stops_a_cancelled_run():
    report = Report([].append, is_cancelled=lambda: True)
    calls = [
        lambda: report.stage("a", Text("a", "a"), index=1, count=1),
        lambda: report.progress(1, 100),
        lambda: report.progress(2, 100),  # within the silence after the first
        lambda: report.scalar("a", 1, 1.0),
        lambda: report.result("teacher", "accuracy", 1.0),
    ]
    for call in calls:
        with pytest.raises(Cancelled):
            call()


def test_progress_is_quiet_between_two_reports_and_tells_the_end():
    events = []
    report = Report(events.append)
    for done in range(1, 101):
        report.progress(done, 100)
    assert [event["done"] for event in events] == [1, 100]


def test_a_log_line_is_sent_in_both_languages():
    events = []
    Report(events.append).log(Text("Trained.", "已训练。"))
    assert events == [{"kind": "log", "text": {"en": "Trained.", "zh": "已训练。"}}]


def test_a_log_line_is_named_by_a_key_of_the_words():
    events = []
    Report(events.append).log("pretraining-cached", seconds=2)
    assert events[0]["text"]["en"] == "This encoder was pre-trained before, in 2.0 s."
    assert events[0]["text"]["zh"].endswith("2.0 秒。")


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ({"en": "Trained.", "zh": "已训练。"}, "en", "Trained."),
        ({"en": "Trained.", "zh": "已训练。"}, "zh-hans", "已训练。"),
        ("Trained.", "zh-hans", "Trained."),
    ],
)
def test_a_log_line_of_any_version_has_words_in_a_language(text, language, words):
    assert log_text(text, language) == words


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_diverged_loss_ends_the_run_in_words(value):
    with pytest.raises(Diverged, match=r"student/loss is .* at step 7: training diverged"):
        Report([].append).scalar("student/loss", 7, value)


@pytest.mark.parametrize(
    "data",
    [
        {"x": [1, 2], "series": [{"name": "teacher", "y": [0.5, None]}]},
        {"kind": "bars", "categories": ["1"], "series": [{"name": "student", "y": [3]}]},
        {"kind": "heatmap", "rows": ["a"], "columns": ["x", "y"], "values": [[1, None]]},
        {"kind": "tree", "words": ["a", "b"], "gold": [], "predicted": [[0, 1]]},
    ],
)
def test_a_figure_of_each_kind_is_taken(data):
    events = []
    Report(events.append).figure("own", data)
    assert events == [{"kind": "figure", "slug": "own", "data": data}]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ([1, 2], "of no kind"),
        ({"kind": "pie"}, "of no kind there is: 'pie'"),
        ({"x": [1]}, "lacks 'series'"),
        ({"x": [1], "series": [{"name": "teacher", "y": [1, 2]}]}, "has 2 values along 1 x"),
        ({"kind": "bars", "categories": 3, "series": [{"name": "a", "y": []}]}, "is not shaped"),
        ({"kind": "heatmap", "rows": ["a"], "columns": ["x"], "values": [[1], [2]]}, "has 2 values along 1 rows"),
        ({"kind": "heatmap", "rows": ["a"], "columns": ["x"], "values": [[1, 2]]}, "has 2 values along 1 columns"),
        ({"kind": "heatmap", "rows": ["a"], "columns": ["x"], "values": [[float("nan")]]}, "not finite"),
        ({"kind": "heatmap", "rows": ["a"], "columns": ["x"], "values": [[1]], "low": "0"}, "is not shaped"),
        ({"x": ["1"], "series": []}, "is not shaped"),
        ({"kind": "tree", "words": ["a"], "gold": []}, "lacks 'predicted'"),
        ({"kind": "tree", "words": ["a", "b"], "gold": [[0, 2]], "predicted": []}, "joins no two of 2 words"),
        ({"kind": "tree", "words": ["a", "b"], "gold": [[1, 1]], "predicted": []}, "joins no two of 2 words"),
        ({"kind": "tree", "words": ["a", "b"], "gold": [], "predicted": [[0, 0.5]]}, "joins no two of 2 words"),
        ({"kind": "tree", "words": ["a", "b"], "gold": [], "predicted": [1]}, "is not shaped"),
    ],
)
def test_a_figure_that_no_page_could_draw_is_refused_where_it_is_made(data, fault):
    events = []
    with pytest.raises(ValueError, match=fault):
        Report(events.append).figure("own", data)
    assert events == []
