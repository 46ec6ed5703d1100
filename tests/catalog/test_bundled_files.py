"""The bundled catalogue's files: whole, consistent with each other, and true to the lists they were made from."""

import re
import tomllib
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from catalog.importers.paper_list import read
from catalog.titles import title_key

BUNDLED = Path(__file__).resolve().parents[2] / "catalog" / "bundled"
SEED_OF = {
    "knowledge-distillation": "knowledge-distillation.md",
    "bert-compression": "bert-compression.md",
    "pre-trained-models": "ptms.md",
    "reading-notes": "reading-notes.md",
}
SLUGS = list(SEED_OF)
ENTRIES = {"knowledge-distillation": 9, "bert-compression": 81, "pre-trained-models": 75, "reading-notes": 27}
CATEGORIES = [
    "knowledge-distillation", "pre-trained-models", "compression", "probing",
    "fine-tuning", "sentence-embeddings", "multimodal", "surveys",
]  # fmt: skip
TRUNCATED_IN_SEED = {
    "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer": "r",
    "VL-BERT: Pre-training of Generic Visual-Linguistic Representations": "ns",
}
# The seed has initials and "et al."; the full names and the venue are those of another shared list.
COMPLETED = {"Attention is all you need"}
# The seed gives a bare address without a label.
LABELLED = {"Pre-trained Models for Natural Language Processing: A Survey"}


def toml(name):
    return tomllib.loads((BUNDLED / name).read_text(encoding="utf-8"))


def bundled(slug):
    return read((BUNDLED / f"{slug}.md").read_text(encoding="utf-8"))


def seed(shared_dir, slug):
    return read((shared_dir / "seeds" / SEED_OF[slug]).read_text(encoding="utf-8"))


def pairs(shared_dir, slug):
    return list(zip(bundled(slug).records, seed(shared_dir, slug).records, strict=True))


def annotations():
    return toml("annotations.toml")["paper"]


def notes(language):
    return [(paper["title"], paper[f"note_{language}"]) for paper in annotations() if f"note_{language}" in paper]


def sentences(note):
    return len(re.findall(r"[.!?](?=\s|$)|[。！？]", note))


def chinese(text):
    return "".join(re.findall(r"[\u4e00-\u9fff]", text))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_bundled_entry_is_read_without_a_problem(slug):
    document = bundled(slug)
    assert document.problems == []
    assert len(document.records) == ENTRIES[slug]


@pytest.mark.parametrize("slug", SLUGS)
def test_bundled_entries_carry_no_notes_of_their_own(slug):
    assert [record.note for record in bundled(slug).records if record.note] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_each_section_holds_as_many_entries_as_the_seeds(shared_dir, slug):
    sizes = [
        [len(list(records)) for _, records in groupby(document.records, key=lambda record: record.section)]
        for document in (bundled(slug), seed(shared_dir, slug))
    ]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("slug", SLUGS)
def test_titles_stand_in_the_order_of_the_seed(shared_dir, slug):
    for ours, theirs in pairs(shared_dir, slug):
        cut = TRUNCATED_IN_SEED.get(ours.title, "")
        assert title_key(ours.title) == title_key(theirs.title + cut)


@pytest.mark.parametrize("slug", SLUGS)
def test_links_are_those_of_the_seed(shared_dir, slug):
    for ours, theirs in pairs(shared_dir, slug):
        assert [link.url for link in ours.links] == [link.url for link in theirs.links]
        if ours.title not in LABELLED:
            assert ours.links == theirs.links


@pytest.mark.parametrize("slug", SLUGS)
def test_authors_venue_year_and_nickname_are_those_of_the_seed(shared_dir, slug):
    for ours, theirs in pairs(shared_dir, slug):
        assert (ours.year, ours.short_name) == (theirs.year, theirs.short_name)
        if ours.title not in COMPLETED:
            assert (ours.authors, ours.venue) == (theirs.authors, theirs.venue)


def test_categories_are_the_eight_in_their_order():
    assert [category["slug"] for category in toml("topics.toml")["category"]] == CATEGORIES


def test_every_topic_and_list_is_named_in_both_languages():
    topics = toml("topics.toml")
    for row in [*topics["category"], *topics["tag"], *toml("lists.toml")["list"]]:
        assert row["name_en"].isascii()
        assert re.search(r"[\u4e00-\u9fff]", row["name_zh"]), row["slug"]


def test_lists_are_those_whose_files_are_here():
    rows = toml("lists.toml")["list"]
    assert [row["slug"] for row in rows] == SLUGS
    assert [row["position"] for row in rows] == [1, 2, 3, 4]
    assert {path.stem for path in BUNDLED.glob("*.md")} == set(SLUGS)


def test_every_heading_has_its_chinese_one():
    for row in toml("lists.toml")["list"]:
        assert list(row["sections"]) == [" > ".join(path) for path in bundled(row["slug"]).sections]


def test_each_work_is_annotated_once_and_nothing_else_is():
    listed = {title_key(record.title) for slug in SLUGS for record in bundled(slug).records}
    annotated = Counter(
        title_key(title) for paper in annotations() for title in [paper["title"], *paper.get("also", [])]
    )
    assert set(annotated) == listed
    assert set(annotated.values()) == {1}


def test_both_titles_of_one_work_share_an_annotation():
    by_arxiv = {}
    owner = {title_key(t): paper["title"] for paper in annotations() for t in [paper["title"], *paper.get("also", [])]}
    for record in (record for slug in SLUGS for record in bundled(slug).records if record.arxiv):
        by_arxiv.setdefault(record.arxiv, set()).add(owner[title_key(record.title)])
    assert [titles for titles in by_arxiv.values() if len(titles) > 1] == []


def test_every_work_has_known_categories_and_one_to_five_known_tags():
    tags = {tag["slug"] for tag in toml("topics.toml")["tag"]}
    for paper in annotations():
        assert paper["categories"] and set(paper["categories"]) <= set(CATEGORIES), paper["title"]
        assert 1 <= len(paper["tags"]) <= 5 and set(paper["tags"]) <= tags, paper["title"]


def test_every_tag_marks_at_least_two_works():
    uses = Counter(tag for paper in annotations() for tag in paper["tags"])
    assert [tag["slug"] for tag in toml("topics.toml")["tag"] if uses[tag["slug"]] < 2] == []


def test_notes_come_in_both_languages():
    assert [title for title, _ in notes("en")] == [title for title, _ in notes("zh")]
    assert [title for title, note in notes("zh") if not re.search(r"[\u4e00-\u9fff]", note)] == []
    assert [title for title, note in notes("en") if re.search(r"[\u4e00-\u9fff]", note)] == []


def test_notes_have_one_to_three_sentences():
    for title, note in [*notes("en"), *notes("zh")]:
        assert 1 <= sentences(note) <= 3, title


def test_chinese_notes_use_full_width_punctuation():
    assert [
        title
        for title, note in notes("zh")
        if re.search(r"[\u4e00-\u9fff] ?[,;:?!()]|[,;:?!()] ?[\u4e00-\u9fff]", note)
    ] == []


def test_works_with_a_note_are_those_the_seeds_have_notes_for(shared_dir):
    noted = {title_key(r.title) for slug in SLUGS for r in seed(shared_dir, slug).records if r.note.strip()}
    assert {title_key(title) for title, _ in notes("en")} == noted


def test_no_chinese_note_repeats_eight_characters_of_a_seed(shared_dir):
    """Chinese characters only: names of models are the same in any wording."""
    source = chinese("".join((shared_dir / "seeds" / name).read_text(encoding="utf-8") for name in SEED_OF.values()))
    runs = [(title, chinese(note)[i : i + 8]) for title, note in notes("zh") for i in range(len(chinese(note)) - 7)]
    assert [(title, run) for title, run in runs if run in source] == []
