"""The words of the methods: both languages have them, every one is used, and none stands in Python."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from workers import pages, registry
from workers.pages import PAGES, SHARED, PageError

ROOT = Path(pages.__file__).parent
SPECS = registry.all_specs()
FOLDERS = {slug: registry.folder_path(spec) for slug, spec in SPECS.items()}
TABLES = {"log": "log", "label": "labels", "stages": "stages", "said": "checks", "words": ""}  # by who is called
of_each_method = pytest.mark.parametrize("slug", sorted(SPECS))
of_each_pair = pytest.mark.parametrize(
    ("english", "chinese"),
    [(SHARED["en"], SHARED["zh"]), *((folder / PAGES["en"], folder / PAGES["zh"]) for folder in FOLDERS.values())],
    ids=["kit", *FOLDERS],
)


def sources(*folders: Path) -> list[Path]:
    return sorted(file for folder in folders for file in folder.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def spoken(path: Path) -> Iterator[tuple[int, str, set[str] | None]]:
    """Line, key and values of every word that is asked for by its name; None where the values come from elsewhere."""
    for call in (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and node.args):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in TABLES:
            continue
        titles = [keyword.value for keyword in call.keywords if name == "stages" and keyword.arg == "title"]
        asked = (titles or call.args)[0]
        given = {keyword.arg for keyword in call.keywords} - {"title"}
        for key in [asked.body, asked.orelse] if isinstance(asked, ast.IfExp) else [asked]:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                table = TABLES[name]
                yield call.lineno, f"{table}.{key.value}" if table else key.value, None if None in given else given


def constants(*folders: Path) -> set[str]:
    found = (node for file in sources(*folders) for node in ast.walk(tree(file)) if isinstance(node, ast.Constant))
    return {node.value for node in found if isinstance(node.value, str)}


def placeholders(text: str) -> list[tuple[str, str]]:
    return sorted((name, form or "") for _, name, form, _ in Formatter().parse(text) if name is not None)


@of_each_pair
def test_both_languages_have_the_same_words_with_the_same_placeholders(english, chinese):
    en, zh = pages.front_matter(english), pages.front_matter(chinese)
    assert list(en) == list(zh), f"{english} and {chinese} differ in their keys, or in the order of these"
    said = [key for key in en if key.partition(".")[0] in ("log", "labels", "stages", "checks")]
    odd = [key for key in said if placeholders(en[key]) != placeholders(zh[key])]
    assert odd == [], f"{chinese}: other placeholders than {english.name}"
    assert [key for key in (*en, *zh) if not (en[key].strip() and zh[key].strip())] == []


@of_each_pair
def test_a_log_line_is_a_sentence_in_both_languages(english, chinese):
    for path, ends in ((english, (".", "?", "”")), (chinese, ("。", "？", "”"))):
        lines = {key: text for key, text in pages.front_matter(path).items() if key.startswith("log.")}
        assert {key: text for key, text in lines.items() if not text.endswith(ends)} == {}, path


@of_each_method
def test_a_word_that_a_job_asks_for_is_there_and_its_placeholders_are_filled(slug):
    words = pages.words_in(FOLDERS[slug])
    for path in sources(FOLDERS[slug]):
        for line, key, given in spoken(path):
            text = words.find(key)
            assert text, f"{path}:{line}: no word for {key!r} in {words.home}"
            wanted = {name for name, _ in placeholders(text.en)}
            assert given is None or given == wanted, f"{path}:{line}: {key!r} wants {wanted}"


def test_a_word_that_the_kit_asks_for_is_there_and_its_placeholders_are_filled():
    words = pages.shared_words()
    asked = [(path, *found) for path in sources(ROOT / "kit") for found in spoken(path)]
    assert len(asked) > 8
    for path, line, key, given in asked:
        assert (text := words.find(key)), f"{path}:{line}: no word for {key!r}"
        assert given is None or given == {name for name, _ in placeholders(text.en)}, f"{path}:{line}: {key!r}"


@of_each_method
def test_every_word_of_a_method_is_used(slug):
    spec, english = SPECS[slug], FOLDERS[slug] / PAGES["en"]
    named = constants(FOLDERS[slug]) | {role.slug for role in spec.roles}
    parts = {"params": spec.params, "figures": spec.figures, "roles": spec.roles, "metrics": spec.metrics}
    parts |= {"claims": spec.claims, "presets": spec.presets, "symbols": spec.symbols}
    names = {table: {getattr(one, "name", "") or one.slug for one in found} for table, found in parts.items()}
    for key in pages.front_matter(english):
        table, _, rest = key.partition(".")
        name = rest.split(".")[0]
        known = names.get(table, named) if rest else {"title", "summary", "shrunk"}
        assert (name if rest else table) in known or key in named, f"{english}: nothing uses {key!r}"
    choices = {f"params.{param.name}.choices.{value}" for param in spec.params for value, _ in param.choices}
    assert {key for key in pages.front_matter(english) if ".choices." in key} <= choices


def test_every_word_of_the_kit_is_used():
    used = constants(ROOT) | {role.slug for spec in SPECS.values() for role in spec.roles}
    used |= {param.name for spec in SPECS.values() for param in spec.params} | {"smoke", "small", "full", "encoder"}
    used |= {symbol.name for spec in SPECS.values() for symbol in spec.symbols}
    used |= {figure.slug for spec in SPECS.values() for figure in spec.figures} | {"step"}
    said = {key: key.split(".")[1] for key in pages.front_matter(SHARED["en"])}
    assert {key for key, name in said.items() if name not in used and key not in used} == set()


# --- Python holds none ------------------------------------------------------------------------------------------------
def docstrings(path: Path) -> set[int]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = (node.body for node in ast.walk(tree(path)) if isinstance(node, holders) and node.body)
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def sentences(path: Path) -> list[str]:
    """Strings with a blank and a letter, but docstrings and the titles of papers; a f-string counts as one."""
    names = [keyword.value for node in ast.walk(tree(path)) if isinstance(node, ast.Call) for keyword in node.keywords
             if keyword.arg == "paper"]  # fmt: skip
    passed, found = docstrings(path) | {id(name) for name in names}, []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            passed |= {id(part) for part in node.values}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            parts = [node.value]
        else:
            continue
        text = "".join(parts)
        if " " in text and re.search(r"[^\W\d_]", text):
            found.append(f"{path}:{node.lineno}: {text!r}")
    return found


@of_each_method
def test_no_sentence_of_any_language_stands_in_a_method_s_python(slug):
    assert [found for path in sources(FOLDERS[slug]) for found in sentences(path)] == []


@of_each_method
def test_no_chinese_and_no_text_object_stands_in_a_method_s_python(slug):
    for path in sources(FOLDERS[slug]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]|\bText\(", line), f"{path}:{number}: {line.strip()}"


@pytest.mark.parametrize(("source", "found"), [
    ('x = "two words"', 1), ('x = f"{a} of {b}"', 1), ('x = ", ".join(names)', 0), ('"""A docstring."""', 0),
    ('def f():\n    """A docstring."""\n    return "said aloud"', 1), ('f(paper="A Title of Words")', 0),
])  # fmt: skip
def test_a_sentence_is_told_from_what_is_none(source, found, tmp_path):
    path = tmp_path / "some.py"
    path.write_text(source, encoding="utf-8")
    assert len(sentences(path)) == found


# --- how they are read ------------------------------------------------------------------------------------------------
def write(folder: Path, **fronts: str) -> Path:
    for language, front in fronts.items():
        (folder / PAGES[language]).write_text(f"+++\n{front}\n+++\n\nText.\n", encoding="utf-8")
    return folder


def test_a_method_s_own_word_goes_before_the_kit_s(tmp_path):
    words = pages.words_in(write(tmp_path, en='[roles]\nteacher = "Master"', zh='[roles]\nteacher = "师傅"'))
    assert words("roles.teacher").zh == "师傅"
    assert words("roles.baseline") == pages.shared_words()("roles.baseline")


def test_a_word_that_one_language_lacks_is_named_with_the_file(tmp_path):
    folder = write(tmp_path, en='title = "A"\nsummary = "B"', zh='title = "甲"')
    with pytest.raises(PageError, match=r"page\.zh\.md: lacks summary"):
        pages.words_in(folder)


def test_a_word_that_is_nowhere_is_named_with_the_place(tmp_path):
    words = pages.words_in(write(tmp_path, en='title = "A"', zh='title = "甲"'))
    with pytest.raises(PageError, match=re.escape(f"{tmp_path}: no word for 'log.lost'")):
        words("log.lost")


@pytest.mark.parametrize("text", ["## No words\n", "+++\ntitle = \n+++\n\nText.\n", "+++\ntitle = 'never closed'\n"])
def test_a_page_whose_words_cannot_be_read_is_named(text, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PageError, match=re.escape(str(path))):
        pages.front_matter(path)


def test_a_value_that_is_a_text_is_said_in_each_language(tmp_path):
    words = pages.words_in(write(tmp_path, en='[log]\na = "{x} has {n:.1f}."', zh='[log]\na = "{x}：{n:.1f}。"'))
    said = words("log.a", x=pages.shared_words()("roles.teacher"), n=2)
    assert (said.en, said.zh) == ("Teacher has 2.0.", "教师：2.0。")


# --- sizes ------------------------------------------------------------------------------------------------------------
@of_each_method
def test_a_spec_has_at_most_100_lines_and_a_job_200(slug):
    for name, most in (("__init__.py", 100), ("job.py", 200)):
        lines = (FOLDERS[slug] / name).read_text(encoding="utf-8").count("\n")
        assert lines <= most, f"{FOLDERS[slug] / name} has {lines} lines"
