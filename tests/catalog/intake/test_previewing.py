"""A document given: read apart, into items; no paper is written."""

import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from catalog.importers.bounded import ReadingStopped
from catalog.intake import previewing
from catalog.intake.reading import ImportRefused
from catalog.models import Author, Import, ImportItem, Paper
from tests.catalog.factories import PaperFactory
from tests.catalog.intake.giving import BROKEN, TWO, give, items_of, verdicts

pytestmark = pytest.mark.django_db
LONG = "Well Read Students Learn Better Than Others Do"


@pytest.fixture
def large(settings):
    """Every document is too large to be read at once."""
    settings.IMPORT_AT_ONCE_BYTES = 0


@pytest.fixture
def sent(monkeypatch):
    ids = []
    monkeypatch.setattr(previewing, "send", lambda import_: ids.append(import_.pk) or True)
    return ids


def test_nothing_is_written_before_accept():
    import_ = give()
    assert (import_.state, verdicts(import_)) == ("preview", ["new", "new"])
    assert (Paper.objects.count(), Author.objects.count()) == (0, 0)


def test_preview_says_of_each_entry_what_it_is():
    paper = PaperFactory(title="Second Work", arxiv="1901.00001")
    items = items_of(give(TWO + BROKEN + b"@misc{d, title={First work}}\n"))
    assert [(item.verdict, item.line, item.paper) for item in items] == [
        ("new", 1, None), ("here", 2, paper), ("problem", 3, None), ("here", 6, None),
    ]  # fmt: skip
    assert items[3].message == "The same work stands above, in line 1."
    assert items[2].text.startswith("@misc{c")


def test_work_that_stands_in_an_earlier_batch_is_found(monkeypatch):
    between = b"".join(b"@misc{x%d, title={Filler %d}}\n" % (n, n) for n in range(600))  # a batch is 500
    import_ = give(TWO + between + b"@misc{again, title={First work}}\n")
    last = import_.items.last()
    assert (last.verdict, last.message) == ("here", "The same work stands above, in line 1.")


def test_preview_says_what_an_entry_would_add():
    PaperFactory(title="First Work", authors=["Ann Lee"], year=2019, arxiv="1901.00009")
    item = items_of(give(b"@misc{key, title={First Work}, year={2018}, doi={10.1000/x}}"))[0]
    assert {gain["fact"]: gain["now"] for gain in item.gains} == {
        "doi": "10.1000/x", "links": "https://doi.org/10.1000/x", "bibtex": "key",
    }  # fmt: skip
    assert [difference["given"] for difference in item.differences] == ["2018"]


@pytest.mark.parametrize(
    ("here", "given", "reason"),
    [
        ({"title": LONG, "arxiv": "1908.08962"}, f"title={{{LONG}}}, eprint={{1908.00001}}", "arxiv"),
        ({"title": LONG, "authors": ["Ann Lee"]}, f"title={{{LONG}}}, author={{Bob Ray}}", "people"),
        (
            {"title": LONG, "authors": ["Ann Lee"], "year": 2005},
            f"title={{{LONG}}}, author={{Ann Lee}}, year=2019",
            "years",
        ),
        (
            {"title": LONG, "authors": ["Ann Lee"], "doi": "10.1000/x"},
            "title={Else}, author={Ray}, doi={10.1000/x}",
            "identifier",
        ),
        (
            {"title": "TinyBERT", "authors": ["Ann Lee"], "year": 2019, "block_key": "lee|tinybe"},
            "title={TinyBERT: Distilling BERT for Understanding}, author={Lee, Ann}, year=2020",
            "title",
        ),
    ],
)
def test_pair_that_may_be_one_work_is_doubtful_with_its_reason(here, given, reason):
    paper = PaperFactory(**here)
    item = items_of(give(b"@misc{a, %s}" % given.encode()))[0]
    assert (item.verdict, item.candidates) == ("doubtful", [{"paper": paper.pk, "line": 0, "reason": reason}])


@pytest.mark.parametrize(
    "given",
    [
        "title={Editorial}, author={Bob Ray}, year=2019",
        "title={Learning Words: Part II}, author={Ann Lee}, year=2019",
        "title={Quite Another Work}, author={Ann Lee}, year=2019",
    ],
)
def test_works_that_only_look_alike_are_not_asked_about(given):
    PaperFactory(title="Editorial", authors=["Ann Lee"], year=2019)
    PaperFactory(title="Learning Words: Part I", authors=["Ann Lee"], year=2019, block_key="lee|learni")
    assert verdicts(give(b"@misc{a, %s}" % given.encode())) == ["new"]


def test_doubtful_pair_within_one_document_names_the_line_above():
    text = "".join(f"@misc{{key, title={{{LONG}}}, author={{{name}}}}}\n" for name in ("Ann Lee", "Bob Ray"))
    assert items_of(give(text.encode()))[1].candidates == [{"paper": None, "line": 1, "reason": "people"}]


def test_document_is_kept_byte_for_byte():
    data = "@misc{a, title={Caf\xe9}}".encode("latin-1")
    assert give(data).document.read() == data


def test_every_character_is_accounted_for():
    summary = give(TWO + BROKEN + b"stray\n").summary
    assert sum(summary["lengths"].values()) == summary["characters"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n ", "No entry"),
        (b"\x89PNG\x00\x00", "no text"),
        (b"hello there", "No entry"),
        (b"x" * 2_000, "at most 1000"),
    ],
)
def test_unusable_documents_are_refused_and_nothing_is_kept(settings, data, says):
    settings.IMPORT_MAX_BYTES = 1_000
    with pytest.raises(ImportRefused, match=says):
        give(data)
    assert (Import.objects.count(), list(settings.MEDIA_ROOT.rglob("*.bib"))) == (0, [])


# --- in the background -------------------------------------------------------------------------------------------


def test_large_document_is_sent_on_commit_and_not_read_at_once(large, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        import_ = give()
    assert (import_.state, sent, verdicts(import_)) == ("waiting", [], [])
    callbacks[0]()
    assert sent == [import_.pk]


def test_second_delivery_of_a_reading_changes_nothing(large):
    import_ = give()
    previewing.preview(import_id=import_.pk)
    before = list(import_.items.values_list("pk", flat=True))
    previewing.preview(import_id=import_.pk)
    assert list(import_.items.values_list("pk", flat=True)) == before != []


def test_reading_that_was_interrupted_begins_anew(large):
    import_ = give()
    ImportItem.objects.create(source=import_, number=1, verdict="new", title="of the dead reader")
    previewing.preview(import_id=import_.pk)
    assert [item.title for item in items_of(import_)] == ["First Work", "Second Work"]


def test_waiting_import_is_cancelled_at_once(large):
    import_ = give()
    previewing.request_cancel(import_=import_)
    previewing.preview(import_id=import_.pk)
    import_.refresh_from_db()
    assert (import_.state, verdicts(import_)) == ("cancelled", [])


def test_reading_stops_when_it_is_cancelled(large, monkeypatch):
    import_ = give()

    def read_and_cancel(*args, **options):
        Import.objects.update(cancel_requested_at=timezone.now())
        yield from previewing_read(*args, **options)

    previewing_read = previewing.read
    monkeypatch.setattr(previewing, "read", read_and_cancel)
    previewing.preview(import_id=import_.pk)
    import_.refresh_from_db()
    assert (import_.state, verdicts(import_)) == ("cancelled", [])


def test_reading_that_lost_its_claim_writes_no_more(large, monkeypatch):
    import_ = give()

    def read_while_another_claims(*args, **options):
        Import.objects.update(lease=uuid.uuid4())
        yield from previewing_read(*args, **options)

    previewing_read = previewing.read
    monkeypatch.setattr(previewing, "read", read_while_another_claims)
    previewing.preview(import_id=import_.pk)
    import_.refresh_from_db()
    assert (import_.state, verdicts(import_)) == ("reading", [])


def test_document_that_stops_its_reader_says_why_and_can_be_read_again(large, monkeypatch, sent):
    def stop(*args, **options):
        raise ReadingStopped("time", "Reading took longer than 60 seconds and was stopped.")
        yield

    import_ = give()
    monkeypatch.setattr(previewing, "read", stop)
    previewing.preview(import_id=import_.pk)
    import_.refresh_from_db()
    assert (import_.state, import_.message) == ("failed", "Reading took longer than 60 seconds and was stopped.")
    monkeypatch.undo()
    previewing.read_again(import_=import_)
    previewing.preview(import_id=import_.pk)
    assert verdicts(import_) == ["new", "new"]


def test_sweep_sends_what_nobody_took_and_what_fell_silent(large, sent, settings):
    waiting, silent, fresh, beating = (give() for _ in range(4))
    long_ago = timezone.now() - timedelta(seconds=settings.IMPORT_LEASE_S + 5)
    Import.objects.filter(pk=waiting.pk).update(sent_at=long_ago)
    Import.objects.filter(pk=silent.pk).update(state="reading", beat_at=long_ago, created_at=long_ago)
    Import.objects.filter(pk=fresh.pk).update(sent_at=timezone.now())
    Import.objects.filter(pk=beating.pk).update(state="reading", beat_at=timezone.now())
    assert previewing.sweep() == 2
    assert set(sent) == {waiting.pk, silent.pk}


def test_import_waits_where_the_broker_is_away(large, settings, monkeypatch):
    from kombu.exceptions import OperationalError

    from catalog import tasks

    def away(*args, **options):
        raise OperationalError

    monkeypatch.setattr(tasks.preview_import, "apply_async", away)
    import_ = give()
    assert previewing.send(import_) is False
    import_.refresh_from_db()
    assert (import_.state, import_.sent_at) == ("waiting", None)


def test_sweep_does_not_wait_for_an_import_that_is_being_written(large, sent, monkeypatch):
    def locked(*args, **options):
        raise OperationalError("database is locked")

    import_ = give()
    long_ago = timezone.now() - timedelta(hours=1)
    Import.objects.filter(pk=import_.pk).update(state="accepting", sent_at=long_ago)
    del sent[:]
    monkeypatch.setattr(previewing.transaction, "atomic", locked)
    assert (previewing.sweep(), sent) == (0, [])
