"""The structural probe: distances, losses, trees and scores against values worked by hand and a second way."""

import itertools

import numpy as np
import pytest
import torch

from workers import registry
from workers.kit import checkpoints, networks, text, tree_tokens
from workers.kit.events import Report
from workers.kit.lab import record
from workers.kit.trees import Sentence
from workers.methods.probing.structural_probe import drawing, job, trees

CPU, SPEC = torch.device("cpu"), registry.get_spec("structural-probe")
DOG = ("the", "dog", "barks", "loudly", "."), ("DET", "NOUN", "VERB", "ADV", "PUNCT"), (2, 3, 0, 3, 3)
DOGS = Sentence(*DOG, ("det", "nsubj", "root", "advmod", "punct"))
RUN = Sentence(("run", "fast"), ("VERB", "ADV"), (0, 1), ("root", "advmod"))
D_T = [[0, 1, 2, 3, 3], [1, 0, 1, 2, 2], [2, 1, 0, 1, 1], [3, 2, 1, 0, 2], [3, 2, 1, 2, 0]]


def batch_of(*sentences):
    tokenizer = text.train_tokenizer([" ".join(sentence.words) for sentence in sentences], 60)
    return tree_tokens.batches(tree_tokens.read(tokenizer, sentences), 8, CPU)[0]


BOTH = batch_of(DOGS, RUN)  # RUN, then DOGS: batches begin with what is short
GOLD = trees.trees_of(BOTH, BOTH.heads)


# --- gold trees and the control task ----------------------------------------------------------------------------------
def test_distances_are_edges_between_words_and_signs_are_not_counted():
    assert GOLD.d_T[1].tolist() == D_T
    assert GOLD.d_T[0, :2, :2].tolist() == [[0, 1], [1, 0]]
    assert GOLD.words.sum(1).tolist() == [2, 5]
    assert GOLD.counted.tolist()[1] == [True, True, True, True, False]
    assert GOLD.edges[1].triu().nonzero().tolist() == [[0, 1], [1, 2], [2, 3]]


def test_distances_of_a_random_tree_are_those_of_floyd_and_warshall():
    draw = np.random.default_rng(0)
    heads = np.array([0, *(draw.integers(0, word) for word in range(1, 9))])
    d = np.where(np.eye(9) > 0, 0, 99)
    d[np.arange(1, 9), heads[1:]] = d[heads[1:], np.arange(1, 9)] = 1
    for k, i, j in itertools.product(range(9), repeat=3):
        d[i, j] = min(d[i, j], d[i, k] + d[k, j])
    assert trees.tree_distances(torch.tensor(heads)[None])[0].tolist() == d.tolist()


def test_a_word_type_attaches_to_the_root_or_the_first_or_the_last_word(monkeypatch):
    drawn = {"the": trees.LAST, "dog": trees.LAST, "barks": trees.ITSELF, "loudly": trees.LAST, ".": trees.FIRST}
    monkeypatch.setattr(trees, "behaviour", lambda word, seed: drawn[word])
    assert trees.control_tree(DOGS, 0) == [0, 4, 0, 0, 1]
    control = trees.trees_of(batch := batch_of(DOGS), trees.control_heads(batch, 0))
    assert control.d_T[0, 0].tolist() == [0, 3, 2, 2, 1]  # through the root, which is no word
    assert control.edges[0].triu().nonzero().tolist() == [[1, 3]]


def test_a_type_draws_once_in_any_case_and_all_three_are_drawn_alike():
    assert trees.behaviour("The", 3) == trees.behaviour("the", 3)
    counts = np.bincount([trees.behaviour(f"word{i}", 1) for i in range(3_000)])
    assert counts.min() > 900
    assert [trees.behaviour(f"word{i}", 1) for i in range(20)] != [trees.behaviour(f"word{i}", 2) for i in range(20)]


# --- agreement --------------------------------------------------------------------------------------------------------
def test_gold_distances_score_full_marks_and_a_chain_what_is_worked_out_by_hand():
    perfect = trees.score([(GOLD.d_T, GOLD)])
    assert (perfect.uuas, perfect.spearman) == (1, pytest.approx(1))  # RUN is too short for the second
    bent = Sentence(*DOG[:2], (2, 0, 2, 2, 2), DOGS.relations)  # the, barks and loudly hang on dog
    gold = trees.trees_of(batch := batch_of(bent), batch.heads)
    assert trees.score([(trees.chain(gold), gold)]).uuas == pytest.approx(2 / 3)
    assert trees.score([(trees.chain(GOLD), GOLD), (trees.chain(gold), gold)]).uuas == pytest.approx(
        6 / 7
    )  # RUN has one edge


def test_a_spanning_tree_is_the_smallest_of_all_and_joins_only_those_asked():
    d = torch.rand(6, 6, generator=torch.Generator().manual_seed(1))
    d, among = d + d.T, torch.tensor([[True, True, False, True, True, True]])
    found = trees.spanning_trees(d[None], among)[0].triu().nonzero().tolist()
    kruskal, group = [], {place: {place} for place in (0, 1, 3, 4, 5)}
    for i, j in sorted(itertools.combinations(group, 2), key=lambda edge: d[edge].item()):
        if j not in group[i]:
            kruskal.append([i, j])
            for place in (both := group[i] | group[j]):
                group[place] = both
    assert found == sorted(kruskal)


def test_rank_correlation_by_hand_with_ties_and_without_padding():
    assert trees.ranks(torch.tensor([3.0, 1, 3, 0])).tolist() == [3.5, 2, 3.5, 1]
    d = torch.rand(2, 5, 5, generator=torch.Generator().manual_seed(2))
    ours = trees.spearman(d, GOLD)

    def ranks(row):
        return [sum(other < one for other in row) + (sum(other == one for other in row) + 1) / 2 for one in row]

    theirs = [np.corrcoef(ranks(a), ranks(b))[0, 1] for a, b in zip(d[1].tolist(), D_T, strict=True)]
    assert ours[1].item() == pytest.approx(np.mean(theirs), abs=1e-5)
    two = [np.corrcoef(ranks(row[:2]), b)[0, 1] for row, b in zip(d[0].tolist(), [[0, 1], [1, 0]], strict=False)]
    assert ours[0].item() == pytest.approx(np.mean(two), abs=1e-5)


# --- the probe --------------------------------------------------------------------------------------------------------
def test_the_squared_distance_and_the_loss_by_hand():
    h, B = torch.tensor([[[0.0, 0], [1, 2], [9, 9]]]), torch.tensor([[1.0, 0], [1, 1]])
    d = job.squared_distances(h, B)
    assert d[0, 0, 1].item() == pytest.approx(1 + 9)  # B (1, 2) = (1, 3), and no root
    words = torch.tensor([[True, True, False]])
    d_T = torch.tensor([[[0.0, 4, 7], [4, 0, 7], [7, 7, 0]]])
    assert job.distance_loss(d, d_T, words).item() == pytest.approx(2 * 6 / 4)  # padding is in neither part
    assert job.distance_loss(d_T, d_T, words).item() == 0


def test_distance_and_loss_a_second_way():
    draw = torch.Generator().manual_seed(3)
    h, B = torch.randn(2, 5, 7, generator=draw), torch.randn(3, 7, generator=draw)
    losses = []
    for row, n in enumerate((2, 5)):
        missed = [abs(GOLD.d_T[row, i, j] - (B @ (h[row, i] - h[row, j])).norm() ** 2)
                  for i in range(n) for j in range(n)]  # fmt: skip
        losses.append(sum(missed) / n**2)
    ours = job.distance_loss(job.squared_distances(h, B), GOLD.d_T, GOLD.words)
    assert ours.item() == pytest.approx((sum(losses) / 2).item(), rel=1e-4)


def test_layers_learn_side_by_side_as_they_would_alone_and_find_a_tree_that_is_there():
    p = record(SPEC, SPEC.clean({"rank": 8, "epochs": 40, "learning_rate": 1e-2}))
    above = torch.tensor([[1.0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])  # one an edge
    gold = trees.trees_of(batch := batch_of(DOGS), batch.heads)
    states = [torch.stack([torch.randn(5, 4, generator=torch.Generator().manual_seed(4)), above])[:, None]] * 5
    B, curve = job.learn(states, [gold] * 5, p, 0, Report([].append))
    alone, _ = job.learn([one[1:] for one in states], [gold] * 5, p, 0, Report([].append))
    assert torch.allclose(B[1], alone[0], atol=1e-6)
    assert job.scores(states[:1], [gold], B)[1].uuas == 1
    assert curve[max(curve)][1] < 0.2 < curve[min(curve)][1]


def test_a_word_is_the_mean_of_its_pieces_in_every_layer():
    net = networks.build(networks.shape_named("bert-2x16", vocabulary=60, classes=1), seed=1).eval()
    h, (hidden, _) = job.word_states(net, BOTH), net.encode(BOTH.ids, insides=True)
    assert h.shape == (3, 2, 5, 16)
    pieces = BOTH.pieces[1, 2].bool()
    assert torch.allclose(h[2, 1, 1], hidden[2][1, pieces].mean(0), atol=1e-6)


# --- the job ----------------------------------------------------------------------------------------------------------
def test_the_layer_and_the_probe_know_nothing_of_dev():
    p = record(SPEC, SPEC.clean({"rank": 4, "epochs": 2}))
    net = networks.build(networks.shape_named("bert-2x16", vocabulary=60, classes=1), seed=1).eval()
    found = []
    for dev in ([BOTH.rows[1]], [BOTH.rows[0]] * 3):
        rows = {"taught": BOTH.rows, "held": BOTH.rows[1:], "dev": dev}
        halves = {name: job.Half.of(reads, 2, CPU, 0) for name, reads in rows.items()}
        found.append(job.probe(net, halves, p, 0, Report([].append)))
    assert found[0].layer == found[1].layer > 0
    assert torch.equal(found[0].B, found[1].B)
    assert found[0].dev != found[1].dev


def test_a_kept_probe_draws_the_tree_of_a_sentence_without_gold():
    tokenizer = text.train_tokenizer(["the food was good , but cold"], 60)
    net = networks.build(networks.shape_named("bert-2x16", vocabulary=60, classes=1), seed=1)
    kept = checkpoints.Checkpoint(net, tokenizer, (), (), {"notes": {"layer": 1, "B": torch.eye(16).tolist()}})
    (figure,) = job.answer({"probe": kept}, "the food was good , but cold", SPEC.words)["figures"]
    assert figure["data"]["words"] == ["the", "food", "was", "good", "but", "cold"]
    assert (len(figure["data"]["predicted"]), figure["data"]["gold"]) == (5, [])
    assert drawing.found_tree(["Good", "!"], torch.zeros(1, 2, 2)) == []
