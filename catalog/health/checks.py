"""The checks of the catalogue's health, in the order of the page."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length, Lower, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.health.findings import Check, Finding
from catalog.models import Author, Authorship, Note, Paper, PaperLink, Section, Topic
from catalog.pages.profiles import author_url

_SHOUTED = 9  # characters from which capitals are no abbreviation
_TRACKING = ("utm_", "fbclid=", "gclid=", "mc_cid=")
_HAN = r"[\u3400-\u9fff]"  # a Chinese name is written without a blank


# --- papers -----------------------------------------------------------------------------------------------------------
def _papers(*conditions: Q | Exists, **facts) -> QuerySet:
    return Paper.objects.filter(*conditions, **facts).only("slug", "title").order_by("title_key", "pk")


def _told_paper(at: str, *, odd_title: bool = False):
    def told(paper: Paper) -> Finding:
        mend = f"{reverse('catalog:paper_edit', args=[paper.slug])}#{at}"
        return Finding(paper.title, paper.get_absolute_url(), mend, repr_of(paper.title) if odd_title else "")

    return told


def repr_of(text: str) -> str:
    """Blanks made visible where a reader would not see them."""
    visible = text.replace("  ", "␣␣")
    return visible if visible == visible.strip() else f"␣{visible.strip()}␣"


def _without(model, **condition) -> QuerySet:
    return _papers(~Exists(model.objects.filter(paper=OuterRef("pk"), **condition)))


def _without_category() -> QuerySet:
    carrying = Paper.topics.through.objects.filter(topic__in=Topic.objects.categories().order_by().values("pk"))
    return _papers(~Q(pk__in=carrying.values("paper")))


def _untranslated(language: str) -> QuerySet:
    notes = Note.objects.filter(paper=OuterRef("pk"))
    return _papers(Exists(notes), ~Exists(notes.filter(language=language)))


def _told_translation(language: str):
    def told(paper: Paper) -> Finding:
        mend = f"{reverse('catalog:note_new', args=[paper.slug])}?language={language}"
        return Finding(paper.title, paper.get_absolute_url(), mend)

    return told


def _told_new_note(paper: Paper) -> Finding:
    return Finding(paper.title, paper.get_absolute_url(), reverse("catalog:note_new", args=[paper.slug]))


def _shouted(rows: QuerySet, name: str) -> QuerySet:
    """All in capitals, of a script that has them."""
    return rows.annotate(size=Length(name)).filter(~Q(**{name: Lower(name)}), size__gte=_SHOUTED, **{name: Upper(name)})


PAPER_CHECKS = [
    Check(
        "no-year", "facts", _("No year"), _("Look at the paper, or at its preprint."),
        lambda: _papers(year=None), _told_paper("id_year"), _("a year"),
    ),
    Check(
        "no-venue", "facts", _("No venue"), _("arXiv is a venue too."),
        lambda: _papers(venue=None), _told_paper("id_venue"), _("a venue"),
    ),
    Check(
        "no-authors", "facts", _("No authors"), _("In the order of the title page."),
        lambda: _without(Authorship), _told_paper("id_authors"), _("authors"),
    ),
    Check(
        "no-identifier", "facts", _("No identifier"), _("An arXiv id, a DOI or an ACL id tells works apart for good."),
        lambda: _papers(doi="", arxiv="", acl=""), _told_paper("id_arxiv"), _("an identifier"),
    ),
    Check(
        "no-category", "notes", _("No category"), _("Without one a paper is found by its words alone."),
        _without_category, _told_paper("categories"), _("a category"),
    ),
    Check(
        "no-note", "notes", _("No note"), _("One sentence on why it matters is worth having."),
        lambda: _without(Note), _told_new_note, _("a note"),
    ),
    Check(
        "no-chinese-note", "notes", _("Notes in English alone"), _("Write it in Chinese beside the English one."),
        lambda: _untranslated("zh"), _told_translation("zh"),
    ),
    Check(
        "no-english-note", "notes", _("Notes in Chinese alone"), _("Write it in English beside the Chinese one."),
        lambda: _untranslated("en"), _told_translation("en"),
    ),
    Check(
        "shouted-title", "titles", _("All in capitals"), _("Write it as the title page does, without its typeface."),
        lambda: _shouted(_papers(), "title"), _told_paper("id_title"),
    ),
    Check(
        "title-with-dot", "titles", _("A full stop at the end"), _("A reference puts one there; the title has none."),
        lambda: _papers(Q(title__endswith=".") & ~Q(title__endswith="..")), _told_paper("id_title"),
    ),
    Check(
        "title-with-latex", "titles", _("LaTeX left over"), _("Write the letters themselves."),
        lambda: _papers(Q(title__contains="\\") | Q(title__contains="{") | Q(title__contains="}")),
        _told_paper("id_title"),
    ),
    Check(
        "title-with-blanks", "titles", _("Blanks doubled or at an end"), _("Saving the form mends them."),
        lambda: _papers(Q(title__contains="  ") | Q(title__startswith=" ") | Q(title__endswith=" ")),
        _told_paper("id_title", odd_title=True),
    ),
]  # fmt: skip


# --- authors ----------------------------------------------------------------------------------------------------------
def _authors(*conditions: Q) -> QuerySet:
    return Author.objects.filter(*conditions).order_by("name", "pk")


def _told_author(author: Author) -> Finding:
    address = author_url(author)
    return Finding(author.name, address, f"{address}edit/#id_name")


def _single_words() -> QuerySet:
    return _authors(~Q(name__contains=" "), ~Q(name__regex=_HAN))


def _with_digits() -> QuerySet:
    """Ten plain comparisons take a third of one expression's time on SQLite, which asks Python for those."""
    found = Q()
    for digit in "0123456789":
        found |= Q(name__contains=digit)
    return _authors(found)


AUTHOR_CHECKS = [
    Check(
        "single-word-author", "authors", _("A single word"),
        _("A family name alone, or a group: leave a group as it is."),
        _single_words, _told_author,
    ),
    Check(
        "several-in-one-author", "authors", _("Several people in one name"),
        _("Give each a line in the papers' forms."),
        lambda: _authors(Q(name__contains=" and ") | Q(name__contains=";") | Q(name__icontains="et al")), _told_author,
    ),
    Check(
        "author-with-digits", "authors", _("Digits in a name"), _("A footnote's mark, or a number of DBLP."),
        _with_digits, _told_author,
    ),
    Check(
        "shouted-author", "authors", _("All in capitals"), _("Write the name as its bearer does."),
        lambda: _shouted(_authors(Q(name__contains=" ")), "name"), _told_author,
    ),
]  # fmt: skip


# --- links ------------------------------------------------------------------------------------------------------------
def _links(*conditions: Q) -> QuerySet:
    links = PaperLink.objects.filter(*conditions).select_related("paper").order_by("url", "pk")
    return links.only("url", "label", "paper__slug", "paper__title")


def _told_link(link: PaperLink) -> Finding:
    mend = f"{reverse('catalog:paper_edit', args=[link.paper.slug])}#links"
    return Finding(link.paper.title, link.paper.get_absolute_url(), mend, link.url)


def _no_address() -> Q:
    return ~Q(url__startswith="http://") & ~Q(url__startswith="https://") | Q(url__contains=" ") | ~Q(url__contains=".")


def _tracked() -> Q:
    tracked = Q()
    for mark in _TRACKING:
        tracked |= Q(url__contains=mark)
    return tracked


def _shared() -> QuerySet:
    often = PaperLink.objects.order_by().values("url").annotate(papers=Count("pk")).filter(papers__gt=1)
    return _links(Q(url__in=often.values("url")))


LINK_CHECKS = [
    Check(
        "odd-link", "links", _("Not the form of an address"), _("It begins with https:// and holds no blank."),
        lambda: _links(_no_address()), _told_link,
    ),
    Check(
        "plain-http-link", "links", _("http:, not https:"), _("Most hosts answer to https: try it."),
        lambda: _links(Q(url__startswith="http://")), _told_link,
    ),
    Check(
        "tracked-link", "links", _("Parameters that track readers"), _("Cut what follows the question mark."),
        lambda: _links(_tracked()), _told_link,
    ),
    Check(
        "arxiv-pdf-link", "links", _("An arXiv PDF, not its page"),
        _("The page leads to every version: /abs/, not /pdf/."),
        lambda: _links(Q(url__contains="arxiv.org/pdf/")), _told_link,
    ),
    Check(
        "shared-link", "links", _("One address on several papers"),
        _("A collection's page, a wrong link, or one paper twice."),
        _shared, _told_link,
    ),
    Check(
        "nameless-link", "links", _("No name, or its address for a name"), _("pdf, code, slides, talk, …"),
        lambda: _links(Q(label="") | Q(label__startswith="http")), _told_link,
    ),
]  # fmt: skip


# --- lists ------------------------------------------------------------------------------------------------------------
def _empty_sections() -> QuerySet:
    empty = Section.objects.filter(entries=None, children=None).select_related("paper_list")
    return empty.order_by("paper_list__position", "paper_list_id", "position")


def _told_section(section: Section) -> Finding:
    mend = f"{reverse('catalog:list_edit', args=[section.paper_list.slug])}#s{section.pk}"
    return Finding(section.paper_list.name, section.paper_list.get_absolute_url(), mend, section.name)


LIST_CHECKS = [
    Check(
        "empty-section", "lists", _("Sections with nothing in them"), _("Fill them or remove them."),
        _empty_sections, _told_section,
    ),
]  # fmt: skip

CHECKS = [*PAPER_CHECKS, *AUTHOR_CHECKS, *LINK_CHECKS, *LIST_CHECKS]
