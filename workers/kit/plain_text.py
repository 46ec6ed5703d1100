"""Unlabelled text as sentences, to learn a language from: the built-in grammar's own, and files of the data folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from pathlib import Path

from workers.kit import corpus
from workers.kit.files import DataError, read_lines, why_absent
from workers.spec import Text

BUILT_IN_SEED = corpus.SEED + 1
BUILT_IN_SENTENCES = 20_000
SHORTEST = 4  # words; what is shorter is mostly headings and rows of tables

_END = re.compile(r"""(?<=[.!?])(["”’')\]]*)\s+(?=["“‘(\[]*[A-Z])""")
_NO_END = re.compile(r"\b(?:Mr|Mrs|Messrs|Dr|St|Capt|Prof|Mme|Mlle|vs|No|[A-Z])\.$")  # "Mr." ends no sentence


@dataclass(frozen=True)
class PlainText:
    name: str
    title: Text
    sentences: tuple[str, ...]
    licence: Text
    note: Text

    @property
    def sha256(self) -> str:
        return hashlib.sha256("\n".join(self.sentences).encode()).hexdigest()

    def facts(self) -> dict:
        """What the results say about the text."""
        return {
            "name": self.name,
            "title": asdict(self.title),
            "sentences": len(self.sentences),
            "words": sum(len(sentence.split()) for sentence in self.sentences),
            "sha256": self.sha256,
            "licence": asdict(self.licence),
            "note": asdict(self.note),
        }


@dataclass(frozen=True)
class SetInFiles:
    name: str
    title: Text
    files: tuple[str, ...]
    licence: Text
    note: Text
    origin: str = ""  # the address that its files were taken from


PUBLIC_DOMAIN = Text("public domain in the USA", "在美国属公有领域")
NOVELS = ("pride_and_prejudice", "moby_dick", "sherlock_holmes", "war_and_peace")
SOURCES = {
    source.name: source
    for source in (
        SetInFiles(
            "books",
            Text("Four novels in English", "四部英文小说"),
            tuple(f"text_en/{book}.txt" for book in NOVELS),
            PUBLIC_DOMAIN,
            Text("sentences of at least four words", "取不少于四个词的句子"),
        ),
        SetInFiles(
            "wikitext2",
            Text("WikiText-2, a part", "WikiText-2（部分）"),
            ("text_en/wikitext2-valid.txt", "text_en/wikitext2-test.txt"),
            Text("CC BY-SA 3.0", "CC BY-SA 3.0"),
            Text(
                "the valid and test files, for the train file is not at hand; sentences of at least four words without "
                "any <unk>",
                "没有训练文件，用其 valid 与 test 文件；取不少于四个词且不含 <unk> 的句子",
            ),
            "https://github.com/pytorch/examples",
        ),
        SetInFiles(
            "shakespeare",
            Text("Plays by Shakespeare", "莎士比亚戏剧"),
            ("text_en/tinyshakespeare.txt",),
            Text("public domain", "公有领域"),
            Text("sentences of at least four words, with the speakers' names", "取不少于四个词的句子，含角色名"),
            "https://github.com/karpathy/char-rnn",
        ),
    )
}


def load_plain_text(name: str, data_dir: Path | str | None = None, *, limit: int | None = None) -> PlainText:
    """The first `limit` sentences, all by default (of the built-in ones, which have no end, BUILT_IN_SENTENCES).

    Raises DataError where the text is unknown, absent or damaged.
    """
    if name == corpus.NAME:
        drawn = islice(corpus.stream(BUILT_IN_SEED), BUILT_IN_SENTENCES if limit is None else limit)
        note = Text("none of them stands in the labelled set", "均不在有标注的数据集中")
        return PlainText(name, corpus.TITLE, tuple(drawn), corpus.LICENCE, note)
    if name not in SOURCES:
        raise DataError(f"no plain text {name!r}; there are {', '.join((corpus.NAME, *SOURCES))}")
    source = SOURCES[name]
    if why := why_absent(source.files, data_dir):
        raise DataError(f"{name}: {why.en}")
    found = (sentence for file in source.files for sentence in _sentences(read_lines(Path(data_dir) / file)))
    return PlainText(name, source.title, tuple(islice(found, limit)), source.licence, source.note)


def _sentences(lines: list[str]) -> Iterator[str]:
    """Of paragraphs, which blank lines part; headings of wiki pages (= so =) are passed over."""
    kept = (line.strip() for line in lines if not line.strip().startswith("= "))
    for blank, paragraph in groupby(kept, key=lambda line: not line):
        if not blank:
            for sentence in split(_joined(" ".join(paragraph))):
                if len(sentence.split()) >= SHORTEST and "<unk>" not in sentence:
                    yield sentence


def _joined(text: str) -> str:
    """WikiText writes 1,000 as "1 @,@ 000" and so on."""
    return re.sub(r" @([-.,])@ ", r"\1", " ".join(text.split()))


def split(paragraph: str) -> Iterator[str]:
    """The sentences of a paragraph: cut behind . ! ? where a capital follows, but not behind "Mr." or an initial."""
    start = 0
    for end in _END.finditer(paragraph):
        if not _NO_END.search(paragraph, start, end.start()):
            yield paragraph[start : end.end(1)]
            start = end.end()
    yield paragraph[start:]
