"""Encoders that others have trained: what `transformers` loads from the data folder or, where allowed, from the hub.

Whoever may start a run may name one. So a name leads to no folder but those in `models/` of the data folder and those
of installed packages that the product knows (known_encoders.py), and nothing is fetched over the network unless
HUB_DOWNLOADS=1 says that it may; a known one never is.

Its vocabulary is put into another order, in which the marks have our numbers (marks.py), and the rows of its embeddings
with it. Whether the network still says what it says in the library is tried before it is handed out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import (
    MODEL_FOR_MASKED_LM_MAPPING,
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as library_log

from workers.kit import encoders, known_encoders, marks, networks, text
from workers.kit.encoders import EncoderClassifier, EncoderShape
from workers.kit.files import DataError
from workers.kit.pretraining import WordGuess
from workers.kit.text import MARKS, PAD

NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)
TRIED = ("a b a b a b", "a b")  # two texts whose lengths differ
ALIKE = 1e-3  # how far numbers of the order of 1 may be apart


@dataclass(frozen=True)
class ReadyMade:
    """`net` has a new classifier. `guess` names hidden words; None where nothing is kept that could."""

    name: str
    net: EncoderClassifier
    tokenizer: Tokenizer
    guess: WordGuess | None


def load(name: str, data_dir: Path | str | None, *, classes: int, seed: int = 0) -> ReadyMade:
    """Raises DataError with what is wrong. Weights are read as safetensors alone, and no code beside them is run."""
    library, words, has_guess = _from_the_library(name, data_dir)
    old_marks = [getattr(words, f"{kind}_token_id") for kind in ("pad", "unk", "cls", "sep", "mask")]
    if not words.is_fast or None in old_marks or len({*old_marks}) < len(MARKS):
        raise DataError(f"{name!r} is not taken: its tokenizer must be a fast one with marks such as {' '.join(MARKS)}")
    try:
        order = marks.new_order(old_marks, words.backend_tokenizer)
        tokenizer = marks.renumbered(words.backend_tokenizer, old_marks, order)
        net = _renumbered(library.base_model, order, classes, seed)
        tokenizer.enable_truncation(net.body.config.max_position_embeddings)
        guess = _guess_of(library, order, net) if has_guess else None
        told, heard = _say(library, net, guess, tokenizer, order)
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise DataError(
            f"{name!r} is not taken: it is not built like BERT ({type(error).__name__}: {error})"
        ) from error
    if not torch.allclose(told[0], heard[0], atol=ALIKE):
        raise DataError(f"{name!r} is not taken: it would not say here what it says in transformers")
    sure = guess is not None and torch.allclose(told[1], heard[1], atol=ALIKE)
    return ReadyMade(name, net, tokenizer, guess if sure else None)


def _from_the_library(name: str, data_dir: Path | str | None) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    """The model, its tokenizer, and whether what guesses hidden words came with it. Raises DataError."""
    source = {"pretrained_model_name_or_path": _place(name, data_dir)}
    source["local_files_only"] = name in known_encoders.KNOWN or os.environ.get("HUB_DOWNLOADS") != "1"
    try:
        config = AutoConfig.from_pretrained(**source)
        words = AutoTokenizer.from_pretrained(**source, use_fast=True)
        kind = AutoModelForMaskedLM if type(config) in MODEL_FOR_MASKED_LM_MAPPING else AutoModel
        how = {"use_safetensors": True, "dtype": torch.float32, "output_loading_info": True}
        with _quiet_library():
            model, found = kind.from_pretrained(**source, **how, attn_implementation=encoders.LAID_OPEN)
    except (OSError, ValueError, KeyError, ImportError) as error:
        if isinstance(error, OSError) and not Path(source["pretrained_model_name_or_path"]).is_dir():
            where = "put its folder into models/ of DATA_DIR, or set HUB_DOWNLOADS=1 where there is a network"
            raise DataError(f"no encoder can be loaded as {name!r}; {where} ({type(error).__name__})") from error
        why = next(iter(str(error).splitlines()), "")
        raise DataError(f"{name!r} is not taken: {type(error).__name__}, {why}") from error
    inside = f"{model.base_model_prefix}."
    if missing := [key for key in found["missing_keys"] if key.startswith(inside) and "pooler" not in key]:
        raise DataError(f"{name!r} is not taken: its file lacks {len(missing)} tensors, {min(missing)} for one")
    return model.eval(), words, kind is AutoModelForMaskedLM and not found["missing_keys"]


@contextmanager
def _quiet_library() -> Iterator[None]:
    """Its loader calls a file corrupted that only lacks a masked-LM head. What is missing is judged here, in words."""
    verbosity, has_bars = library_log.get_verbosity(), library_log.is_progress_bar_enabled()
    library_log.set_verbosity_error()
    library_log.disable_progress_bar()
    try:
        yield
    finally:
        library_log.set_verbosity(verbosity)
        if has_bars:
            library_log.enable_progress_bar()


def _renumbered(body: PreTrainedModel, order: Sequence[int], classes: int, seed: int) -> EncoderClassifier:
    """The same encoder for ids of the new order, under a new classifier."""
    state = {key: value.float() for key, value in body.state_dict().items()}
    vectors = body.get_input_embeddings()
    state[_name_of(vectors.weight, body)] = vectors.weight.detach()[list(order)]
    config = body.config.to_diff_dict() | {"model_type": body.config.model_type}
    config |= {"pad_token_id": PAD, "vocab_size": len(order)}
    places = getattr(body.embeddings, "position_embeddings", None)
    if places is not None and places.padding_idx:  # RoBERTa counts places from behind the number of its padding
        state[_name_of(places.weight, body)] = places.weight.detach()[places.padding_idx :]
        config["max_position_embeddings"] = places.num_embeddings - places.padding_idx
    net = networks.build(EncoderShape(config, classes), seed=seed)
    known = net.body.state_dict().keys()
    net.body.load_state_dict({key: value for key, value in state.items() if key in known})
    return net


def _guess_of(library: PreTrainedModel, order: Sequence[int], net: EncoderClassifier) -> WordGuess | None:
    """The library's masked-LM head, where it is of the kit's form: a linear layer, a norm, a bias a word."""
    inside = {id(module) for module in library.base_model.modules()} | {id(library.get_output_embeddings())}
    outside = [module for module in library.modules() if id(module) not in inside]
    dense = [module for module in outside if isinstance(module, nn.Linear)]
    norm = [module for module in outside if isinstance(module, nn.LayerNorm)]
    guess = WordGuess(net)
    if len(dense) != 1 or len(norm) != 1 or dense[0].weight.shape != guess.transform[0].weight.shape:
        return None
    guess.transform[0].load_state_dict(dense[0].state_dict())
    guess.transform[2].load_state_dict(norm[0].state_dict())
    guess.transform[2].eps = norm[0].eps
    guess.bias.data = library.get_output_embeddings().bias.detach()[list(order)]
    return guess


@torch.inference_mode()
def _say(
    library: PreTrainedModel,
    net: EncoderClassifier,
    guess: WordGuess | None,
    tokenizer: Tokenizer,
    order: Sequence[int],
) -> tuple[list[Tensor], list[Tensor]]:
    """What the library's model says of two texts and what ours does: last states and, with a guess, its logits."""
    ids = text.pad(text.encode(tokenizer, TRIED))  # (B, S)
    real, old = ids != PAD, torch.tensor(order)
    asked = {"input_ids": old[ids], "attention_mask": real.long()}
    told = [library.base_model(**asked).last_hidden_state[real]]
    states, attention = net.eval().encode(ids, insides=True)
    if len(attention) != net.body.config.num_hidden_layers:
        raise ValueError("its attention cannot be laid open")
    heard = [states[-1][real]]
    if guess is not None:
        told.append(library(**asked).logits[real][:, old])
        heard.append(guess(heard[0], net))
    return told, heard


def _name_of(weight: Tensor, model: nn.Module) -> str:
    return next(name for name, parameter in model.named_parameters() if parameter is weight)


def _place(name: str, data_dir: Path | str | None) -> str:
    if not NAME.fullmatch(name):
        raise DataError(
            f"{name!r} names no encoder: a folder in models/ of DATA_DIR or an id of the hub would, as owner/name"
        )
    if name in known_encoders.KNOWN:
        return str(known_encoders.folder_of(name, data_dir))
    folder = Path(data_dir or "", "models", name)
    return str(folder) if data_dir and folder.is_dir() else name
