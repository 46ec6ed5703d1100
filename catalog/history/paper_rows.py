"""Writes a paper as a snapshot says, with authors, links, titles, topics, versions and former addresses."""

from __future__ import annotations

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from catalog.history.refusals import Gone, Taken
from catalog.history.snapshots import PAPER_COLUMNS, Snapshot
from catalog.models import (
    AlternativeTitle,
    Author,
    Authorship,
    FormerAddress,
    Import,
    Paper,
    PaperLink,
    PaperVersion,
    Topic,
    Venue,
)
from catalog.titles import slug_for, title_key
from catalog.works.addresses import keep_address
from catalog.works.likeness import IDENTIFIERS, key_of

_NAMES = {"doi": "DOI", "arxiv": "arXiv", "acl": "ACL Anthology"}


def insert_paper(pk: int, snapshot: Snapshot) -> None:
    """The bare row under its old id, without identifiers: `write_paper` does the rest. Raises Taken."""
    if other := Paper.objects.filter(slug=snapshot["slug"]).first():
        raise Taken(
            _("The address %(slug)s belongs to another paper now: %(title)s")
            % {"slug": snapshot["slug"], "title": other.title}
        )
    origin = snapshot.get("origin")
    paper = Paper(
        pk=pk,
        slug=snapshot["slug"],
        title=snapshot["title"],
        title_key=key_of(snapshot["title"]),
        origin_id=origin if origin and Import.objects.filter(pk=origin).exists() else None,
        created_at=parse_datetime(snapshot["created_at"]) if snapshot.get("created_at") else timezone.now(),
        updated_at=timezone.now(),
    )
    paper.save_base(raw=True, force_insert=True)  # raw: the time of its first insertion stays


def write_paper(pk: int, goal: Snapshot, now: Snapshot) -> None:
    """`now` is how it stands. Raises Taken, Gone."""
    names = {name for name, value in goal.items() if value != now.get(name)}
    if not names:
        return
    _refuse_taken(pk, goal, names)
    columns = {name: goal[name] for name in PAPER_COLUMNS if name in names}
    if "title" in columns:
        columns["title_key"] = key_of(goal["title"])
    if "venue" in names:
        columns["venue"] = _venue(goal["venue"])
    paper = Paper.objects.get(pk=pk)
    former = paper.slug
    for name, value in columns.items():
        setattr(paper, name, value)
    paper.save(update_fields=[*columns, "updated_at"])
    for name in names & set(_WRITERS):
        _WRITERS[name](paper, goal[name])
    if "slug" in names:
        keep_address(paper=paper, slug=former)


def _refuse_taken(pk: int, goal: Snapshot, names: set[str]) -> None:
    for name in names & {"slug", *IDENTIFIERS}:
        other = Paper.objects.exclude(pk=pk).filter(**{name: goal[name]}).first() if goal[name] else None
        if other is None:
            continue
        told = {"name": _NAMES.get(name, ""), "value": goal[name], "title": other.title}
        if name == "slug":
            raise Taken(_("The address %(value)s belongs to another paper now: %(title)s") % told)
        raise Taken(_("The %(name)s identifier %(value)s belongs to another paper now: %(title)s") % told)


def _venue(name: str) -> Venue | None:
    if not name:
        return None
    known = Venue.objects.filter(name=name).first()
    return known or Venue.objects.get_or_create(slug=slug_for(name)[:80], defaults={"name": name})[0]


def _write_authors(paper: Paper, names: list[str]) -> None:
    paper.authorships.all().delete()
    keys = {title_key(name)[:255]: name for name in reversed(names)}
    rows = {author.key: author for author in Author.objects.filter(key__in=keys)}
    for key, name in keys.items():
        if key not in rows:
            rows[key] = Author.objects.create(key=key, name=name)
    Authorship.objects.bulk_create(
        Authorship(paper=paper, author=rows[key], position=position)
        for position, key in enumerate(dict.fromkeys(title_key(name)[:255] for name in names), 1)
    )


def _write_links(paper: Paper, links: list[list[str]]) -> None:
    paper.links.exclude(url__in=[url for _label, url in links]).delete()
    for position, (label, url) in enumerate(links, 1):
        PaperLink.objects.update_or_create(paper=paper, url=url, defaults={"label": label, "position": position})


def _write_titles(paper: Paper, titles: list[str]) -> None:
    keys = {key_of(title): title for title in titles}
    paper.alternative_titles.exclude(title_key__in=keys).delete()
    for key, title in keys.items():
        AlternativeTitle.objects.update_or_create(paper=paper, title_key=key, defaults={"title": title})


def _write_topics(paper: Paper, topics: list[list[str]]) -> None:
    rows = []
    for kind, slug in topics:
        topic = Topic.objects.filter(kind=kind, slug=slug).first()
        if topic is None:
            kinds = dict(Topic.Kind.choices)
            raise Gone(_("The %(kind)s %(slug)s is gone: bring it back first.") % {"kind": kinds[kind], "slug": slug})
        rows.append(topic)
    paper.topics.set(rows)


def _write_versions(paper: Paper, versions: list[Snapshot]) -> None:
    wanted = list(versions)
    for row in list(paper.versions.all()):
        same = next((each for each in wanted if all(_as_kept(row, name) == each[name] for name in each)), None)
        if same is None:
            row.delete()
        else:
            wanted.remove(same)
    for each in wanted:
        created_at = parse_datetime(each["created_at"]) if each.get("created_at") else timezone.now()
        row = PaperVersion(paper=paper, **each | {"created_at": created_at})
        row.save_base(raw=True, force_insert=True)


def _as_kept(row: PaperVersion, name: str):
    value = getattr(row, name)
    return value.isoformat() if name == "created_at" else value


def _write_addresses(paper: Paper, slugs: list[str]) -> None:
    paper.former_addresses.exclude(slug__in=slugs).delete()
    for slug in slugs:  # one that leads to another paper by now goes on doing so
        FormerAddress.objects.get_or_create(slug=slug, defaults={"paper": paper})


_WRITERS = {
    "authors": _write_authors,
    "links": _write_links,
    "titles": _write_titles,
    "topics": _write_topics,
    "versions": _write_versions,
    "addresses": _write_addresses,
}
