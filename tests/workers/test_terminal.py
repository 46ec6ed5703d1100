"""What a terminal shows while a job runs."""

from io import StringIO

import pytest
from rich.console import Console

from workers.terminal import Terminal


@pytest.mark.parametrize("text", [{"en": "Trained.", "zh": "已训练。"}, "Trained."])
def test_a_log_line_is_printed_in_english(text):
    printed = StringIO()
    with Terminal(Console(file=printed)) as terminal:
        terminal.take({"kind": "log", "text": text})
    assert printed.getvalue().splitlines()[0] == "Trained."
