"""Every colour pair of the stylesheet is readable in both themes: WCAG 2.2, 4.5:1 for text, 3:1 for edges."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parent.parent / "static" / "distillery.css").read_text()
FAMILIES = (
    "knowledge-distillation", "compression", "probing", "pre-trained-models",
    "fine-tuning", "sentence-embeddings", "multimodal", "surveys",
)  # fmt: skip
TEXT = ("ink", "quiet", "copper", "good", "warn", "bad", "running", *FAMILIES)


# Each token says both its colours: --ink: light-dark(#1f1c18, #ece7dd);
PAIRS = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
THEMES = {"light": {name: light for name, light, _ in PAIRS}, "dark": {name: dark for name, _, dark in PAIRS}}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["page", "raised", "tint"])
@pytest.mark.parametrize("token", TEXT)
def test_text_stands_out_from_its_ground(theme, ground, token):
    assert contrast(THEMES[theme][token], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_buttons_marks_and_edges_stand_out(theme):
    colours = THEMES[theme]
    assert contrast(colours["on-copper"], colours["copper"]) >= 4.5
    assert contrast(colours["ink"], colours["mark"]) >= 4.5
    assert contrast(colours["edge"], colours["page"]) >= 3


def test_no_colour_stands_outside_the_tokens():
    without_tokens = re.sub(r"light-dark\([^;]*\);", "", CSS)
    assert re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])", without_tokens) == []
