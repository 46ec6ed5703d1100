"""What BERT looks at: maps, parsers, entropies, distances and probes against values worked by hand."""

import math

import pytest
import torch
from torch.nn import functional as F
from transformers import BertConfig, BertModel, BertTokenizerFast

from workers.kit import checkpoints, networks, text, tree_tokens, treebanks
from workers.kit.data import DataError
from workers.kit.events import Report
from workers.kit.teachers import Teachers
from workers.kit.trees import Sentence
from workers.kit.workspace import Workspace
from workers.methods.probing.what_bert_looks_at import SPEC, drawing, job, probes

CPU = torch.device("cpu")
DOGS = Sentence(
    ("the", "dog", "barks", "."), ("DET", "NOUN", "VERB", "PUNCT"), (2, 3, 0, 3), ("det", "nsubj", "root", "punct")
)
RUN = Sentence(("run", "fast"), ("VERB", "ADV"), (0, 1), ("root", "advmod"))
SPLIT = Sentence(("do", "n't"), ("AUX", "PART"), (0, 1), ("root", "advmod"))


def batch_of(*sentences):
    tokenizer = text.train_tokenizer([" ".join(sentence.words) for sentence in sentences], 50)
    (batch,) = tree_tokens.batches(tree_tokens.read(tokenizer, sentences), 8, CPU)
    return batch


def half_of(*sentences):
    return job.Half.of(batch_of(*sentences).rows, CPU)


def encoder(seed=1):
    return networks.build(networks.shape_named("bert-2x16", vocabulary=50, classes=1), seed=seed)


# --- attention maps ---------------------------------------------------------------------------------------------------
def test_rows_of_a_map_sum_to_one_and_padding_changes_nothing():
    padded, alone = batch_of(DOGS, RUN), batch_of(DOGS, RUN).ids[:1, :4]  # RUN is the shorter one
    A = job.attention_maps(encoder(), padded.ids)
    assert A.shape == (2, 2, 4, 6, 6)
    assert torch.allclose(A.sum(-1), torch.ones(2, 2, 4, 6), atol=1e-6)
    assert torch.allclose(A[:1, :, :, :4, :4], job.attention_maps(encoder(), alone), atol=1e-6)


@pytest.mark.parametrize(("split_from", "row"), [("mean", [0.15, 0.2, 0.5, 0.15]), ("first", [0.1, 0.1, 0.6, 0.2])])
def test_to_a_split_word_the_sum_and_from_it_the_mean_or_the_first(split_from, row):
    pieces = torch.tensor([[[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]]]).float()
    A = torch.full((5, 5), 0.2)
    A[2] = torch.tensor([0.1, 0.1, 0.2, 0.4, 0.2])
    A[3] = torch.tensor([0.2, 0.3, 0.3, 0.1, 0.1])
    units = job.between_units(A[None, None, None], pieces, split_from)[0, 0, 0]
    assert torch.allclose(units[2], torch.tensor(row), atol=1e-6)
    assert torch.allclose(units[0], torch.tensor([0.2, 0.2, 0.4, 0.2]), atol=1e-6)
    assert torch.allclose(units.sum(-1), torch.ones(4), atol=1e-6)


def test_the_most_looked_at_is_another_word_in_both_directions():
    batch = batch_of(DOGS)
    A = torch.zeros(6, 6)
    A[1] = torch.tensor([0.9, 0.0, 0.06, 0.04, 0.0, 0.0])  # [CLS] does not count
    A[2] = torch.tensor([0.0, 0.0, 0.8, 0.1, 0.1, 0.0]) + torch.tensor([0, 0.05, 0, 0.05, 0, 0])  # nor does the word
    A[3] = torch.tensor([0.0, 0.3, 0.2, 0.4, 0.1, 0.0])
    A[4] = torch.tensor([0.0, 0.0, 0.0, 0.2, 0.7, 0.1])
    chosen = job.most_looked_at(A[None, None, None], batch.words)[:, 0, 0, 0, 1:5]
    assert chosen.tolist() == [[2, 3, 1, 3], [3, 3, 4, 2]]


# --- parsers ----------------------------------------------------------------------------------------------------------
def test_no_head_finds_a_root():
    half = half_of(DOGS, RUN)
    right = job.right_of_heads(encoder(), half, "mean", Report(lambda event: None))
    assert right.shape == (2 * 2 * 4, 6)
    assert half.relations == ["root", "advmod", "det", "nsubj", "root", "punct"]
    assert right[:, [0, 4]].sum() == 0


def test_offsets_by_hand():
    half = half_of(DOGS, RUN)
    right = dict(zip(job.offsets(3), job.right_of_offsets(half, 3).tolist(), strict=True))
    assert right[1] == [0, 0, 1, 1, 0, 0]
    assert right[-1] == [1, 1, 0, 0, 0, 1]  # before the first word is the root
    assert right[2] == [0, 0, 0, 0, 0, 0]
    assert right[-3] == [1, 0, 0, 0, 1, 0]


def test_uniform_attention_is_right_as_often_as_a_guess():
    assert torch.allclose(
        job.right_of_uniform(half_of(DOGS, RUN)), torch.tensor([[0, 1, 1 / 3, 1 / 3, 0, 1 / 3]]), atol=1e-6
    )


def test_signs_count_in_no_column_and_the_root_among_all_words():
    half = half_of(DOGS, RUN)
    members = half.members(["det", "nsubj"])
    assert members.sum(0).tolist() == [5, 1, 1]
    right = torch.tensor([[1.0, 1, 1, 0, 0, 1]])
    assert job.accuracies(right, members)[0].tolist() == pytest.approx([3 / 5, 1, 0])


def test_a_parser_is_chosen_on_one_half_and_counted_on_the_other():
    members = torch.ones(4, 1)
    chosen_on = torch.tensor([[1.0, 1, 1, 0], [0, 0, 0, 1]])
    right = torch.tensor([[0.0, 0, 0, 1], [1, 1, 1, 1]])
    score = job.choose(chosen_on, members, right, members)
    assert (score.best.item(), score.accuracy.item()) == (0, 0.25)


def test_the_error_of_a_difference_by_hand():
    members = torch.ones(4, 1)
    one, other = (
        job.Score(torch.tensor([0]), torch.tensor([right]), torch.zeros(1))
        for right in ([1.0, 1, 1, 0], [0.0, 0, 1, 0])
    )
    mean, error = job.difference(one, other, members)
    assert mean.item() == 0.5
    assert error.item() == pytest.approx(0.5 / math.sqrt(4))


def test_what_is_told_is_the_clearest_gain_and_not_the_largest():
    best, gain = torch.tensor([0, 2, 5, 2]), (torch.tensor([0, 0.1, 0.3, 0.2]), torch.tensor([1, 0.01, 0.2, 0.1]))
    told = drawing.told_heads(best, gain, ["obj", "acl", "obl"], (2, 2))
    assert told == [
        {"relation": "obj", "layer": 1, "head": 0, "direction": 0},
        {"relation": "acl", "layer": 0, "head": 1, "direction": 1},
    ]


# --- what heads look at -----------------------------------------------------------------------------------------------
def test_shares_of_uniform_attention():
    batch = batch_of(DOGS, RUN)
    even = (batch.real[:, None, :] / batch.real.sum(1)[:, None, None]).expand(-1, 6, -1)[:, None, None]
    found = {name: share.flatten().tolist() for name, share in job.shares(even, batch).items()}
    assert found.keys() == drawing.LOOKED_AT.keys()
    for name in ("first", "separator", "separator_from_others", "separator_from_itself", "itself"):
        assert found[name] == pytest.approx([1 / 4, 1 / 6])
    assert found["signs"] == pytest.approx([0, 1 / 6])
    assert found["previous"] == found["next"] == pytest.approx([3 / 16, 5 / 36])


def test_before_and_after_are_not_mixed_up():
    batch = batch_of(RUN)
    to_the_next = torch.eye(4).roll(1, 1)[None, None, None]  # the last row looks at the first token
    found = job.shares(to_the_next, batch)
    assert (found["next"].item(), found["previous"].item(), found["first"].item()) == (0.75, 0, 0.25)
    assert (found["separator_from_others"].item(), found["separator_from_itself"].item()) == (pytest.approx(1 / 3), 0)


def test_entropies_by_hand():
    batch = batch_of(DOGS, RUN)
    even = (batch.real[:, None, :] / batch.real.sum(1)[:, None, None]).expand(-1, 6, -1)[:, None, None]
    mean, first = job.entropies(even, batch.real)
    assert mean.flatten().tolist() == pytest.approx([math.log(4), math.log(6)], abs=1e-5)
    assert first.flatten().tolist() == pytest.approx([math.log(4), math.log(6)], abs=1e-5)
    sure, _ = job.entropies(torch.eye(2)[None, None, None].double(), torch.ones(1, 2, dtype=torch.bool))
    assert sure.item() == pytest.approx(-0.99995 * math.log(0.99995) - 0.00005 * math.log(0.00005), abs=1e-9)


def test_jensen_shannon_by_hand():
    a, b = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    assert job.jensen_shannon(a, b).item() == pytest.approx(math.log(2), abs=1e-6)
    assert job.jensen_shannon(a, a).item() == 0
    half = torch.tensor([[0.5, 0.5]])
    assert job.jensen_shannon(a, half).item() == pytest.approx(
        0.2157616, abs=1e-6
    )  # (ln 4/3 + ln 2/3 / 2 + ln 2 / 2) / 2


def test_jensen_shannon_is_the_mean_of_two_divergences():
    a, b = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0)).double().softmax(-1)
    m = ((a + b) / 2).log()
    both = sum(F.kl_div(m, p, reduction="sum") for p in (a, b)) / 2
    assert job.jensen_shannon(a, b).item() == pytest.approx(both.item(), abs=1e-9)


def test_distances_of_heads_know_no_padding():
    padded = batch_of(DOGS, RUN)
    A, alone = (job.attention_maps(encoder(), ids) for ids in (padded.ids, padded.ids[:1, :4]))
    distances = job.head_distances(A, padded.real)
    assert torch.allclose(distances[:1], job.head_distances(alone, padded.real[:1, :4]), atol=1e-6)
    assert torch.allclose(distances, distances.transpose(1, 2), atol=1e-9)
    assert distances.diagonal(dim1=1, dim2=2).abs().max() < 1e-9


def test_scaling_finds_a_rectangle_again():
    corners = torch.tensor([[0, 0], [3, 0], [0, 4], [3, 4]]).double()
    found = drawing.scaled(torch.cdist(corners, corners))
    assert torch.allclose(torch.cdist(found, found), torch.cdist(corners, corners), atol=1e-6)


# --- probes -----------------------------------------------------------------------------------------------------------
def sample(seed=0, *, tree=False):
    draw = torch.Generator().manual_seed(seed)
    maps = torch.rand(3, 6, 6, generator=draw).softmax(-1)
    heads = torch.tensor(DOGS.heads)
    if tree:
        maps[1, 1:5] = F.one_hot(heads, 6).float()  # the root looks at [CLS]
    return probes.Sample(maps, torch.eye(4, 8), heads)


def test_a_score_by_hand():
    probe, one = probes.Probe(3), sample()
    with torch.no_grad():
        probe.weights.copy_(torch.tensor([1.0, 0, 0, 0, 0, 2.0]))
        probe.start.fill_(3.0)
        probe.end.fill_(5.0)
    scores, (A, _, B) = probe(one), one.maps
    assert scores.shape == (4, 5)
    assert scores[0, 3].item() == pytest.approx((A[1, 3] + 2 * B[3, 1]).item(), abs=1e-5)
    root = 3 * (A[2, 0] + 2 * B[0, 2]) + 5 * (A[2, 5] + 2 * B[5, 2])
    assert scores[1, 0].item() == pytest.approx(root.item(), abs=1e-5)


def test_words_that_say_nothing_leave_the_probe_of_attention():
    one, bare, worded = sample(), probes.Probe(3), probes.Probe(3, 8)
    for probe in (bare, worded):
        torch.nn.init.ones_(probe.weights)
    torch.nn.init.zeros_(worded.of_head.weight)
    torch.nn.init.zeros_(worded.of_dependent.weight)
    assert torch.allclose(bare(one), worded(one), atol=1e-6)
    torch.nn.init.ones_(worded.of_head.weight)
    assert torch.allclose(bare(one)[:, 0], worded(one)[:, 0], atol=1e-6)  # of the root there are no words
    assert not torch.allclose(bare(one)[:, 1:], worded(one)[:, 1:])


@pytest.mark.parametrize("width", [0, 8])
def test_a_probe_finds_the_head_that_is_the_tree(width):
    torch.manual_seed(0)
    probe, taught, events = probes.Probe(3, width), [sample(seed, tree=True) for seed in range(200)], []
    probes.train_probe("probe", probe, taught * 3, 0, Report(events.append))
    losses = [event["value"] for event in events if event["kind"] == "scalar"]
    assert losses[0] > losses[2] > losses[-1]  # a point is the mean of ten steps: the first twenty lower it
    assert probes.right_of_probe(probe, [sample(999, tree=True)]).tolist() == [[1, 1, 1, 1]]


def test_gradients_reach_the_probe_and_not_the_encoder():
    net, batch = encoder(), batch_of(SPLIT)
    (one,) = job.samples(net, [batch], "mean", net.body.get_input_embeddings().weight.detach())
    assert one.vectors.shape == (2, 16)  # n't, of three tokens, has one
    probe = probes.Probe(8, 16)
    F.cross_entropy(probe(one), one.heads).backward()
    assert all(p.grad is None for p in net.parameters())
    assert all(p.grad is not None for p in probe.parameters())


# --- the whole --------------------------------------------------------------------------------------------------------
TINY = {"train_rows": 300, "sentences": 150, "pretraining_epochs": 1, "probe_sentences": 60,
        "model": "bert-2x64", "vocabulary": 500}  # fmt: skip


def run(out, data_dir=None, **values):
    events = []
    rest = {"data": treebanks.load_tree_bank("opinions"), "seed": 3, "device": CPU, "report": Report(events.append)}
    job.run(**SPEC.clean(TINY | values), **rest, workspace=Workspace(out, Teachers(out / "cache"), data_dir))
    return out, events


def results(events):
    return {(e["role"], e["metric"]): e["value"] for e in events if e["kind"] == "result"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same tiny job twice, with the encoder trained anew each time."""
    return [run(tmp_path_factory.mktemp("run")) for _ in range(2)]


def test_the_same_seed_gives_the_same_numbers(runs):
    one, other = ([e for e in events if e["kind"] in ("result", "figure", "scalar")] for _, events in runs)
    assert one == other


def test_every_role_and_figure_of_the_spec_is_there(runs):
    _, events = runs[0]
    assert {e["role"] for e in events if e["kind"] == "result"} == {role.slug for role in SPEC.roles}
    drawn = {e["slug"] for e in events if e["kind"] == "figure"}
    assert drawn == {figure.slug for figure in SPEC.figures if not figure.series}


def test_each_switch_takes_its_part_away(runs, tmp_path):
    """Without pre-training the heads are random; picked on dev itself, offsets are the best there are on dev."""
    whole, bare = results(runs[0][1]), results(run(tmp_path, pretraining_epochs=0, apart=False, probe_sentences=0)[1])
    assert {role for role, _ in bare} == {"heads", "random", "offset", "uniform"}
    assert bare["heads", "uas"] != whole["heads", "uas"]
    assert bare["offset", "uas"] >= whole["offset", "uas"]


def test_a_ready_made_encoder_takes_the_place_of_ours(tmp_path):
    words = sorted({word for sentence in treebanks.load_tree_bank("opinions").train for word in sentence.words})
    folder = tmp_path / "models" / "ready"
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(vocab_size=len(words) + 5, hidden_size=16, num_hidden_layers=3, num_attention_heads=2,
                        intermediate_size=32, max_position_embeddings=40, pad_token_id=0)  # fmt: skip
    BertModel(config).save_pretrained(folder)
    out, events = run(tmp_path / "out", data_dir=str(tmp_path), ready_made="ready", probe_sentences=0)
    assert "pretraining" not in {e["name"] for e in events if e["kind"] == "stage"}
    assert [len(e["data"]["rows"]) for e in events if e.get("slug") == "entropy"] == [3]
    assert not (out / "heads").exists()


def test_the_saved_encoder_shows_the_same_attention(runs):
    out, events = runs[0]
    kept = {"heads": checkpoints.load(out / "heads")}
    shown = job.answer(kept, "the film was not good .")
    assert [token["text"] for token in shown["tokens"]] == ["the", "film", "was", "not", "good", "."]
    told = kept["heads"].config["notes"]["heads"]
    assert len(shown["figures"]) == len(told) <= drawing.TOLD_HEADS
    drawn = next(e["data"] for e in events if e["kind"] == "figure" and e["slug"] == "attention")
    ids = torch.tensor([[kept["heads"].tokenizer.token_to_id(token) for token in drawn["rows"]]])
    again = job.attention_maps(kept["heads"].model, ids)[0, told[0]["layer"], told[0]["head"]]
    assert torch.allclose(again, torch.tensor(drawn["values"]), atol=1e-3)


def test_a_long_text_is_cut_and_said_to_be(runs):
    kept = {"heads": checkpoints.load(runs[0][0] / "heads")}
    shown = job.answer(kept, "good " * 50)
    assert shown["cut"]
    assert len(shown["figures"][0]["data"]["columns"]) == drawing.TOKENS_DRAWN


def test_without_a_common_relation_the_job_says_what_to_change():
    task = tree_tokens.prepare(
        treebanks.TreeBank("toy", SPEC.title, (DOGS,), (RUN,), SPEC.title, SPEC.title),
        train_rows=1, vocabulary=50, seed=0, device=CPU,
    )  # fmt: skip
    with pytest.raises(DataError, match="ask for more"):
        job.halves_of(task, 100, apart=True)
