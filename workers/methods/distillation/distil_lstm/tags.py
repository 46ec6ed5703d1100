"""Parts of speech for the words of a vocabulary: a tagger so small that it knows no context. No torch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.kit import corpus, treebanks
from workers.kit.files import why_absent
from workers.kit.text import MARKS
from workers.kit.trees import Sentence

LONGEST_SUFFIX = 4  # letters that a word outside the lexicon is tagged by
ENGLISH = "ud_en_ewt"
Rows = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Tags:
    """The tag of each id of a vocabulary, "" for none, and for each tag the words that bore it in the texts.

    A word stands there as often as it occurs: whoever draws evenly draws frequent words more often.
    """

    of: Sequence[str]
    words: dict[str, list[int]]


def occurrences(rows: Rows, of: Sequence[str]) -> Tags:
    words = defaultdict(list)
    for row in rows:
        for token in row:
            if of[token]:
                words[of[token]].append(token)
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


def tags_of(
    rows: Rows, words: Sequence[str], data: str, data_dir: Path | str | None, log: Callable[[str], None]
) -> Tags:
    """The tags of a vocabulary's `words`, with what occurs in `rows`; none where characters are the tokens."""
    counts = Counter(token for row in rows for token in row if token >= len(MARKS))
    chinese = sum(count for token, count in counts.items() if "\u4e00" <= words[token][0] <= "\u9fff")
    if chinese > counts.total() / 2:
        log("Here a Chinese character is a token and has no tag: no word is replaced; the other rules go on.")
        return Tags([""] * len(words), {})
    there = data != corpus.NAME and not why_absent(treebanks.SOURCES[ENGLISH].files, data_dir)
    bank = treebanks.load_tree_bank(ENGLISH if there else corpus.NAME, data_dir)
    tagger = Tagger(bank.train)
    log(f"Words are tagged by a lexicon with endings, learnt from {bank.title.en}: {tagger.right(bank.dev):.1%} right.")
    if data != corpus.NAME and not there:
        log(f"Those are not these texts' words, so tags are rough: {ENGLISH} in DATA_DIR would give better ones.")
    return occurrences(rows, ["" if i < len(MARKS) else tagger(word) for i, word in enumerate(words)])
