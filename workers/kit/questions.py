"""Sets that question a network word by word: tags, gaps and minimal pairs, built in and from the data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workers.kit import agreement, corpus
from workers.kit.files import DataError, read_table, why_absent
from workers.kit.sources import UNCLEAR
from workers.kit.splits import ClozeTexts, Gap, MinimalPair, MinimalPairs, Splits, Tagged, TaggedTexts
from workers.kit.treebanks import load_tree_bank
from workers.spec import Text


@dataclass(frozen=True)
class SetInFiles:
    """All its rows are dev: such sets are not trained on."""

    name: str
    title: Text
    files: tuple[str, ...]
    read: Callable[[Path], Iterator[Gap | MinimalPair]]
    note: Text
    licence: Text = UNCLEAR
    origin: str = ""  # the address that its files were taken from


def load_tagged(name: str, data_dir: Path | str | None = None) -> TaggedTexts:
    """The words of a tree bank with their UPOS tags. Raises DataError."""
    bank = load_tree_bank(name, data_dir)
    train, dev = (tuple(Tagged(each.words, each.upos) for each in split) for split in (bank.train, bank.dev))
    return TaggedTexts(name, bank.title, train, dev, bank.licence, bank.note)


def load_cloze(name: str, data_dir: Path | str | None = None) -> ClozeTexts:
    """Raises DataError where the set is unknown, absent or damaged."""
    note = Text(
        "the answer is one of two candidates; what settles it is the category",
        "答案是两个候选词之一；类别说明由什么决定答案",
    )
    return _load(ClozeTexts, CLOZE, agreement.GAPS, note, name, data_dir)


def load_minimal_pairs(name: str, data_dir: Path | str | None = None) -> MinimalPairs:
    """Raises DataError where the set is unknown, absent or damaged."""
    note = Text("one word, or the order of two, makes a sentence wrong", "一个词或两个词的次序使句子不合语法")
    return _load(MinimalPairs, MINIMAL_PAIRS, agreement.CONTRASTS, note, name, data_dir)


def _load(
    kind: type[Splits], sets: dict[str, SetInFiles], built_in: str, note: Text, name: str, data_dir: Path | str | None
) -> Splits:
    if name == built_in:
        train, dev = agreement.generate(name)
        return kind(name, agreement.TITLES[name], train, dev, corpus.LICENCE, note)
    if name not in sets:
        raise DataError(f"no data set {name!r}; there are {', '.join((built_in, *sets))}")
    found = sets[name]
    if why := why_absent(found.files, data_dir):
        raise DataError(f"{name}: {why.en}")
    rows = tuple(row for file in found.files for row in found.read(Path(data_dir) / file))
    return kind(name, found.title, (), rows, found.licence, found.note)


def _diagnostics(path: Path) -> Iterator[Gap]:
    category, read = {
        "CPRAG-102": ("pragmatics", _pragmatics),
        "ROLE-88": ("roles", _roles),
        "NEG-136-SIMP": ("negation", _negation),
        "NEG-136-NAT": ("natural-negation", _negation),
    }[path.stem]
    for left, answer, *others in read(path):
        yield Gap(" ".join(left.split()), "", answer, tuple(sorted((answer, *others))), category)


def _pragmatics(path: Path) -> Iterator[tuple[str, ...]]:
    """The expected word, one of its category and one of another."""
    for _, row in read_table(path, ("context_s1", "context_s2", "expected", "within_category", "between_category")):
        context = f"{row['context_s1']} {row['context_s2']}"
        yield context, row["expected"], row["within_category"], row["between_category"]


def _roles(path: Path) -> Iterator[tuple[str, str, str]]:
    """Who did it to whom, in both orders (61-a, 61-b): the word that is likeliest in one against that in the other."""
    likeliest: dict[str, dict[str, tuple[str, str]]] = {}
    for _, row in read_table(path, ("item", "context", "expected")):
        number, _, order = row["item"].partition("-")
        likeliest.setdefault(number, {})[order] = row["context"], row["expected"].partition("|")[0]
    for orders in likeliest.values():
        if len(orders) == 2:
            (one, first), (other, second) = orders.values()
            if first != second:
                yield one, first, second
                yield other, second, first


def _negation(path: Path) -> Iterator[tuple[str, str, str]]:
    """ "A trout is (a|an)": left out where the two words take different articles, which would tell them apart."""
    for _, row in read_table(path, ("context_aff", "context_neg", "target_aff", "target_neg")):
        words = row["target_aff"], row["target_neg"]
        articles = {"an" if word.startswith(agreement.VOWELS) else "a" for word in words}
        if "(a|an)" not in row["context_aff"] or len(articles) == 1:
            affirmed, denied = (
                row[column].replace("(a|an)", min(articles)) for column in ("context_aff", "context_neg")
            )
            yield affirmed, *words
            yield denied, *reversed(words)


def _constructions(path: Path) -> Iterator[MinimalPair]:
    for _, row in read_table(path, ("construction", "good", "bad")):
        yield MinimalPair(row["good"], row["bad"], row["construction"])


def _long_distance(path: Path) -> Iterator[MinimalPair]:
    """The published sentence with the right form and with the wrong one in the place of its verb."""
    for line, row in read_table(path, ("type", "prefix", "correct_form", "wrong_form", "sentence")):
        place, words = len(row["prefix"].split()), row["sentence"].split()  # the prefix may say <unk> for a word
        if place >= len(words):
            raise DataError(f"{path}:{line}: the sentence ends with its prefix; mend or delete the row")
        good, bad = (
            " ".join((*words[:place], row[form], *words[place + 1 :])) for form in ("correct_form", "wrong_form")
        )
        yield MinimalPair(good, bad, f"agreement-{row['type']}")


CLOZE = {
    "lm_diagnostics": SetInFiles(
        "lm_diagnostics",
        Text("Diagnostics for language models", "语言模型诊断句"),
        tuple(f"lm_diagnostics/{test}.tsv" for test in ("CPRAG-102", "ROLE-88", "NEG-136-SIMP", "NEG-136-NAT")),
        _diagnostics,
        Text(
            "no train; of the negations, those whose two words take different articles are left out",
            "无训练集；否定句中，两个候选词所用冠词不同的不取",
        ),
        Text("MIT", "MIT"),
        "https://github.com/aetting/lm-diagnostics",
    )
}
MINIMAL_PAIRS = {
    "syneval": SetInFiles(
        "syneval",
        Text("Syntactic evaluation (LM_syneval), a part", "句法评测（LM_syneval，部分）"),
        ("syneval/pairs.tsv",),
        _constructions,
        Text("no train; at most 200 pairs of each condition", "无训练集；每种条件至多 200 对"),
        Text("MIT", "MIT"),
        "https://github.com/BeckyMarvin/LM_syneval",
    ),
    "gulordava_agreement": SetInFiles(
        "gulordava_agreement",
        Text("Agreement in sentences without sense", "无意义句中的一致关系"),
        ("gulordava_agreement/pairs.tsv",),
        _long_distance,
        Text("no train; a tenth are the original sentences", "无训练集；十分之一为原句"),
        Text("Apache-2.0; CC BY-NC 4.0 at its home", "Apache-2.0；其原始出处为 CC BY-NC 4.0"),
        "https://github.com/yoavg/bert-syntax",
    ),
}
