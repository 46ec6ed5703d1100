"""Tree banks: the built-in sentences with the grammar's trees, and CoNLL-U files of the data folder. No torch here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from workers.kit import corpus
from workers.kit.files import DataError, read_lines, why_absent
from workers.kit.splits import Splits
from workers.kit.trees import Sentence
from workers.spec import Text

COLUMNS = 10  # ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC


@dataclass(frozen=True)
class TreeBank(Splits):
    """Rows are sentences with their trees. Signs are words too: those with the tag PUNCT."""

    train: tuple[Sentence, ...]
    dev: tuple[Sentence, ...]

    @property
    def sha256(self) -> str:
        """Over every word, tag, head and relation that train and dev hold, in order."""
        digest = hashlib.sha256()
        for split, sentences in (("train", self.train), ("dev", self.dev)):
            for sentence in sentences:
                rows = ("\t".join(map(str, row)) for row in zip(*sentence, strict=True))
                digest.update(("\n".join((split, *rows)) + "\n").encode())
        return digest.hexdigest()

    def _own_facts(self) -> dict:
        relations = {relation for sentence in self.dev for relation in sentence.relations}
        return {"dev_words": sum(len(sentence.words) for sentence in self.dev), "relations": len(relations)}


@dataclass(frozen=True)
class SetInFiles:
    name: str
    title: Text
    train: str
    dev: str
    licence: Text
    note: Text
    origin: str  # the address that its files were taken from

    @property
    def files(self) -> tuple[str, ...]:
        return self.train, self.dev


SOURCES = {
    source.name: source
    for source in (
        SetInFiles(
            "ud_en_ewt",
            Text("UD English, web texts (EWT)", "UD 英语网络文本（EWT）"),
            "ud_en_ewt/en_ewt-ud-train.conllu",
            "ud_en_ewt/en_ewt-ud-dev.conllu",
            Text("annotations CC BY-SA 4.0", "标注为 CC BY-SA 4.0"),
            Text("UD v2 labels, release 2.8; dev is its own dev file", "UD v2 标签，2.8 版；验证集用其自带的 dev 文件"),
            "https://github.com/UniversalDependencies/UD_English",
        ),
        SetInFiles(
            "ud_zh_gsdsimp",
            Text("UD Chinese in simplified script (GSDSimp)", "UD 简体中文（GSDSimp）"),
            "ud_zh_gsdsimp/zh_gsdsimp-ud-dev.conllu",
            "ud_zh_gsdsimp/zh_gsdsimp-ud-test.conllu",
            Text("CC BY-SA 4.0", "CC BY-SA 4.0"),
            Text(
                "UD v2 labels; the train file is not at hand, so train is the published dev file and dev the published "
                "test file",
                "UD v2 标签；没有训练文件，故训练集用其公布的 dev 文件，验证集用其公布的 test 文件",
            ),
            "https://github.com/UniversalDependencies/UD_Chinese-GSDSimp",
        ),
        SetInFiles(
            "ud_zh_gsd",
            Text("UD Chinese in traditional script (GSD 1.3)", "UD 繁体中文（GSD 1.3）"),
            "ud_zh_gsd_v13/zh-ud-train.conllu",
            "ud_zh_gsd_v13/zh-ud-dev.conllu",
            Text("CC BY-NC-SA 4.0", "CC BY-NC-SA 4.0"),
            Text(
                "UD v1 labels as published (dobj, neg, CONJ where v2 says obj, advmod, CCONJ): compare relations with "
                "no other tree bank here",
                "按原样采用 UD v1 标签（dobj、neg、CONJ，v2 中为 obj、advmod、CCONJ）：其关系不可与此处其他树库比较",
            ),
            "https://github.com/UniversalDependencies/UD_Chinese",
        ),
    )
}


def load_tree_bank(name: str, data_dir: Path | str | None = None) -> TreeBank:
    """Raises DataError where the tree bank is unknown, absent or damaged."""
    if name == corpus.NAME:
        return _built_in()
    if name not in SOURCES:
        raise DataError(f"no tree bank {name!r}; there are {', '.join((corpus.NAME, *SOURCES))}")
    source = SOURCES[name]
    if why := why_absent(source.files, data_dir):
        raise DataError(f"{name}: {why.en}")
    train, dev = (tuple(read_conllu(Path(data_dir) / file)) for file in source.files)
    return TreeBank(name, source.title, train, dev, source.licence, source.note)


def _built_in() -> TreeBank:
    train, dev = corpus.parses()
    note = Text("UD v2 labels, as the grammar that made each sentence has them", "UD v2 标签，出自生成句子的语法本身")
    return TreeBank(corpus.NAME, corpus.TITLE, train, dev, corpus.LICENCE, note)


def read_conllu(path: Path) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file (https://universaldependencies.org/format.html).

    Words are syntactic words: of "don't", which the file gives once whole (3-4) and once as "do" (3) and "n't" (4),
    the two; words that were never said (8.1), which only the enhanced graphs need, are passed over. Raises DataError
    with file, line and what to do.
    """
    numbered = enumerate(read_lines(path), start=1)
    for blank, block in groupby(numbered, key=lambda item: not item[1].strip()):
        rows = [] if blank else [_row(path, number, line) for number, line in block if not line.startswith("#")]
        if words := [row for row in rows if not {"-", "."} & {*row.place}]:
            yield _sentence(path, words)


class _Row(NamedTuple):
    line: int
    place: str
    word: str
    upos: str
    head: str
    relation: str


def _row(path: Path, line: int, text: str) -> _Row:
    cells = text.split("\t")
    if len(cells) != COLUMNS:
        raise _bad(path, line, f"{len(cells)} columns where CoNLL-U has {COLUMNS}")
    place, word, _, upos, _, _, head, relation, _, _ = cells
    return _Row(line, place, word, upos, head, relation)


def _sentence(path: Path, rows: list[_Row]) -> Sentence:
    heads = []
    for place, row in enumerate(rows, start=1):
        if row.place != str(place):
            raise _bad(path, row.line, f"word {row.place!r} where {place} is due")
        if not row.head.isdecimal() or int(row.head) > len(rows) or int(row.head) == place:
            raise _bad(path, row.line, f"head {row.head!r} is no other word of the sentence")
        heads.append(int(row.head))
    if heads.count(0) != 1:
        raise _bad(path, rows[0].line, f"{heads.count(0)} roots where a tree has one")
    if lost := [row for place, row in enumerate(rows, start=1) if not _leads_to_the_root(place, heads)]:
        raise _bad(path, lost[0].line, f"the heads of word {lost[0].place!r} run in a circle")
    _, _, words, upos, _, relations = zip(*rows, strict=True)
    return Sentence(words, upos, tuple(heads), relations)


def _leads_to_the_root(place: int, heads: list[int]) -> bool:
    for _ in heads:
        place = heads[place - 1]
        if place == 0:
            return True
    return False


def _bad(path: Path, line: int, what: str) -> DataError:
    return DataError(f"{path}:{line}: {what}; mend or delete the sentence")
