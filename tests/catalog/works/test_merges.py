"""Two papers become one, and two again: nothing is lost on either way."""

import pytest

from catalog.history.restoring import undo_changeset
from catalog.models import Change, ChangeSet, Entry, FormerAddress, Note, Paper, PaperVersion, Reading, Verdict
from catalog.works.merges import PaperGone, SamePaper, merge_papers
from demos.models import Run
from tests.catalog.factories import EntryFactory, NoteFactory, PaperFactory, SectionFactory, TopicFactory
from tests.catalog.history.dump import dump_of_rows
from tests.catalog.stock import full_papers

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    return PaperFactory(
        title="Small Models Learn", slug="published", authors=["Ada Lee", "Bo Chen"], venue_name="ACL", year=2020,
        acl="2020.acl-main.1", bibtex_fields={"title": "Small Models Learn"}, bibtex_raw="@inproceedings{p}",
    )  # fmt: skip


@pytest.fixture
def preprint():
    return PaperFactory(
        title="Small Models Learn Well", slug="preprint", authors=["A. Lee"], venue_name="arXiv", year=2019,
        arxiv="1901.00001", short_name="SmallBERT", bibtex_fields={"title": "x"}, bibtex_raw="@misc{q}",
        links={"https://example.org/code": "code"},
    )  # fmt: skip


def test_the_published_citation_leads_whichever_paper_is_kept(published, preprint):
    merge_papers(kept=preprint, other=published, actor=None)
    paper = Paper.objects.get()
    assert (paper.slug, paper.title, paper.venue.name, paper.year) == ("preprint", "Small Models Learn", "ACL", 2020)
    assert [row.author.name for row in paper.authorships.all()] == ["Ada Lee", "Bo Chen"]
    assert paper.bibtex_raw == "@inproceedings{p}"


def test_the_citation_that_does_not_lead_stays_as_a_version(published, preprint):
    merge_papers(kept=published, other=preprint, actor=None)
    version = PaperVersion.objects.get()
    assert (version.title, version.venue, version.year) == ("Small Models Learn Well", "arXiv", 2019)
    assert (version.authors, version.arxiv, version.bibtex_raw) == (["A. Lee"], "1901.00001", "@misc{q}")


def test_blanks_are_filled_from_the_other(published, preprint):
    merge_papers(kept=published, other=preprint, actor=None)
    paper = Paper.objects.get()
    assert (paper.short_name, paper.arxiv, paper.acl) == ("SmallBERT", "1901.00001", "2020.acl-main.1")
    assert paper.links.get().url == "https://example.org/code"
    assert paper.alternative_titles.get().title == "Small Models Learn Well"


def test_an_entry_is_taken_over_where_both_cite_the_same_kind_of_thing(published):
    other = PaperFactory(venue_name="EMNLP", bibtex_fields={"title": "y"}, bibtex_raw="@inproceedings{r}")
    Paper.objects.filter(pk=published.pk).update(bibtex_fields={}, bibtex_raw="")
    merge_papers(kept=published, other=other, actor=None)
    assert Paper.objects.get().bibtex_raw == "@inproceedings{r}"


def test_the_entry_of_a_preprint_is_not_put_on_the_publication(published, preprint):
    Paper.objects.filter(pk=published.pk).update(bibtex_fields={}, bibtex_raw="")
    merge_papers(kept=published, other=preprint, actor=None)
    assert (Paper.objects.get().bibtex_raw, PaperVersion.objects.get().bibtex_raw) == ("", "@misc{q}")


def test_the_doi_of_the_publication_beats_the_one_that_arxiv_gives(published, preprint):
    Paper.objects.filter(pk=published.pk).update(doi="10.48550/arxiv.1901.00001")
    Paper.objects.filter(pk=preprint.pk).update(doi="10.18653/v1/2020.acl-main.1")
    merge_papers(kept=published, other=preprint, actor=None)
    assert Paper.objects.get().doi == "10.18653/v1/2020.acl-main.1"


def test_topics_are_united(published, preprint):
    shared, mine, theirs = TopicFactory(), TopicFactory(), TopicFactory()
    published.topics.add(shared, mine)
    preprint.topics.add(shared, theirs)
    merge_papers(kept=published, other=preprint, actor=None)
    assert set(published.topics.all()) == {shared, mine, theirs}


def test_merge_keeps_both_notes_and_says_the_same_once(published, preprint):
    NoteFactory(paper=published, body="The same.")
    NoteFactory(paper=preprint, body="The same. ")
    other = NoteFactory(paper=preprint, body="Another.")
    merge_papers(kept=published, other=preprint, actor=None)
    assert set(published.notes.values_list("body", flat=True)) == {"The same.", "Another."}
    assert Note.objects.get(body="Another.").pk == other.pk


def test_the_paper_stands_once_in_a_list_that_had_both(published, preprint):
    both, only = SectionFactory(), SectionFactory()
    EntryFactory(section=both, paper=published)
    EntryFactory(section=both, paper=preprint)
    EntryFactory(section=only, paper=preprint)
    merge_papers(kept=published, other=preprint, actor=None)
    assert set(Entry.objects.values_list("section", "paper")) == {(both.pk, published.pk), (only.pk, published.pk)}


def test_of_one_readers_two_readings_the_further_status_and_both_notes_stay(published, preprint, django_user_model):
    reader = django_user_model.objects.create_user("reader")
    published.readings.create(user=reader, status="to_read", note="first")
    preprint.readings.create(user=reader, status="read", note="second")
    preprint.readings.create(user=None, status="reading")
    merge_papers(kept=published, other=preprint, actor=None)
    assert set(Reading.objects.values_list("paper", "user", "status", "note")) == {
        (published.pk, reader.pk, "read", "first\n\nsecond"),
        (published.pk, None, "reading", ""),
    }


def test_runs_follow_the_paper(published, preprint):
    Run.objects.create(method="m", preset="smoke", data="toy", paper=preprint)
    merge_papers(kept=published, other=preprint, actor=None)
    assert Run.objects.get().paper == published


def test_verdicts_on_the_other_hold_of_the_kept_one(published, preprint):
    third = PaperFactory()
    Verdict.objects.create(first=published, second=preprint, kind="versions")
    Verdict.objects.create(first=preprint, second=third, kind="different")
    merge_papers(kept=published, other=preprint, actor=None)
    assert [(row.first, row.second, row.kind) for row in Verdict.objects.all()] == [(published, third, "different")]


def test_the_old_addresses_lead_to_the_kept_paper(published, preprint):
    preprint.former_addresses.create(slug="older-still")
    merge_papers(kept=published, other=preprint, actor=None)
    assert set(FormerAddress.objects.values_list("slug", "paper")) == {
        ("preprint", published.pk),
        ("older-still", published.pk),
    }


def test_the_kept_paper_is_found_by_the_words_of_both(published, preprint):
    merge_papers(kept=published, other=preprint, actor=None)
    assert Paper.objects.search("SmallBERT").get() == published
    assert Paper.objects.search("Bo Chen").get() == published


def test_a_merge_is_one_step_in_the_history_of_the_kept_paper(published, preprint, django_user_model):
    editor = django_user_model.objects.create_user("editor")
    step = merge_papers(kept=published, other=preprint, actor=editor)
    assert (step.kind, step.actor) == (ChangeSet.Kind.MERGE, editor)
    assert set(published.changes.values_list("changeset", "target_id")) == {
        (step.pk, published.pk),
        (step.pk, preprint.pk),
    }


def test_a_paper_is_not_merged_with_itself(published):
    with pytest.raises(SamePaper):
        merge_papers(kept=published, other=published, actor=None)
    assert not ChangeSet.objects.exists()


def test_a_pair_is_merged_once(published, preprint):
    merge_papers(kept=published, other=preprint, actor=None)
    with pytest.raises(PaperGone):
        merge_papers(kept=published, other=preprint, actor=None)
    assert ChangeSet.objects.count() == 1


@pytest.fixture
def entangled(published, preprint, django_user_model):
    """Two papers with everything that can hang on a paper, and a third that stands between."""
    reader = django_user_model.objects.create_user("reader")
    third = full_papers(1)[0]
    section, other_section = SectionFactory(position=1), SectionFactory(position=2)
    for position, paper in enumerate((published, third, preprint), 1):
        EntryFactory(section=section, paper=paper, position=position)
    EntryFactory(section=other_section, paper=preprint, position=1)
    for paper, status in ((published, "to_read"), (preprint, "read")):
        NoteFactory(paper=paper, body="The same.")
        NoteFactory(paper=paper, body=f"Of {paper.slug}.")
        paper.readings.create(user=reader, status=status, note=status)
        paper.topics.add(TopicFactory())
        paper.former_addresses.create(slug=f"was-{paper.slug}")
        paper.versions.create(title="A draft", venue="workshop", authors=["A"], bibtex_fields={"note": "1"})
        Run.objects.create(method="m", preset="smoke", data="toy", paper=paper)
    Verdict.objects.create(first=published, second=preprint, kind="versions")
    Verdict.objects.create(first=preprint, second=third, kind="different", actor=reader)
    return published, preprint


@pytest.mark.parametrize("swap", [False, True])
def test_a_merge_taken_back_leaves_the_database_as_it_was(entangled, swap):
    kept, other = reversed(entangled) if swap else entangled
    before = dump_of_rows()
    step = merge_papers(kept=kept, other=other, actor=None)
    assert Paper.objects.filter(pk=other.pk).count() == 0
    undo_changeset(changeset=step, actor=None)
    assert dump_of_rows() == before


def test_a_split_taken_back_is_the_merge_again(entangled):
    kept, other = entangled
    step = merge_papers(kept=kept, other=other, actor=None)
    merged = dump_of_rows()
    undo_changeset(changeset=undo_changeset(changeset=step, actor=None), actor=None)
    assert dump_of_rows() == merged


def test_a_split_leaves_what_was_written_after_the_merge(entangled):
    kept, other = entangled
    step = merge_papers(kept=kept, other=other, actor=None)
    NoteFactory(paper=kept, body="Written later.")
    late = EntryFactory(section=kept.entries.first().section, position=9)
    undo_changeset(changeset=step, actor=None)
    assert kept.notes.filter(body="Written later.").exists()
    assert Entry.objects.filter(pk=late.pk).exists()
    assert other.entries.count() == 2


def test_after_a_split_each_paper_has_its_own_history(entangled):
    kept, other = entangled
    undo_changeset(changeset=merge_papers(kept=kept, other=other, actor=None), actor=None)
    assert set(Change.objects.filter(target="paper").values_list("target_id", "paper")) == {
        (kept.pk, kept.pk),
        (other.pk, other.pk),
    }
