"""Papers, lists and what belongs to them."""

from __future__ import annotations

import factory

from catalog import search
from catalog.models import (
    AlternativeTitle,
    Author,
    Authorship,
    Entry,
    Note,
    Paper,
    PaperLink,
    PaperList,
    Section,
    Topic,
    Venue,
)
from catalog.titles import slug_for, title_key


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic
        django_get_or_create = ("kind", "slug")

    kind = "category"
    slug = factory.Sequence(lambda n: f"topic-{n}")
    name_en = factory.LazyAttribute(lambda topic: topic.slug.replace("-", " ").capitalize())


class VenueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Venue
        django_get_or_create = ("slug",)

    name = "EMNLP"
    slug = factory.LazyAttribute(lambda venue: slug_for(venue.name))


class PaperFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Paper
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Paper number {n}")
    short_name = ""
    slug = factory.LazyAttribute(lambda paper: slug_for(paper.title, paper.short_name))
    title_key = factory.LazyAttribute(lambda paper: title_key(paper.title))
    year = 2020


class PaperListFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PaperList

    slug = factory.Sequence(lambda n: f"list-{n}")
    name_en = factory.LazyAttribute(lambda paper_list: paper_list.slug.capitalize())


class SectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Section

    paper_list = factory.SubFactory(PaperListFactory)
    position = factory.Sequence(lambda n: n)
    name_en = factory.Sequence(lambda n: f"Section {n}")


def paper_with(*, authors=(), notes=(), topics=(), links=(), titles=(), venue: str = "", sections=(), **facts) -> Paper:
    """A paper with what belongs to it, findable. `notes` are (language, body), `links` (label, url)."""
    paper = PaperFactory(venue=VenueFactory(name=venue) if venue else None, **facts)
    for position, name in enumerate(authors):
        author, _ = Author.objects.get_or_create(key=name.lower(), defaults={"name": name})
        Authorship.objects.create(paper=paper, author=author, position=position)
    for language, body in notes:
        Note.objects.create(paper=paper, language=language, body=body)
    for position, (label, url) in enumerate(links):
        PaperLink.objects.create(paper=paper, label=label, url=url, position=position)
    for title in titles:
        AlternativeTitle.objects.create(paper=paper, title=title, title_key=title_key(title))
    for section in sections:
        Entry.objects.create(section=section, paper=paper, position=section.entries.count() + 1)
    paper.topics.set(topics)
    search.reindex([paper.pk])
    return paper


def full_papers(count: int, section: Section | None = None) -> list[Paper]:
    """Papers that carry everything a page can show."""
    category, tag = TopicFactory(slug="compression"), TopicFactory(kind="tag", slug="pruning")
    return [
        paper_with(
            title=f"Full paper {number:03d}",
            short_name=f"Full{number}",
            authors=[f"Ada {number}", f"Bob {number}", "Cy", "Dee", "Eve"],
            notes=[("en", "One sentence."), ("zh", "一句话。")],
            links=[("pdf", f"https://example.org/{number}.pdf")],
            titles=[f"Full paper {number:03d}, the preprint"],
            topics=[category, tag],
            venue="EMNLP",
            sections=[section] if section else [],
        )
        for number in range(count)
    ]
