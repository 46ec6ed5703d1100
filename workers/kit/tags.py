"""Parts of speech of the words of tokenized texts, by a tagger so small that it knows no context. No torch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.kit import corpus, treebanks
from workers.kit.files import why_absent
from workers.kit.pieces import Word, spelt
from workers.kit.text import MARKS
from workers.kit.trees import Sentence

LONGEST_SUFFIX = 4  # letters that a word outside the lexicon is tagged by
ENGLISH = "ud_en_ewt"


@dataclass(frozen=True)
class Tags:
    """The tag of each word of the texts; and for each tag the words that bear it, each as often as it occurs.

    Whoever draws evenly from those draws frequent words more often.
    """

    of: Mapping[Word, str]
    words: Mapping[str, Sequence[Word]]


UNTAGGED = Tags({}, {})


def tags_of(
    texts: Sequence[Sequence[Word]],
    tokens: Sequence[str],
    data: str,
    data_dir: Path | str | None,
    log: Callable[..., None],
) -> Tags:
    """UNTAGGED where Chinese characters are the tokens, and no tag of an unknown word. `data`: the texts' name.

    The tree bank is UD English where the data folder has it and the texts are not the built-in ones; the log says so.
    """
    counts = Counter(word for text in texts for word in text if word[0] >= len(MARKS))
    chinese = sum(count for word, count in counts.items() if "\u4e00" <= spelt(word, tokens)[:1] <= "\u9fff")
    if chinese > counts.total() / 2:
        return UNTAGGED
    there = data != corpus.NAME and not why_absent(treebanks.SOURCES[ENGLISH].files, data_dir)
    bank = treebanks.load_tree_bank(ENGLISH if there else corpus.NAME, data_dir)
    tagger = Tagger(bank.train)
    log("tagged", bank=bank.title, right=tagger.right(bank.dev))
    if data != corpus.NAME and not there:
        log("rough-tags", better=ENGLISH)
    of = {word: tagger(spelt(word, tokens)) for word in counts}
    words = defaultdict(list)
    for word in (word for text in texts for word in text if word in of):
        words[of[word]].append(word)
    return Tags(of, dict(words))


class Tagger:
    """The tag that a word has most often; of a word never seen, the one of its longest known ending. No context."""

    def __init__(self, sentences: Iterable[Sentence]):
        seen = defaultdict(Counter)
        for sentence in sentences:
            for word, tag in zip(sentence.words, sentence.upos, strict=True):
                seen[word.lower()][tag] += 1
        self.lexicon = {word: _most(tags) for word, tags in seen.items()}
        endings = defaultdict(Counter)
        for word, tag in self.lexicon.items():
            for ending in _endings(word):
                endings[ending][tag] += 1
        self.endings = {ending: _most(tags) for ending, tags in endings.items()}

    def __call__(self, word: str) -> str:
        if word in self.lexicon:
            return self.lexicon[word]
        return next(self.endings[ending] for ending in _endings(word) if ending in self.endings)

    def right(self, sentences: Iterable[Sentence]) -> float:
        """The share of words that get the tag they have in the tree bank."""
        hits = [
            self(word.lower()) == tag
            for sentence in sentences
            for word, tag in zip(sentence.words, sentence.upos, strict=True)
        ]
        return sum(hits) / len(hits)


def _endings(word: str) -> list[str]:
    """From the longest to the empty one, which all words share."""
    return [word[start:] for start in range(max(0, len(word) - LONGEST_SUFFIX), len(word) + 1)]


def _most(tags: Counter[str]) -> str:
    return max(sorted(tags), key=tags.__getitem__)
