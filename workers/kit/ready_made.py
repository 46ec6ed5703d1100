"""Encoders that others have trained: what `transformers` loads from the data folder or, where allowed, from the hub.

Whoever may start a run may name one. So a name leads to no folder but those in `models/` of the data folder, and
nothing is fetched over the network unless HUB_DOWNLOADS=1 says that it may.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer

from workers.kit import encoders, networks
from workers.kit.encoders import EncoderClassifier, EncoderShape
from workers.kit.files import DataError
from workers.kit.text import PAD

NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)


def load(name: str, data_dir: Path | str | None, *, classes: int, seed: int = 0) -> tuple[EncoderClassifier, Tokenizer]:
    """The encoder with a new classifier, and its own tokenizer. Raises DataError with what is wrong.

    Weights are read as safetensors alone, and no code that lies beside them is run.
    """
    source = {"pretrained_model_name_or_path": _place(name, data_dir)}
    source["local_files_only"] = os.environ.get("HUB_DOWNLOADS") != "1"
    try:
        config = AutoConfig.from_pretrained(**source)
        words = AutoTokenizer.from_pretrained(**source, use_fast=True)
        body = AutoModel.from_pretrained(**source, use_safetensors=True, attn_implementation=encoders.LAID_OPEN)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise DataError(
            f"no encoder can be loaded as {name!r}; put its folder into models/ of DATA_DIR, or set HUB_DOWNLOADS=1 "
            f"where there is a network ({type(error).__name__})"
        ) from error
    if config.pad_token_id != PAD or not words.is_fast:
        raise DataError(f"{name!r} is not taken: its padding must be token {PAD}, and its tokenizer a fast one")
    facts = {**config.to_diff_dict(), "model_type": config.model_type}
    net = networks.build(EncoderShape(facts, classes, separator=words.sep_token_id), seed=seed)
    known = net.body.state_dict().keys()
    net.body.load_state_dict({key: value.float() for key, value in body.state_dict().items() if key in known})
    tokenizer = words.backend_tokenizer
    tokenizer.enable_truncation(config.max_position_embeddings)
    return net, tokenizer


def _place(name: str, data_dir: Path | str | None) -> str:
    if not NAME.fullmatch(name):
        raise DataError(
            f"{name!r} names no encoder: a folder in models/ of DATA_DIR or an id of the hub would, as owner/name"
        )
    folder = Path(data_dir or "", "models", name)
    return str(folder) if data_dir and folder.is_dir() else name
