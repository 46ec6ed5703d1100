"""Parameters that mean the same everywhere: what they offer, and what cannot be had on a machine."""

from dataclasses import replace

import pytest

from workers.kit import known_encoders, params
from workers.kit.known_encoders import KNOWN


@pytest.fixture
def _nothing_installed(monkeypatch):
    gone = {name: replace(known, folder="no_such_package/model") for name, known in KNOWN.items()}
    monkeypatch.setattr(known_encoders, "KNOWN", gone)


def test_an_encoder_is_one_known_by_name_or_one_of_the_kit():
    param = params.encoder("minilm-l6", "minilm-l6", "bert-4x64")
    assert (param.name, param.type, param.default) == ("encoder", "choice", "minilm-l6")
    assert [(name, text.en) for name, text in param.choices] == [
        ("minilm-l6", "MiniLM-L6, pre-trained"),
        ("bert-4x64", "BERT, 4 layers of 64, 4 heads"),
    ]
    with pytest.raises(ValueError, match="names no network"):
        params.encoder("minilm-l6", "minilm-l7")


@pytest.mark.usefixtures("_nothing_installed")
def test_an_encoder_that_is_not_installed_says_so(tmp_path):
    param = params.encoder("bert-4x64", "minilm-l6", "bert-4x64")
    assert param.why_not("minilm-l6", tmp_path).en.startswith("not installed")
    assert param.why_not("bert-4x64", tmp_path) is None


@pytest.mark.usefixtures("_nothing_installed")
def test_a_ready_made_teacher_known_by_name_says_so_too(tmp_path):
    assert params.READY_MADE.why_not("minilm-l6", None).en.startswith("not installed")
    assert params.READY_MADE.why_not("", None) is None
    assert params.READY_MADE.why_not("someone/bert", tmp_path) is None  # whether it can be had is asked in the run
