"""The relations of one text as heat maps. Maps are R of each kind (S, S), by role."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from workers.kit.attention_maps import TOKENS_DRAWN, heat_map
from workers.kit.encoders import EncoderClassifier
from workers.kit.lab import Lab
from workers.methods.distillation.minilmv2 import KINDS

Maps = Mapping[str, Mapping[str, Tensor]]
GENERAL = "general-"  # what the networks before their first label are kept as, beside the measured ones


def relation_figures(maps: Maps, tokens: list[str]) -> list[dict]:
    """Those of a kind lie beside each other and have one colour scale."""
    shown, figures = tokens[:TOKENS_DRAWN], []
    for kind in KINDS:
        high = max(of_role[kind].max().item() for of_role in maps.values())
        for role, of_role in maps.items():
            data = heat_map(of_role[kind][: len(shown)], shown, tokens, low=0, high=high)
            figures.append({"slug": f"{kind}-{role}", "data": data})
    return figures


def draw_relations(nets: Mapping[str, tuple[EncoderClassifier, int]], maps_of: Callable, heads: int, lab: Lab) -> None:
    """nets: by role, with the layer that is drawn, of the first dev sentence of a handy length.

    The networks are kept, for "try it": fine-tuning pulls the relations apart.
    """
    task = lab.task
    ids = next((ids for ids in task.dev_ids if 8 <= len(ids) <= 14), task.dev_ids[0])
    tokens, maps = [task.tokenizer.id_to_token(token) for token in ids], {}
    for role, (net, layer) in nets.items():
        notes = {"layer": layer, "relation_heads": heads}
        lab.workspace.save(GENERAL + role, net, task.tokenizer, task.data, notes=notes)
        maps[role] = maps_of(net, ids, **notes)
    for figure in relation_figures(maps, tokens):
        lab.report.figure(**figure)
    lab.report.log("maps", sentence=" ".join(tokens[1:-1]))
