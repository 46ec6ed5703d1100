"""A tokenizer that others made, with its marks called and numbered as ours: [PAD] is 0, and so on (text.MARKS).

Whatever reads token ids then reads those of any tokenizer: what hides words, what cuts texts in two, what pads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from tokenizers import Tokenizer, processors

from workers.kit.text import FIRST, FIRST_TOKEN, MARKS, SEPARATOR, SEPARATOR_TOKEN, UNKNOWN


def new_order(marks: Sequence[int], tokenizer: Tokenizer) -> list[int]:
    """The old id of each new one: the marks, in the order of MARKS, then all other tokens there are, as they stood."""
    return [*marks, *sorted({*tokenizer.get_vocab(with_added_tokens=True).values()} - {*marks})]


def renumbered(tokenizer: Tokenizer, marks: Sequence[int], order: Sequence[int]) -> Tokenizer:
    """Reads every text as `tokenizer` does, in ids of the new order and with our marks around it.

    Raises ValueError where its kind of model is not known.
    """
    new_id = {old: new for new, old in enumerate(order)}
    new_name = {tokenizer.id_to_token(old): mark for old, mark in zip(marks, MARKS, strict=True)}
    known = tokenizer.get_vocab(with_added_tokens=True)
    facts = json.loads(tokenizer.to_str())
    facts |= {"truncation": None, "padding": None, "post_processor": None}
    _renumber_model(facts["model"], {new_name.get(token, token): new_id[old] for token, old in known.items()})
    if (unknown := facts["model"].get("unk_token")) is not None:
        facts["model"]["unk_token"] = new_name.get(unknown, unknown)
    for added in facts["added_tokens"]:
        added |= {"content": new_name.get(added["content"], added["content"]), "id": new_id[added["id"]]}
    facts["added_tokens"].sort(key=lambda added: added["id"])
    ours = Tokenizer.from_str(json.dumps(facts))
    between = tokenizer.encode("a", "b").ids.count(marks[SEPARATOR]) - 1  # of a pair; some put two marks there
    ours.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair=f"[CLS] $A {'[SEP] ' * max(1, between)}$B [SEP]",
        special_tokens=[(FIRST_TOKEN, FIRST), (SEPARATOR_TOKEN, SEPARATOR)],
    )
    return ours


def _renumber_model(model: dict, vocabulary: Mapping[str, int]) -> None:
    if isinstance(model["vocab"], dict):  # WordPiece, BPE, WordLevel
        model["vocab"] = dict(vocabulary)
    elif model.get("type") == "Unigram":  # a list of tokens with their scores, in the order of their ids
        scores = dict(model["vocab"])
        ranked = sorted(vocabulary, key=vocabulary.__getitem__)
        model |= {"vocab": [[token, scores.get(token, 0.0)] for token in ranked], "unk_id": UNKNOWN}
    else:
        raise ValueError(f"its model is {model.get('type')}")
