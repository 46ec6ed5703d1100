"""The words of tokenized texts, and their parts of speech by a tagger so small that it knows no context. No torch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.kit import corpus, treebanks
from workers.kit.files import why_absent
from workers.kit.text import MARKS
from workers.kit.trees import Sentence

LONGEST_SUFFIX = 4  # letters that a word outside the lexicon is tagged by
ENGLISH = "ud_en_ewt"
WORD_BEGINS = ("Ġ", "▁")  # how some tokenizers mark a token that begins a word; BERT's mark what goes on, by ##
Word = tuple[int, ...]  # one token; of a ready-made teacher's tokenizer the pieces of the word


def pieces(tokens: Sequence[str]) -> list[bool]:
    """Which tokens of a vocabulary go on with a word that another began. In a vocabulary of ours none does."""
    if any(token.startswith(WORD_BEGINS) for token in tokens):
        return [token.isalpha() and not token.startswith(WORD_BEGINS) for token in tokens]
    return [token.startswith("##") for token in tokens]


def words_of(row: Sequence[int], goes_on: Sequence[bool]) -> list[Word]:
    """The words between [CLS] and [SEP]."""
    words: list[Word] = []
    for token in row[1:-1]:
        if words and goes_on[token]:
            words[-1] += (token,)
        else:
            words.append((token,))
    return words


def spelt(word: Word, tokens: Sequence[str]) -> str:
    return "".join(tokens[token].removeprefix("##").lstrip("Ġ▁") for token in word).lower()


@dataclass(frozen=True)
class Tags:
    """The tag of each word of the texts; and for each tag the words that bear it, each as often as it occurs.

    Whoever draws evenly from those draws frequent words more often.
    """

    of: Mapping[Word, str]
    words: Mapping[str, Sequence[Word]]


def tags_of(
    texts: Sequence[Sequence[Word]],
    tokens: Sequence[str],
    data: str,
    data_dir: Path | str | None,
    log: Callable[[str], None],
) -> Tags:
    """None where Chinese characters are the tokens, and never one of an unknown word. `data`: the texts' name."""
    counts = Counter(word for text in texts for word in text if word[0] >= len(MARKS))
    chinese = sum(count for word, count in counts.items() if "\u4e00" <= spelt(word, tokens)[:1] <= "\u9fff")
    if chinese > counts.total() / 2:
        log("Here a Chinese character is a token and has no tag: no word is replaced; the other rules go on.")
        return Tags({}, {})
    there = data != corpus.NAME and not why_absent(treebanks.SOURCES[ENGLISH].files, data_dir)
    bank = treebanks.load_tree_bank(ENGLISH if there else corpus.NAME, data_dir)
    tagger = Tagger(bank.train)
    log(f"Words are tagged by a lexicon with endings, learnt from {bank.title.en}: {tagger.right(bank.dev):.1%} right.")
    if data != corpus.NAME and not there:
        log(f"Those are not these texts' words, so tags are rough: {ENGLISH} in DATA_DIR would give better ones.")
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
