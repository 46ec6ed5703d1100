"""How long the search page takes with 30,000 papers: full page and htmx partial, facets included.

    python -m benchmarks.search [--papers 30000] [--queries 200] [--json]

Papers are made by a seeded generator: words with Zipf frequencies, some of them names with inner capitals, one title in
ten Chinese, authors with Zipf frequencies, venues, years, subjects, lists, notes in both languages. The queries are
words, prefixes, Chinese, phrases, authors, filters, NOT and OR, and none at all. Each is asked once as a page and once
as a partial, through Django's test client: middleware, templates and compression included. Wall time and CPU time of
the process are both given, as wall time counts whatever else the machine is doing.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import accumulate

LIMIT_MS = 50
_SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "ga",
    "ge",
    "ka",
    "ke",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "ra",
    "re",
    "ri",
    "sa",
    "se",
    "ta",
    "te",
    "ti",
    "to",
]
_COMMON = [
    "the",
    "of",
    "for",
    "and",
    "with",
    "in",
    "on",
    "learning",
    "neural",
    "language",
    "model",
    "models",
    "network",
    "networks",
    "deep",
    "training",
    "representation",
    "attention",
    "transformer",
    "knowledge",
    "distillation",
    "pre-trained",
    "compression",
    "pruning",
    "quantization",
    "probing",
    "translation",
    "semantic",
    "generation",
    "classification",
    "efficient",
    "multi-task",
    "transfer",
    "robust",
    "graph",
    "reinforcement",
    "adversarial",
    "data",
    "text",
]
_NAMES = [
    "BERT",
    "TinyBERT",
    "DistilBERT",
    "RoBERTa",
    "ALBERT",
    "GPT-2",
    "XLNet",
    "MiniLM",
    "MobileBERT",
    "word2vec",
    "ELMo",
    "T5",
    "mBERT",
    "CodeBERT",
]
_HAN = "知识蒸馏模型压缩剪枝量化预训练语言表示学习神经网络注意力机制机器翻译文本分类生成对抗迁移深度图数据增强"
_VENUES = ["ACL", "EMNLP", "NAACL", "NeurIPS", "ICML", "ICLR", "AAAI", "IJCAI", "COLING", "TACL", "CVPR", "KDD"]


class Maker:
    """Texts of a seeded random, with a few frequent words and many rare ones."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        rare = {"".join(self.random.choices(_SYLLABLES, k=self.random.randint(2, 4))) for _ in range(12_000)}
        self.words = [*_COMMON, *_NAMES, *sorted(rare)]
        self.word_weights = list(accumulate(1 / (rank + 8) for rank in range(len(self.words))))
        self.authors = [f"{self._word().title()} {self._word().title()}" for _ in range(20_000)]
        self.author_weights = list(accumulate(1 / (rank + 30) for rank in range(len(self.authors))))

    def _word(self) -> str:
        return self.random.choices(self.words, cum_weights=self.word_weights)[0]

    def english(self, count: int) -> str:
        return " ".join(self.random.choices(self.words, cum_weights=self.word_weights, k=count))

    def chinese(self, count: int) -> str:
        return "".join(self.random.choices(_HAN, k=count))

    def title(self) -> str:
        if self.random.random() < 0.1:
            return self.chinese(self.random.randint(8, 20))
        return self.english(self.random.randint(5, 12)).capitalize()

    def people(self) -> list[int]:
        found = self.random.choices(
            range(len(self.authors)), cum_weights=self.author_weights, k=self.random.randint(1, 6)
        )
        return list(dict.fromkeys(found))


def fill(count: int, maker: Maker) -> None:
    from catalog.models import Author, Authorship, Entry, Note, Paper, PaperLink, PaperList, Section, Topic, Venue
    from catalog.titles import title_key

    chance = maker.random
    venues = Venue.objects.bulk_create(
        Venue(name=name, slug=name.lower())
        for name in [*_VENUES, *(f"{v} Workshop {n}" for v in _VENUES for n in range(8))]
    )
    authors = Author.objects.bulk_create(
        (Author(name=name, key=f"{name.lower()} {n}") for n, name in enumerate(maker.authors)), batch_size=500
    )
    topics = Topic.objects.bulk_create(
        [Topic(kind="category", slug=f"c{n}", name_en=f"Category {n}", name_zh=f"类别{n}") for n in range(8)]
        + [Topic(kind="tag", slug=f"tag-{n}", name_en=f"Tag {n}", name_zh=f"标签{n}") for n in range(200)]
    )
    lists = PaperList.objects.bulk_create(PaperList(slug=f"list-{n}", name_en=f"List {n}") for n in range(20))
    sections = Section.objects.bulk_create(Section(paper_list=one, name_en="", position=1) for one in lists)
    papers = []
    for number in range(count):
        title = maker.title()
        papers.append(
            Paper(
                slug=f"p{number}", title=title, title_key=title_key(title), year=chance.choice(range(1990, 2026)),
                short_name=chance.choice(_NAMES) + str(number) if chance.random() < 0.05 else "",
                venue=chance.choices(venues, weights=[20] * 12 + [1] * 96)[0] if chance.random() < 0.9 else None,
                arxiv=f"{number // 99999 + 15:02d}01.{number % 99999:05d}" if chance.random() < 0.4 else "",
            )
        )  # fmt: skip
    Paper.objects.bulk_create(papers, batch_size=500)
    _beside(papers, maker, authors, topics, sections, (Authorship, Entry, Note, PaperLink))


def _beside(papers, maker, authors, topics, sections, models) -> None:
    from catalog.models import Paper

    Authorship, Entry, Note, PaperLink = models
    chance = maker.random
    through = Paper.topics.through
    rows: dict = {Authorship: [], Entry: [], Note: [], PaperLink: [], through: []}
    for number, paper in enumerate(papers):
        for position, index in enumerate(maker.people(), 1):
            rows[Authorship].append(Authorship(paper=paper, author=authors[index], position=position))
        tags = chance.choices(topics[8:], cum_weights=list(_TAG_WEIGHTS), k=chance.randint(0, 3))
        for topic in {chance.choice(topics[:8]).pk, *(tag.pk for tag in tags)}:
            rows[through].append(through(paper=paper, topic_id=topic))
        if chance.random() < 0.3:
            rows[Entry].append(Entry(paper=paper, section=chance.choice(sections), position=number))
        if chance.random() < 0.3:
            rows[Note].append(Note(paper=paper, language="en", body=maker.english(40)))
            rows[Note].append(Note(paper=paper, language="zh", body=maker.chinese(60)))
        if chance.random() < 0.5:
            rows[PaperLink].append(PaperLink(paper=paper, label="pdf", url=f"https://example.org/{number}.pdf"))
    for model, made in rows.items():
        model.objects.bulk_create(made, batch_size=900)


_TAG_WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(200)))


def queries(count: int, maker: Maker) -> list[str]:
    """Mixed, in a fixed order; every kind comes equally often."""
    chance = maker.random
    kinds: list[Callable[[], str]] = [
        lambda: "",
        lambda: maker.english(1),
        lambda: maker.english(2),
        lambda: maker.english(1)[:3],
        lambda: chance.choice(_NAMES),
        lambda: maker.chinese(2),
        lambda: chance.choice(["蒸馏", "剪枝", "模型", "学习"]),
        lambda: f'"{maker.english(2)}"',
        lambda: f"{maker.english(1)} -{maker.english(1)}",
        lambda: f"{maker.english(1)} OR {maker.english(1)}",
        lambda: f"NOT {maker.english(1)}",
        lambda: f"author:{chance.choice(maker.authors).split()[-1]}",
        lambda: f"{maker.english(1)} year:{chance.randint(1990, 2010)}..{chance.randint(2011, 2025)}",
        lambda: f"tag:tag-{chance.randint(0, 30)} category:c{chance.randint(0, 7)}",
        lambda: f"venue:{chance.choice(_VENUES)} {maker.english(1)}",
        lambda: f"list:list-{chance.randint(0, 19)}",
        lambda: f"has:notes {maker.english(1)} -tag:tag-{chance.randint(0, 9)}",
        lambda: f"(tag:tag-1 OR 蒸馏) year:{chance.randint(1990, 2025)}",
        lambda: f"lang:zh {chance.choice(_HAN)}",
        lambda: f"1501.{chance.randint(0, 29999):05d}",
    ]
    return [kinds[number % len(kinds)]() for number in range(count)]


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * len(values)) - 1)]


def ask(client, text: str, *, partial: bool = False, page: int | None = None, sort: str = "") -> tuple[float, float]:
    headers = {"HX-Request": "true"} if partial else {}
    given = {"q": text, "page": page or "", "sort": sort}

    def action():
        response = client.get("/papers/", {name: value for name, value in given.items() if value}, headers=headers)
        assert response.status_code == 200

    return timed(action)


def measure(papers: int, count: int, seed: int) -> dict:
    from django.test import Client

    from catalog.search import reindex

    maker = Maker(seed)
    fill(papers, maker)
    index_wall, index_cpu = timed(reindex)
    client = Client()
    first = ask(client, "")  # reads the columns and compiles the templates
    gc.collect()
    gc.freeze()  # as config.asgi does before a server's first request
    asked = queries(count, maker)
    found: dict = {"papers": papers, "queries": count, "index_s": index_wall / 1000, "index_cpu_s": index_cpu / 1000}
    found["first_request_ms"] = first[0]
    slowest: list[tuple[float, str]] = []
    for name, partial in (("page", False), ("partial", True)):
        times = [ask(client, text, partial=partial) for text in asked]
        slowest += [(cpu, text) for (_, cpu), text in zip(times, asked, strict=True)]
        for index, clock in enumerate(("wall", "cpu")):
            values = [pair[index] for pair in times]
            found[f"{name}_{clock}_p50_ms"] = statistics.median(values)
            found[f"{name}_{clock}_p95_ms"] = percentile(values, 0.95)
            found[f"{name}_{clock}_max_ms"] = max(values)
    found["slowest"] = [f"{cpu:.0f} ms {text!r}" for cpu, text in sorted(slowest, reverse=True)[:8]]
    last = -(-papers // 25)
    for text in ("", "the"):
        pairs = [(ask(client, text, page=1)[1], ask(client, text, page=last)[1]) for _ in range(15)]
        ratio = statistics.median(deep for _, deep in pairs) / statistics.median(near for near, _ in pairs)
        found[f"deep_page_ratio_{text or 'everything'}"] = ratio
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=30_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(VAR_DIR=folder, DJANGO_SETTINGS_MODULE="config.settings", ALLOWED_HOSTS="testserver")
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        found = measure(options.papers, options.queries, options.seed)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        print(f"{name:32} {value:.2f}" if isinstance(value, float) else f"{name:32} {value}")
    print(f"limit: p95 of {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
