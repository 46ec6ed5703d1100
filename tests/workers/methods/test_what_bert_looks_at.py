"""What BERT looks at: maps, parsers, entropies, distances and probes against values worked by hand."""

import pytest
import torch
from torch.nn import functional as F

from workers import jobs, registry
from workers.kit import checkpoints, networks, text, tree_tokens
from workers.kit.attention_maps import batch_maps
from workers.kit.events import Report
from workers.kit.files import DataError
from workers.kit.lab import record
from workers.kit.tree_parsers import Half
from workers.kit.trees import Sentence
from workers.methods.probing.what_bert_looks_at import drawing, job, probes

CPU, SPEC = torch.device("cpu"), registry.get_spec("what-bert-looks-at")
DOG = ("the", "dog", "barks", "."), ("DET", "NOUN", "VERB", "PUNCT"), (2, 3, 0, 3), ("det", "nsubj", "root", "punct")
DOGS, RUN = Sentence(*DOG), Sentence(("run", "fast"), ("VERB", "ADV"), (0, 1), ("root", "advmod"))


def batch_of(*sentences):
    tokenizer = text.train_tokenizer([" ".join(sentence.words) for sentence in sentences], 50)
    return tree_tokens.batches(tree_tokens.read(tokenizer, sentences), 8, CPU)[0]


BOTH = batch_of(DOGS, RUN)  # RUN, then DOGS: batches begin with what is short
ENCODER = networks.build(networks.shape_named("bert-2x16", vocabulary=50, classes=1), seed=1)


# --- single heads as parsers ------------------------------------------------------------------------------------------
def test_the_most_looked_at_is_another_word_in_both_directions_and_no_head_finds_a_root():
    A = torch.zeros(6, 6)
    A[1] = torch.tensor([0.9, 0.0, 0.06, 0.04, 0.0, 0.0])  # [CLS] does not count
    A[2] = torch.tensor([0.0, 0.05, 0.8, 0.15, 0.1, 0.0])  # nor does the word itself
    A[3:5] = torch.tensor([[0.0, 0.3, 0.2, 0.4, 0.1, 0.0], [0.0, 0.0, 0.0, 0.2, 0.7, 0.1]])
    chosen = job.most_looked_at(A[None, None, None], batch_of(DOGS).words)[:, 0, 0, 0, 1:5]
    assert chosen.tolist() == [[2, 3, 1, 3], [3, 3, 4, 2]]
    assert job.right_of_heads(ENCODER, Half.of(BOTH.rows, CPU), "mean", Report([].append))[:, [0, 4]].sum() == 0


def test_without_a_common_relation_the_job_says_what_to_change():
    p = record(SPEC, SPEC.clean({}))
    with pytest.raises(DataError, match="ask for more"):
        job.halves_of(tree_tokens.TreeTask(None, None, BOTH.rows, BOTH.rows, 0, CPU), p, SPEC.words)


# --- what heads look at -----------------------------------------------------------------------------------------------
def test_shares_of_attention_that_is_spread_evenly_and_of_one_that_is_sure():
    even = (BOTH.real[:, None, :] / BOTH.real.sum(1)[:, None, None]).expand(-1, 6, -1)[:, None, None]
    found = {name: share.flatten().tolist() for name, share in job.shares(even, BOTH).items()}
    for name in ("first", "separator", "separator_from_others", "separator_from_itself", "itself"):
        assert found[name] == pytest.approx([1 / 4, 1 / 6])
    assert found["signs"] + found["previous"] + found["next"] == pytest.approx([0, 1 / 6, *2 * [3 / 16, 5 / 36]])
    to_the_next = torch.eye(4).roll(1, 1)[None, None, None]  # the last row looks at the first token
    found = {name: share.item() for name, share in job.shares(to_the_next, batch_of(RUN)).items()}
    assert (found["next"], found["previous"], found["first"]) == (0.75, 0, 0.25)
    assert (found["separator_from_others"], found["separator_from_itself"]) == (pytest.approx(1 / 3), 0)


def test_distances_know_no_padding():
    padded, alone = job.look(ENCODER, [BOTH, *tree_tokens.batches(BOTH.rows[:1], 1, CPU)])
    assert torch.allclose(padded["distances"][0], alone["distances"][0], atol=1e-6)


# --- probes -----------------------------------------------------------------------------------------------------------
def sample(seed=0, *, tree=False):
    maps = torch.rand(3, 6, 6, generator=torch.Generator().manual_seed(seed)).softmax(-1)
    if tree:
        maps[1, 1:5] = F.one_hot(torch.tensor(DOGS.heads), 6).float()  # the root looks at [CLS]
    return probes.Sample(maps, torch.eye(4, 8), torch.tensor(DOGS.heads))


def test_a_score_by_hand_and_words_that_say_nothing_change_none():
    one, (A, _, B), bare, worded = sample(), sample().maps, probes.Probe(3), probes.Probe(3, 8)
    for probe in (bare, worded):
        probe.weights.data, probe.start.data, probe.end.data = map(torch.tensor, ([1.0, 0, 0, 0, 0, 2.0], 3.0, 5.0))
    worded.of_head.weight.data = worded.of_dependent.weight.data = torch.zeros(6, 8)
    root = 3 * (A[2, 0] + 2 * B[0, 2]) + 5 * (A[2, 5] + 2 * B[5, 2])
    assert torch.allclose(bare(one)[[0, 1], [3, 0]], torch.stack([A[1, 3] + 2 * B[3, 1], root]))
    assert torch.allclose(bare(one), worded(one), atol=1e-6)
    worded.of_head.weight.data = torch.ones(6, 8)
    same = torch.isclose(bare(one), worded(one), atol=1e-6)
    assert (same[:, 0].all(), same[:, 1:].any()) == (True, False)  # of the root there are no words


@pytest.mark.parametrize("width", [0, 8])
def test_a_probe_finds_the_head_that_is_the_tree(width):
    torch.manual_seed(0)
    probe, taught, events = probes.Probe(3, width), [sample(seed, tree=True) for seed in range(200)], []
    probes.train_probe("probe", probe, taught * 3, 0, Report(events.append))
    losses = [event["value"] for event in events if event["kind"] == "scalar"]
    assert losses[0] > losses[2] > losses[-1]  # a point is the mean of ten steps: the first twenty lower it
    assert probes.right_of_probe(probe, [sample(999, tree=True)]).tolist() == [[1, 1, 1, 1]]


def test_gradients_reach_the_probe_and_not_the_encoder():
    split = batch_of(Sentence(("do", "n't"), ("AUX", "PART"), (0, 1), ("root", "advmod")))
    vectors, probe = ENCODER.body.get_input_embeddings().weight.detach(), probes.Probe(8, 16)
    (one,) = probes.samples(job.unit_maps(ENCODER, [split], "mean"), vectors)
    assert one.vectors.shape == (2, 16)  # n't, of three tokens, has one
    F.cross_entropy(probe(one), one.heads).backward()
    assert [p.grad is None for net in (ENCODER, probe) for p in net.parameters()] == [True] * 39 + [False] * 5


# --- the whole --------------------------------------------------------------------------------------------------------
def uas_of_a_run(out, **values):
    params = SPEC.clean({"train_rows": 120, **SPEC.tiny, **values}, preset=SPEC.preset("smoke"))
    request = jobs.JobRequest(SPEC.slug, "smoke", "opinions", 3, params, "cpu", str(out), str(out / "cache"))
    jobs.execute(request, Report((events := []).append))
    return {e["role"]: e["value"] for e in events if e.get("metric") == "uas"}


def test_each_switch_takes_its_part_away(tmp_path):
    whole, bare = uas_of_a_run(tmp_path), uas_of_a_run(tmp_path, pretraining_epochs=0, apart=False, probe_sentences=0)
    assert bare.keys() == {"heads", "random", "offset", "uniform"}
    assert bare["heads"] != whole["heads"]
    assert bare["offset"] >= whole["offset"]  # picked on dev itself, they are the best there are on dev


def test_a_sentence_is_shown_by_the_heads_whose_gain_is_clearest_and_not_largest():
    best, gain = torch.tensor([0, 6, 13, 6]), torch.tensor([[0, 0.1, 0.3, 0.2], [1, 0.01, 0.2, 0.1]])
    told = drawing.told_heads(best, gain, ["obj", "acl", "obl"], (2, 4))
    assert [tuple(facts.values()) for facts in told] == [("obj", 1, 2, 0), ("acl", 1, 1, 1)]  # each head once
    words = text.train_tokenizer(["good"], 50)
    kept = checkpoints.Checkpoint(ENCODER, words, (), (), {"notes": {"heads": told}})
    shown = job.answer({"heads": kept}, "good " * 50, SPEC.words)
    A = batch_maps(ENCODER, text.pad(text.encode(words, ["good " * 50])))[0, 1, [2, 1], :24, :24]
    assert torch.allclose(torch.tensor([figure["data"]["values"] for figure in shown["figures"]]), A, atol=1e-3)
    assert (shown["cut"], shown["figures"][1]["title"]["en"]) == (True, "Head 2-2: acl, head to dependent")
