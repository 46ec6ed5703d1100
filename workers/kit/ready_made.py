"""Encoders that others have trained: what `transformers` loads from a local folder or, with a network, by its id."""

from __future__ import annotations

from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer

from workers.kit import encoders, networks
from workers.kit.encoders import EncoderClassifier, EncoderShape
from workers.kit.files import DataError
from workers.kit.text import PAD


def load(name: str, *, classes: int, seed: int = 0) -> tuple[EncoderClassifier, Tokenizer]:
    """The encoder with a new classifier, and its own tokenizer. Raises DataError with what is wrong.

    Weights are read as safetensors alone, and no code that lies beside them is run.
    """
    try:
        config = AutoConfig.from_pretrained(name)
        words = AutoTokenizer.from_pretrained(name, use_fast=True)
        body = AutoModel.from_pretrained(name, use_safetensors=True, attn_implementation=encoders.LAID_OPEN)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise DataError(f"no encoder can be loaded from {name!r}: {str(error).splitlines()[0]}") from error
    if config.pad_token_id != PAD or not words.is_fast:
        raise DataError(f"{name!r} is not taken: its padding must be token {PAD}, and its tokenizer a fast one")
    facts = {**config.to_diff_dict(), "model_type": config.model_type}
    net = networks.build(EncoderShape(facts, classes, separator=words.sep_token_id), seed=seed)
    known = net.body.state_dict().keys()
    net.body.load_state_dict({key: value.float() for key, value in body.state_dict().items() if key in known})
    tokenizer = words.backend_tokenizer
    tokenizer.enable_truncation(config.max_position_embeddings)
    return net, tokenizer
