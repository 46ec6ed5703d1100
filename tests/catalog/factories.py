"""Rows for tests: valid by themselves, each different from the last."""

import factory

from catalog.models import Author, Authorship, Entry, Note, Paper, PaperLink, PaperList, Section, Topic, Venue
from catalog.titles import slug_for, title_key


class AuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Author
        django_get_or_create = ("key",)

    name = factory.Sequence(lambda n: f"Ada Writer{n}")
    key = factory.LazyAttribute(lambda author: title_key(author.name))


class VenueFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Venue
        django_get_or_create = ("slug",)

    name = "ACL"
    slug = factory.LazyAttribute(lambda venue: slug_for(venue.name))


class PaperFactory(factory.django.DjangoModelFactory):
    """`authors=["A B", ..]`, `links={url: label}` and `venue_name="EMNLP"` make the related rows."""

    class Meta:
        model = Paper
        skip_postgeneration_save = True
        exclude = ("venue_name",)

    venue_name = ""
    title = factory.Sequence(lambda n: f"Small Models Learn Well: Part {n}")
    title_key = factory.LazyAttribute(lambda paper: title_key(paper.title))
    slug = factory.LazyAttribute(lambda paper: slug_for(paper.title))
    venue = factory.LazyAttribute(lambda paper: VenueFactory(name=paper.venue_name) if paper.venue_name else None)

    @factory.post_generation
    def authors(self, create, names, **kwargs):
        for position, name in enumerate(names or [], 1):
            Authorship.objects.create(paper=self, author=AuthorFactory(name=name), position=position)

    @factory.post_generation
    def links(self, create, links, **kwargs):
        for position, (url, label) in enumerate((links or {}).items(), 1):
            PaperLink.objects.create(paper=self, url=url, label=label, position=position)


class TopicFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Topic

    kind = Topic.Kind.TAG
    name_en = factory.Sequence(lambda n: f"topic {n}")
    slug = factory.LazyAttribute(lambda topic: slug_for(topic.name_en))


class NoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Note

    paper = factory.SubFactory(PaperFactory)
    language = Note.Language.ENGLISH
    body = "A remark."


class PaperListFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PaperList

    name_en = factory.Sequence(lambda n: f"Reading list {n}")
    slug = factory.LazyAttribute(lambda paper_list: slug_for(paper_list.name_en))
    position = factory.Sequence(lambda n: n)


class SectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Section

    paper_list = factory.SubFactory(PaperListFactory)
    name_en = factory.Sequence(lambda n: f"Section {n}")
    position = factory.Sequence(lambda n: n + 1)


class EntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Entry

    section = factory.SubFactory(SectionFactory)
    paper = factory.SubFactory(PaperFactory)
    position = factory.Sequence(lambda n: n + 1)
