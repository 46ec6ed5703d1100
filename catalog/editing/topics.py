"""Writes to tags and categories. An address stays as it was first made: names change, slugs do not.

A tag is removed by `catalog.history.removing.remove`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from catalog.history.recording import Recorder, recorded
from catalog.history.removing import follow
from catalog.models import ChangeSet, Paper, Topic
from catalog.titles import slug_for, title_key

SLUG_MAX_LENGTH = 80
BILINGUAL = ("name_en", "name_zh", "description_en", "description_zh")


@dataclass(frozen=True)
class NewTag:
    """A tag by either of its names. Where there is none yet, it is made of both."""

    name_en: str
    name_zh: str = ""


@dataclass
class NameTaken(Exception):
    """Another tag (or category) has this name, in either language."""

    topic: Topic


def topics_named(tags: Iterable[NewTag], *, recorder: Recorder) -> list[Topic]:
    """The tags of these names, those that were not there made. To be called inside `recorded`."""
    by_name = _by_name(Topic.objects.tags())
    found: dict[int, Topic] = {}
    for tag in tags:
        names = [title_key(name) for name in (tag.name_en, tag.name_zh) if name]
        topic = next((by_name[name] for name in names if name in by_name), None)
        if topic is None:
            topic = Topic.objects.create(
                kind=Topic.Kind.TAG, slug=free_slug(tag.name_en), name_en=tag.name_en, name_zh=tag.name_zh
            )
            recorder.created(topic)
            by_name |= dict.fromkeys(names, topic)
        found[topic.pk] = topic
    return list(found.values())


def _by_name(topics: QuerySet) -> dict[str, Topic]:
    return {title_key(name): topic for topic in topics for name in (topic.slug, topic.name_zh, topic.name_en) if name}


def free_slug(name: str) -> str:
    base = slug_for(name)[: SLUG_MAX_LENGTH - 9].rstrip("-")
    taken = Topic.objects.tags().filter(slug__startswith=base).values_list("slug", flat=True)
    return base if base not in set(taken) else f"{base}-{uuid.uuid4().hex[:8]}"


def create_tag(*, name_en: str, name_zh: str = "", actor, **descriptions: str) -> Topic:
    """Raises NameTaken."""
    with recorded(actor=actor) as recorder:
        _refuse_taken(Topic.objects.tags(), name_en, name_zh)
        tag = Topic.objects.create(
            kind=Topic.Kind.TAG, slug=free_slug(name_en), name_en=name_en, name_zh=name_zh, **descriptions
        )
        recorder.created(tag)
    return tag


def change_topic(*, topic: Topic, actor, summary: str = "", **words: str) -> Topic:
    """Writes names and descriptions (of `BILINGUAL`). Raises NameTaken."""
    with recorded(topic, actor=actor, summary=summary):
        others = Topic.objects.filter(kind=topic.kind).exclude(pk=topic.pk)
        _refuse_taken(others, words["name_en"], words["name_zh"])
        for name in BILINGUAL:
            setattr(topic, name, words[name])
        topic.save(update_fields=BILINGUAL)
        follow(topic.papers.values_list("pk", flat=True))
    return topic


def merge_tags(*, tag: Topic, into: Topic, actor, summary: str = "") -> Topic:
    """Papers of the first carry the second; the first is gone. Blank words of the second are filled from it."""
    papers = list(tag.papers.all())
    with recorded(tag, into, *papers, actor=actor, summary=summary, kind=ChangeSet.Kind.MERGE):
        carrying = Paper.topics.through.objects.filter(topic=tag)
        carrying.exclude(paper__in=Paper.objects.filter(topics=into)).update(topic=into)
        for name in BILINGUAL:
            setattr(into, name, getattr(into, name) or getattr(tag, name))
        into.save(update_fields=BILINGUAL)
        tag.delete()
        follow(paper.pk for paper in papers)
    return into


def _refuse_taken(others: QuerySet, *names: str) -> None:
    by_name = _by_name(others)
    for name in names:
        if name and (taken := by_name.get(title_key(name))):
            raise NameTaken(taken)
