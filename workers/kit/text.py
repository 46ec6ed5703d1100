"""Tokenizer and encoded text. Words and signs are tokens, so is each Chinese character; train gives the vocabulary.

A text is [CLS] words [SEP], a pair of texts [CLS] words [SEP] words [SEP]. [MASK] hides a word in pre-training.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from tokenizers import Encoding, Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor

MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD_TOKEN, UNKNOWN_TOKEN, FIRST_TOKEN, SEPARATOR_TOKEN, MASK_TOKEN = MARKS
PAD, UNKNOWN, FIRST, SEPARATOR, MASK = range(len(MARKS))  # their ids in a vocabulary of ours
MAX_LENGTH = 64


def train_tokenizer(texts: Iterable[str], size: int) -> Tokenizer:
    """The `size` most frequent words (ties: alphabetical, so that the same texts give the same ids everywhere)."""
    tokenizer = _empty_tokenizer({mark: index for index, mark in enumerate(MARKS)})
    counts: Counter[str] = Counter()
    for text in texts:
        words = tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
        counts.update(word for word, _ in words)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    listed = [*MARKS, *ranked[: size - len(MARKS)]]
    return _empty_tokenizer({word: index for index, word in enumerate(listed)})


def _empty_tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN_TOKEN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, handle_chinese_chars=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[(FIRST_TOKEN, FIRST), (SEPARATOR_TOKEN, SEPARATOR)],
    )
    tokenizer.enable_truncation(MAX_LENGTH)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """The files that transformers' AutoTokenizer reads."""
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": PAD_TOKEN,
        "unk_token": UNKNOWN_TOKEN,
        "cls_token": FIRST_TOKEN,
        "sep_token": SEPARATOR_TOKEN,
        "mask_token": MASK_TOKEN,
        "model_max_length": MAX_LENGTH,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")


def encode(tokenizer: Tokenizer, texts: Sequence[str], seconds: Sequence[str] = ()) -> list[list[int]]:
    """Token ids of each text, or of each pair where `seconds` are given."""
    pairs = list(zip(texts, seconds, strict=True)) if seconds else list(texts)
    return [encoding.ids for encoding in tokenizer.encode_batch(pairs)]


def parts(line: str) -> tuple[str, ...]:
    """A text, or the two of a pair where the line holds [SEP] between them."""
    first, _mark, second = line.partition(SEPARATOR_TOKEN)
    return (first.strip(), second.strip()) if second.strip() else (line,)


def read(tokenizer: Tokenizer, line: str) -> Encoding:
    """What a person typed, as `encode` takes texts and pairs."""
    return tokenizer.encode(*parts(line))


def pad(rows: Sequence[Sequence[int]], device: torch.device | str = "cpu", filler: int = PAD) -> Tensor:
    """Ids (B, S), filled up to the longest row."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows], device=device)
