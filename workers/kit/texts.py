"""The kinds of data that a spec names: what each promises, its sets, and where its loader lies. No torch here.

Every kind has a built-in set, which stands first; the others are read from DATA_DIR where their files are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workers.data_kinds import HUB, SetFacts, Source
from workers.kit import agreement, corpus, data, hub, pairs, plain_text, questions, sources, treebanks
from workers.kit.data import Dataset
from workers.kit.files import why_absent
from workers.spec import Text

OPINIONS = SetFacts(corpus.NAME, corpus.TITLE, corpus.LICENCE)
LABELLED = sources.SOURCES.values()


def _built_in(name: str, titles: Mapping[str, Text]) -> SetFacts:
    return SetFacts(name, titles[name], corpus.LICENCE)


def _facts(sets: Iterable) -> tuple[SetFacts, ...]:
    return tuple(SetFacts(one.name, one.title, one.licence, one.origin, one.files) for one in sets)


CLASSIFIED = Source(
    "classified",
    Text("texts, each of one class", "文本，各属一类"),
    (OPINIONS, *_facts(one for one in LABELLED if not one.second_column)),
    "workers.kit.texts:load_classified",
    takes_hub=True,
)
PAIRS = Source(
    "pairs",
    Text("pairs of texts, each of one class", "文本对，各属一类"),
    (
        _built_in(pairs.INFERENCES, pairs.TITLES),
        *_facts(one for one in LABELLED if one.second_column and not one.scale),
    ),
    "workers.kit.texts:load_pairs",
    takes_hub=True,
)
SCORED_PAIRS = Source(
    "scored-pairs",
    Text("pairs of texts, each with a score of how alike they are", "文本对，各有相似度评分"),
    (_built_in(pairs.SIMILARITIES, pairs.TITLES), *_facts(one for one in LABELLED if one.scale)),
    "workers.kit.texts:load_scored_pairs",
    takes_hub=True,
)
TAGGED = Source(
    "tagged",
    Text("sentences with a tag for each word", "每个词带词性标签的句子"),
    (OPINIONS, *_facts(treebanks.SOURCES.values())),
    "workers.kit.questions:load_tagged",
)
TREES = Source(
    "trees",
    Text("sentences with tags and dependency trees", "带词性标签与依存树的句子"),
    (OPINIONS, *_facts(treebanks.SOURCES.values())),
    "workers.kit.treebanks:load_tree_bank",
)
CLOZE = Source(
    "cloze",
    Text("sentences without one word, with candidates for it", "缺一个词的句子，附候选词"),
    (_built_in(agreement.GAPS, agreement.TITLES), *_facts(questions.CLOZE.values())),
    "workers.kit.questions:load_cloze",
)
MINIMAL_PAIRS = Source(
    "minimal-pairs",
    Text("pairs of sentences, one right and one wrong", "句对，一句正确、一句错误"),
    (_built_in(agreement.CONTRASTS, agreement.TITLES), *_facts(questions.MINIMAL_PAIRS.values())),
    "workers.kit.questions:load_minimal_pairs",
)
UNLABELLED = Source(
    "unlabelled",
    Text("sentences without labels", "无标注的句子"),
    (OPINIONS, *_facts(plain_text.SOURCES.values())),
    "workers.kit.plain_text:load_plain_text",
)
KINDS = (CLASSIFIED, PAIRS, SCORED_PAIRS, TAGGED, TREES, CLOZE, MINIMAL_PAIRS, UNLABELLED)
TITLES = {one.name: one.title for kind in KINDS for one in kind.sets}


def load_classified(name: str, data_dir: Path | str | None = None) -> Dataset:
    return _labelled(CLASSIFIED, name, data_dir)


def load_pairs(name: str, data_dir: Path | str | None = None) -> Dataset:
    return _labelled(PAIRS, name, data_dir)


def load_scored_pairs(name: str, data_dir: Path | str | None = None) -> Dataset:
    return _labelled(SCORED_PAIRS, name, data_dir)


def _labelled(kind: Source, name: str, data_dir: Path | str | None) -> Dataset:
    return hub.load_hub(name, kind.slug) if name.startswith(HUB) else data.load(name, data_dir)


@dataclass(frozen=True)
class DataSet:
    """A data set as a form offers it."""

    name: str
    title: Text
    available: bool
    why_not: Text | None = None


def listing(kinds: Iterable[Source], data_dir: Path | str | None) -> list[DataSet]:
    """Each set of these kinds once, with whether it can be read here and, if not, why."""
    sets: dict[str, SetFacts] = {}
    for kind in kinds:
        for one in kind.sets:
            sets.setdefault(one.name, one)
    reasons = {name: why_absent(one.files, data_dir) for name, one in sets.items()}
    return [DataSet(name, sets[name].title, why is None, why) for name, why in reasons.items()]
