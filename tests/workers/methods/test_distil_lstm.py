"""DistilLSTM: the distance by hand, the two states that are read, what each student sees, the rules that make texts."""

import random
from collections import Counter
from dataclasses import replace

import pytest
import torch

from tests.workers.methods.in_a_lab import lab_of
from workers import registry
from workers.kit import networks
from workers.kit.tags import Tags
from workers.kit.text import MASK
from workers.methods.distillation.distil_lstm import chances_add_up, figures, job, rules

SPEC = registry.get_spec("distil-lstm")
TEXTS, LABELLED, MANY = 120, 24, 10**6
PIECES = [(10, 11), (12,), (13, 14, 15)]  # of three words
WORDS = [(token,) for token in range(10, 30)]
OF = {(token,): "odd" if token % 2 else "even" for token in range(5, 40)}
TAGS = Tags(OF, {"odd": [(31,), (33,), (33,), (33,)], "even": [(32,), (34,)]})


@pytest.mark.parametrize(("form", "worked", "divisor"), [("paper", 4.0, 2), ("code", 2.0, 2 * 2)])
def test_the_losses_by_hand(form, worked, divisor):
    z_s, z_t = torch.zeros(2, 2, requires_grad=True), torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    loss = job.logit_distance(z_s, z_t, form)
    assert loss.item() == worked / 2  # mean over the batch
    assert torch.equal(torch.autograd.grad(loss, z_s)[0], 2 * (z_s - z_t) / divisor)
    assert [job.logit_distance(z_t + c, z_t, form).item() for c in (0, 1)] == [0, worked / 2]  # a shift of all costs
    assert [job.distillation_loss(2.0, 6.0, alpha) for alpha in (0.0, 1.0, 0.25)] == [6.0, 2.0, 5.0]


def test_it_is_the_papers_network_and_reads_the_last_forward_and_the_first_backward_state():
    assert job.student_shape("bilstm-150", vocabulary=30, classes=2) == job.StudentShape(150, 300, 200, 30, 2)
    net, ids = networks.build(job.StudentShape(16, 32, 21, 30, 2)).eval(), torch.tensor([[4, 5, 6, 7]])
    states, _ = net.lstm(net.tokens(ids))  # (1, 4, 2H): no padding, so nothing needs packing
    read = torch.cat([states[:, -1, :16], states[:, 0, 16:]], -1)
    assert torch.allclose(net(ids).logits, net.head(net.fc(read).relu()), atol=1e-6)


@pytest.fixture(autouse=True)
def no_word_has_a_tag(monkeypatch):
    monkeypatch.setattr(job, "tags_of", lambda *texts: Tags({}, {}))


def opened(**values):
    return lab_of(SPEC, **{"train_rows": TEXTS, "labelled": LABELLED, "vocabulary": 300, "rounds": 3, **values})


def trained(lab, role="student", grown=None, sign=1, steps=4, **follow):
    """A student's weights. The teacher finds most texts of the first class, or of the second by the other sign."""
    grown = grown or job.grow(lab, MANY)
    z_t = sign * (torch.randn(len(grown.texts), 2, generator=torch.Generator().manual_seed(7)) + 2 * torch.eye(2)[0])
    rows, alpha = job.arms_of(lab.p, lab.task.labelled, grown)[role]
    plan = job.batches(rows, list(map(len, grown.texts)), 16, [steps], seed=0)
    net = networks.build(job.StudentShape(16, 32, 21, 300, 2))
    lab.fit(role, net, job.learning(net, alpha, grown.texts, z_t, lab), plan, rate=2e-2, follow=follow)
    return torch.nn.utils.parameters_to_vector(net.parameters())


def test_a_label_is_read_where_it_may_be_seen_and_none_where_alpha_is_zero():
    task = (lab := opened()).task
    rows, choice = [0, LABELLED - 1, LABELLED, TEXTS], 1 - torch.cat([task.y, torch.tensor([0])])
    expected = [*task.y[rows[:2]], *choice[rows[2:]]]  # of a made text, too, what the teacher chooses
    assert job.labels_of(rows, choice, {*task.labelled}, lab).tolist() == expected
    assert lab.counts[""]["labelled_examples"] == 2  # no choice of the teacher's counts as a label
    assert torch.equal(trained(lab), trained(replace(lab, task=replace(task, y=1 - task.y))))
    assert "labelled_examples" not in lab.counts["student"]


def test_the_transfer_set_grows_from_its_sources_by_their_words():
    few, most = (job.grow(opened(source=source), MANY) for source in ("labelled", "all"))
    assert few.rows == [*range(LABELLED), *range(TEXTS, TEXTS + len(few.made))]
    assert most.rows == [*range(TEXTS + len(most.made))]
    assert {token for made in few.made for token in made.ids} <= {MASK}.union(*few.drawn[:LABELLED])
    arms_few, arms_most = ({*job.arms_of(opened().p, range(LABELLED), grown)} for grown in (few, most))
    assert arms_few - arms_most == {"real-texts"}  # an arm only where there are more of them


def test_each_arm_sees_its_texts_and_the_baseline_no_teacher():
    lab, bare = opened(), (2, 9, 3)
    grown = job.grow(lab, MANY)
    unmade = replace(grown, made=[replace(made, ids=bare) for made in grown.made])
    heard = [r for r in job.stages_of(lab.p)[2:] if (trained(lab, r, grown) != trained(lab, r, unmade)).any()]
    assert heard == ["hard-labels", "student"]
    alone = replace(grown, drawn=[*grown.drawn[:LABELLED], *[bare] * (TEXTS - LABELLED)])
    assert torch.equal(trained(lab, "baseline", grown), trained(lab, "baseline", alone, -1))


def test_each_switch_takes_the_method_to_another_arm_or_to_other_numbers():
    own = trained(opened())
    assert torch.equal(trained(opened(rounds=0)), trained(opened(), "logits"))
    assert torch.equal(trained(opened(alpha=1.0)), trained(opened(), "hard-labels"))
    switches = ({"rounds": 0}, {"alpha": 0.5}, {"form": "code"}, {"source": "all"}, {"masked": 0.3}, {"ngrams": 0.0})
    assert not any(torch.equal(own, trained(opened(**switch))) for switch in switches)


def test_twenty_steps_lower_each_loss():
    found = []
    trained(opened(alpha=0.5), steps=20, on_terms=lambda step, terms: found.append(terms))
    for name in ("logit_distance", "hard_loss"):
        assert sum(terms[name] for terms in found[-3:]) < 0.9 * sum(terms[name] for terms in found[:3])


def test_the_figures_count_every_turn_and_every_turned_label():
    lab, z_t = lab_of(SPEC, events := [], train_rows=100), torch.eye(2)[[0, 1, 0, 0, 0]]
    made = [rules.Made(0, (2, 9, 3), "masked"), rules.Made(1, (2, 8, 3), "masked"), rules.Made(1, (2, 7, 3), "n-gram")]
    figures.draw_transfer_set(rules.TransferSet([(2, 5, 3), (2, 6, 3)], [0, 1], made, 4), z_t, lab.report)
    assert [event["data"]["series"][0]["y"] for event in events[:2]] == [[2, 2, 0, 0, 1, 4], [0.5, None, None, 1.0]]


def turns(*chances, count=400, words=WORDS):
    draw = random.Random(0)
    return [rules.one_text(words, chances, TAGS, draw) for _ in range(count)]


def test_words_are_masked_or_else_give_way_to_one_of_their_tag():
    pairs = [pair for made, _ in turns(0.1, 0.3, 0) for pair in zip(WORDS, made, strict=True)]
    count = Counter(new for old, new in pairs if new != old)
    assert count.pop(rules.HIDDEN) / len(pairs) == pytest.approx(0.1, abs=0.01)
    assert count.total() / len(pairs) == pytest.approx(0.3, abs=0.02)
    assert count[(33,)] / (count[(31,)] + count[(33,)]) == pytest.approx(3 / 4, abs=0.02)  # drawn by occurrences
    assert all(OF[old] == OF[new] for old, new in pairs if new != rules.HIDDEN)
    assert turns(1.0, 0, 0, words=PIECES)[0] == ([rules.HIDDEN] * 3, "masked")
    assert turns(0, 1.0, 0, words=[(50,)])[0] == ([(50,)], "")  # without a tag it stays
    assert [turns(p_mask, p_pos, 0)[0][1] for p_mask, p_pos in ((0, 0), (0, 1), (0.5, 0.5))] == ["", "replaced", "both"]
    assert [[*chances_add_up({"masked": p, "replaced": p})] for p in (0.5, 0.6)] == [[], ["replaced"]]


def test_an_n_gram_is_one_to_five_words_in_a_row():
    found = [made for made, _ in turns(0, 0, 1.0, count=1000)]
    assert all(made == WORDS[WORDS.index(made[0]) :][: len(made)] for made in found)
    likely = {length for length, count in Counter(map(len, found)).items() if count > 150}
    assert likely == {*map(len, found)} == {1, 2, 3, 4, 5}  # each as likely as another
    assert {made[0] for made in found} | {made[-1] for made in found} == set(WORDS)  # from end to end
    assert Counter(kind for _, kind in turns(0, 0, 0.25, count=2000))["n-gram"] / 2000 == pytest.approx(0.25, abs=0.03)
    assert {len(made) for made, _ in turns(0, 0, 1.0, words=PIECES)} == {1, 2, 3}
    assert turns(0, 0, 1.0, words=[(10,)])[0] == ([(10,)], "")  # too short to be cut


def test_duplicates_are_dropped_and_counted_and_most_ends_it():
    texts, how = {0: [(10,), (11,)], 7: [(12,)]}, {"longest": 64, "seed": 0}
    made, dropped = rules.enlarge(texts, (0.5, 0, 0), 50, TAGS, most=10**6, **how)
    assert {(one.source, one.ids) for one in made} >= {(0, (2, 4, 11, 3)), (0, (2, 10, 4, 3)), (7, (2, 4, 3))}
    assert (len(made), dropped) == (4, 96)
    assert rules.ids_of(PIECES, 6) == (2, 10, 11, 12, 13, 3)  # no longer than networks read
    assert len(rules.enlarge(texts, (0.5, 0, 0), 50, TAGS, most=3, **how)[0]) == 3
