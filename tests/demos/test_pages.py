"""A method's text and code as HTML."""

import re
from pathlib import Path

import pytest

from demos import pages
from workers import registry


def test_formulas_become_mathml():
    html = pages.text_to_html("The loss is $T^2$.")
    assert "<msup><mi>T</mi><mn>2</mn></msup>" in html


def test_a_displayed_formula_is_a_block():
    assert '<math display="block">' in pages.text_to_html("$$\nT^2\n$$")


def test_raw_html_in_a_text_is_shown_as_text():
    assert pages.text_to_html("a <b onclick=x>b</b>") == "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    "latex", [r"\text{<script>alert(1)</script>}", r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}"]
)
def test_a_formula_carries_nothing_but_mathematics(latex):
    html = pages.formula(latex)
    assert not any(bad in html for bad in ("script", "href", "style"))


def test_headings_stand_below_the_page_s_own():
    assert pages.text_to_html("# Idea\n\n## Loss") == "<h2>Idea</h2>\n<h2>Loss</h2>\n"


def test_the_text_follows_the_language(spec):
    assert "思路" in pages.page_text(spec, "zh-hans").html
    assert pages.page_text(spec, "zh-hans").language == "zh-Hans"
    assert "Idea" in pages.page_text(spec, "en").html


def test_english_stands_in_where_chinese_is_missing(spec, tmp_path):
    (tmp_path / "page.zh.md").unlink()
    assert pages.page_text(spec, "zh-hans").language == "en"


def test_a_method_without_a_text_has_none(spec, tmp_path):
    (tmp_path / "page.md").unlink()
    assert pages.page_text(spec, "en") is None


def test_code_carries_an_anchor_a_line_and_names_its_parts(spec):
    code = pages.job_code(spec)
    assert [(part.name, part.line) for part in code.definitions] == [("loss", 4)]
    assert 'id="code-4"' in code.html


def test_code_is_escaped_and_carries_no_inline_style(spec):
    html = pages.job_code(spec).html
    assert "&lt;b&gt;" in html and "<b>" not in html and "style=" not in html


def test_highlighted_code_is_at_most_three_times_its_source():
    source = Path(pages.__file__).read_text()
    assert len(pages.code_to_html(source).html) < 3 * len(source)


def test_what_may_scroll_sideways_is_reached_by_the_keyboard():
    assert '<div class="math block" tabindex="0"><math display="block">' in pages.text_to_html("$$y^2$$")


def test_the_outline_follows_the_headings_of_the_job():
    code = pages.code_to_html(
        "import x\n\n\n# --- losses -----\ndef loss():\n    pass\n\n\n# --- run ---\ndef run(): ...\n"
    )
    assert [(part.title, part.line, [d.name for d in part.definitions]) for part in code.sections] == [
        ("losses", 4, ["loss"]),
        ("run", 9, ["run"]),
    ]


def test_a_name_of_the_job_in_the_text_leads_to_its_line():
    html = pages.text_to_html("See `loss` and `other`.", {"loss": 4})
    assert html == '<p>See <a href="#code-4"><code>loss</code></a> and <code>other</code>.</p>\n'


def test_every_symbol_of_a_method_names_code_that_is_there():
    for spec in registry.all_specs().values():
        source = (registry.folder_path(spec) / "job.py").read_text()
        missing = [name for symbol in spec.symbols for name in symbol.code if not re.search(rf"\b{name}\b", source)]
        assert missing == []
