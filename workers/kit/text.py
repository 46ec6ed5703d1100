"""Tokenizer and encoded text. Words and signs are tokens, so is each Chinese character; train gives the vocabulary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor

PAD_TOKEN, UNKNOWN_TOKEN = "[PAD]", "[UNK]"  # ids 0 and 1
MAX_LENGTH = 64


def train_tokenizer(texts: Iterable[str], size: int) -> Tokenizer:
    """The `size` most frequent words (ties: alphabetical, so that the same texts give the same ids everywhere)."""
    tokenizer = _empty_tokenizer({PAD_TOKEN: 0, UNKNOWN_TOKEN: 1})
    counts: Counter[str] = Counter()
    for text in texts:
        words = tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
        counts.update(word for word, _ in words)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    listed = [PAD_TOKEN, UNKNOWN_TOKEN, *ranked[: size - 2]]
    return _empty_tokenizer({word: index for index, word in enumerate(listed)})


def _empty_tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN_TOKEN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, handle_chinese_chars=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.enable_truncation(MAX_LENGTH)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """The files that transformers' AutoTokenizer reads."""
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": PAD_TOKEN,
        "unk_token": UNKNOWN_TOKEN,
        "model_max_length": MAX_LENGTH,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of each text; a text without any token becomes one unknown token, so that no row is empty."""
    unknown = tokenizer.token_to_id(UNKNOWN_TOKEN)
    return [encoding.ids or [unknown] for encoding in tokenizer.encode_batch(list(texts))]


def pad(rows: Sequence[Sequence[int]], device: torch.device | str = "cpu") -> Tensor:
    """Ids (B, S), padded with 0 to the longest row."""
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=device)
