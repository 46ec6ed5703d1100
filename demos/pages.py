"""A method's own text and code as HTML: Markdown with formulas as MathML, the job highlighted, all on the server."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token as MarkdownToken
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.filter import Filter
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.token import Name, Operator, Punctuation, Text, Whitespace

from workers import registry
from workers.pages import body
from workers.spec import MethodSpec

# Presentation MathML as the converter writes it. What a formula smuggles in by \\text or \\href falls outside.
MATHML_TAGS = {
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mover",
    "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
}  # fmt: skip
MATHML_ATTRIBUTES = {
    "math": {"display", "class"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "separator", "largeop", "movablelimits", "minsize", "maxsize", "form"},
    "mspace": {"width", "linebreak"},
    "mfrac": {"linethickness"},
    "mtable": {"columnalign", "rowspacing", "columnspacing", "displaystyle"},
    "mtd": {"columnalign"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mpadded": {"width", "lspace"},
    "menclose": {"notation"},
}


def formula(latex: str, *, display: bool = False) -> SafeString:
    """LaTeX as MathML with nothing in it but MathML."""
    from latex2mathml.converter import convert  # with the first formula: its tables of symbols take a while to read

    mathml = convert(latex, display="block" if display else "inline")
    return mark_safe(nh3.clean(mathml, tags=MATHML_TAGS, attributes=MATHML_ATTRIBUTES))  # noqa: S308 cleaned above


def _render_formula(latex: str, options: dict) -> str:
    return formula(latex, display=options["display_mode"])


def _render_block_formula(renderer, tokens: list, index: int, options: dict, env: dict) -> str:
    """A wide formula scrolls in its own frame, which the keyboard must reach."""
    return f'<div class="math block" tabindex="0">{formula(tokens[index].content, display=True)}</div>\n'


def _markdown() -> MarkdownIt:
    """Raw HTML in the text is shown as text; a heading of the page stands below the page's own h1."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin, renderer=_render_formula)
    parser.add_render_rule("math_block", _render_block_formula)
    return parser


def text_to_html(markdown: str, lines: Mapping[str, int] = MappingProxyType({})) -> SafeString:
    """`lines`: names of the job's code; where the text has one as `code`, it leads to its line."""
    parser = _markdown()
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, max(2, int(token.tag[1])))}"
        if token.children:
            token.children = list(_linked_to_code(token.children, lines))
    return mark_safe(parser.renderer.render(tokens, parser.options, {}))  # noqa: S308 raw HTML is off


def _linked_to_code(tokens: list[MarkdownToken], lines: Mapping[str, int]) -> Iterator[MarkdownToken]:
    for token in tokens:
        if token.type == "code_inline" and token.content in lines:
            yield MarkdownToken("link_open", "a", 1, attrs={"href": f"#code-{lines[token.content]}"})
            yield token
            yield MarkdownToken("link_close", "a", -1)
        else:
            yield token


@dataclass(frozen=True)
class PageText:
    html: SafeString
    language: str


def page_text(spec: MethodSpec, language: str) -> PageText | None:
    """The method's page in a language; English where that one is missing; None where there is none at all."""
    folder = registry.folder_path(spec)
    chinese = language.lower().startswith("zh") and (folder / "page.zh.md").is_file()
    path = folder / ("page.zh.md" if chinese else "page.md")
    if not path.is_file():
        return None
    code = job_code(spec)
    lines = tuple((found.name, found.line) for found in code.definitions) if code else ()
    return PageText(_page_html(path, path.stat().st_mtime_ns, lines), "zh-Hans" if chinese else "en")


@lru_cache(maxsize=256)
def _page_html(path: Path, changed_at: int, lines: tuple[tuple[str, int], ...]) -> SafeString:
    return text_to_html(body(path), dict(lines))


# --- code -------------------------------------------------------------------------------------------------------
HEADING = re.compile(r"# --- (.+?) -+")


class PlainNames(Filter):
    """Names and punctuation carry no colour, so they need no element: a third of the page's bytes."""

    PLAIN = (Name, Punctuation, Operator, Whitespace)
    COLOURED = (Name.Builtin, Name.Function, Name.Class, Name.Decorator, Operator.Word)

    def filter(self, lexer, stream):
        for kind, value in stream:
            plain = any(kind in token for token in self.PLAIN) and not any(kind in token for token in self.COLOURED)
            yield (Text if plain else kind), value


@dataclass(frozen=True)
class Definition:
    name: str
    line: int


@dataclass(frozen=True)
class Section:
    """A part of the job under a heading of its own ("# --- losses ---"), with what it defines."""

    title: str
    line: int
    definitions: list[Definition]


@dataclass(frozen=True)
class Code:
    html: SafeString
    sections: list[Section]  # the first one, before any heading, has no title
    lines: int

    @property
    def definitions(self) -> list[Definition]:
        return [definition for section in self.sections for definition in section.definitions]


def job_code(spec: MethodSpec) -> Code | None:
    path = registry.folder_path(spec) / "job.py"
    return _code(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=64)
def _code(path: Path, changed_at: int) -> Code:
    return code_to_html(path.read_text(encoding="utf-8"))


def code_to_html(source: str) -> Code:
    """Python with a class a token and an id a line (code-12), so that a function can be linked to."""
    lexer = PythonLexer()
    lexer.add_filter(PlainNames())
    html = highlight(source, lexer, HtmlFormatter(cssclass="code", linespans="code", wrapcode=True))
    return Code(mark_safe(html), _sections(source), len(source.splitlines()))  # noqa: S308 Pygments escapes


def _sections(source: str) -> list[Section]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    found = [Definition(node.name, node.lineno) for node in ast.parse(source).body if isinstance(node, kinds)]
    headings = [(1, "")]
    for number, line in enumerate(source.splitlines(), start=1):
        if heading := HEADING.fullmatch(line):
            headings.append((number, heading[1]))
    ends = [line for line, _title in headings[1:]] + [math.inf]
    sections = [
        Section(title, line, [part for part in found if line <= part.line < end])
        for (line, title), end in zip(headings, ends, strict=True)
    ]
    return [section for section in sections if section.title or section.definitions]
