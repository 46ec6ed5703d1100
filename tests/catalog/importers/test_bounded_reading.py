"""Reading in a process of its own: what comes out, what it accounts for, and that it can be stopped."""

import gzip
import subprocess
import time

import pytest

from benchmarks.hostile import data_of
from catalog.importers import bibtex, bounded
from catalog.importers.bounded import ReadingStopped, read_bounded
from catalog.importers.limits import Limits
from catalog.importers.records import Problem, Record, SectionTexts, Text

TEXT = "% c\n@string{a = {b}}\n@misc{k, title={T}, note=a, x=y}\n\n@misc{open, title={\n@misc{l, title={U}}"


def read(data, **options):
    batches = list(read_bounded(data, **options))
    return [item for batch in batches for item in batch.items], batches[-1].summary


def entries(count):
    return "".join(f"@misc{{k{n}, title={{T{n}}}}}\n" for n in range(count)).encode()


def test_records_and_problems_come_as_the_reader_made_them():
    items, _ = read(TEXT.encode())
    document = bibtex.read(TEXT)
    assert [item for item in items if isinstance(item, Record)] == document.records
    assert [item for item in items if isinstance(item, Problem)] == document.problems
    assert [type(item).__name__ for item in items] == ["Record", "Problem", "Problem", "Record"]


def test_every_part_of_a_record_survives_the_way_between_the_processes():
    text = (
        "<!-- distillery-list 1 -->\n# L\n<!-- zh: 单 -->\n\n## S\n<!-- zh: 节 -->\n\n"
        "- **T**. *A*. (V 2020) [[pdf]](https://a.org/1) - ***N***\n\n  <!-- zh -->\n  注\n"
    )
    items, summary = read(text.encode())
    assert items[0].notes == [Text("zh", "注")]
    assert (items[0].section, items[0].links[0].label, items[0].year) == (["S"], "pdf", 2020)
    assert (summary.title_zh, summary.section_texts) == ("单", [SectionTexts(["S"], "节")])


def test_summary_accounts_for_every_character():
    _, summary = read(TEXT.encode())
    assert summary.pieces == {"comment": 1, "string": 1, "blank": 2, "entry": 2, "problem": 1}
    assert (summary.entries, summary.problems, summary.remarks) == (2, 1, 1)
    assert (summary.characters, summary.unaccounted) == (len(TEXT), 0)


@pytest.mark.parametrize("name", ["ATPapers.md", "PLMpapers.md", "sentence-embedding.md"])
def test_lists_are_accounted_for(shared_dir, name):
    _, summary = read(shared_dir / "lists" / name)
    assert (summary.format, summary.unaccounted) == ("markdown", 0)


def test_batches_come_while_the_document_is_read():
    done = [batch.bytes_done for batch in read_bounded(entries(1_300))]
    total = len(entries(1_300))
    assert len(done) == 3
    assert 0 < done[0] < done[1] < done[2] == total


def test_file_gzip_and_bytes_are_read_alike(tmp_path):
    path = tmp_path / "a.bib.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert read(path) == read(TEXT.encode()) == read(gzip.compress(TEXT.encode()))
    joined = gzip.compress(TEXT[:20].encode()) + gzip.compress(TEXT[20:].encode())
    assert read(joined) == read(path)


def test_name_of_the_file_tells_the_format_where_its_text_does_not():
    assert read(b"free text only", name="papers.bib")[1].format == "bibtex"
    assert read(b"free text only")[1].format == "markdown"


def test_closing_the_reading_ends_its_process(monkeypatch):
    started = []
    start = subprocess.Popen
    monkeypatch.setattr(bounded.subprocess, "Popen", lambda *a, **k: started.append(start(*a, **k)) or started[-1])
    batches = read_bounded(entries(50_000))
    next(batches)
    assert started[0].poll() is None
    batches.close()
    assert started[0].returncode is not None


@pytest.mark.parametrize(
    ("data", "limits", "reason", "sentence"),
    [
        (entries(200_000), Limits(max_seconds=0.5), "time", "Reading took longer than 0.5 seconds and was stopped."),
        (
            b"@misc{a, title={" + b"x" * 60_000_000,
            Limits(max_memory_mb=100),
            "memory",
            "Reading took more than 100 MB of memory and was stopped.",
        ),
        (b"x" * 3_000_000, Limits(max_bytes=2**21), "refused", "The document is larger than 2 MB."),
        (data_of("a gzip bomb"), Limits(), "refused", "The document is larger than 64 MB."),
        (gzip.compress(entries(9))[:-20], Limits(), "refused", "This gzip file is damaged."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", Limits(), "refused", "This is no text: it holds control characters."),
    ],
    ids=["time", "memory", "bytes", "gzip bomb", "gzip", "no text"],
)
def test_reading_stops_at_its_limits_with_a_sentence(data, limits, reason, sentence):
    with pytest.raises(ReadingStopped, match=sentence) as stopped:
        read(data, limits=limits)
    assert stopped.value.reason == reason


def test_crash_of_the_child_is_told(monkeypatch):
    monkeypatch.setattr(bounded.sys, "executable", "/bin/false")
    with pytest.raises(ReadingStopped, match="ended unexpectedly"):
        read(b"x")


def test_time_in_which_nobody_asks_is_not_the_childs():
    limits = Limits(max_seconds=1.5)
    batches = read_bounded(entries(3_000), limits=limits)
    next(batches)
    time.sleep(2)
    assert sum(len(batch.items) for batch in batches) == 2_500


# name of the document: how many records and problems that are no remarks, within the limits below
HOSTILE = {
    "10,000 nested braces": (1, 1),
    "1,000 blank lines": (1, 0),
    "1,000,000 blank lines": (1, 0),
    "an open brace above 5,000 entries": (5_000, 1),
    "crossref to itself": (1, 0),
    "crossref in a ring of 5,000": (5_000, 0),
    "a field of 5 MB": (1, 0),
    "a macro that doubles itself 40 times": (1, 3),
    "5,000 entries without closing brace": (5_000, 0),
    "8,000 times the same key": (8_000, 0),
    "8,000 fields in an entry": (1, 0),
    "20,000 uses of a long macro": (1, 0),
    "50,000 entries that do not end": (0, 50_000),
    "200,000 accents without a letter": (1, 0),
    "8,000 undefined macros in an entry": (1, 0),
    "100,000 times and": (1, 0),
    "1,000,000 {": (0, 1),
    '1,000,000 "': (0, 1),
    "16,000 times @article{": (0, 16_000),
    "16,000 times @article{ in a line": (0, 1),
    "a null byte": (51, 1),
    "200,000 [ of JSON": (0, 0),
    "one item of 5,000,000 brackets": (0, 1),
    "an integer of 1,000,000 digits": (1, 0),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_document_is_read_within_small_limits(name):
    items, summary = read(data_of(name), limits=Limits(max_seconds=20, max_memory_mb=320))
    assert (summary.entries, summary.problems) == HOSTILE[name]
    assert summary.unaccounted == 0
    assert all(len(item.text) <= 20_000 for item in items if isinstance(item, Problem))
