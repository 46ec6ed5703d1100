"""Whole numbers of few bits: by hand, what is learnt through them, in a file, and multiplied."""

import pytest
import torch

from workers.kit import packing

W = torch.tensor([0.5, -1.27, 0.013])


def test_scales_and_integers_by_hand():
    S = packing.scale_of(W.abs().max(), 127)
    assert S.item() == pytest.approx(100, abs=1e-4)
    assert packing.quantise(W, S, 127).tolist() == [50, -127, 1]
    assert packing.quantise(torch.tensor([2.0, -3.0]), S, 127).tolist() == [127, -127]  # outside the range: its ends
    assert torch.allclose(packing.of_largest(W, 127), torch.tensor([0.5, -1.27, 0.01]), atol=1e-5)
    assert packing.scale_of(torch.zeros(()), 127) == 1
    assert [packing.largest_integer(b) for b in (8, 6, 4, 3, 2)] == [127, 31, 7, 3, 1]


@pytest.mark.parametrize("M", [1, 7, 127])
def test_rounding_is_off_by_half_a_step_at_most_and_done_once(M):
    x = torch.randn(8, 8)
    rounded = packing.of_largest(x, M)
    assert (rounded - x).abs().max() <= 0.5 / packing.scale_of(x.abs().max(), M) + 1e-6
    assert torch.allclose(packing.of_largest(rounded, M), rounded, atol=1e-6)


@pytest.mark.parametrize(("clipped", "slopes"), [(False, [1, 1]), (True, [1, 0])])
def test_the_gradient_goes_straight_through_and_stops_where_clamped_only_if_asked(clipped, slopes):
    x = torch.tensor([0.3, 5.0], requires_grad=True)
    packing.fake_quantise(x, torch.tensor(127.0), 127, clipped).sum().backward()
    assert x.grad.tolist() == slopes


@pytest.mark.parametrize("b", [2, 3, 4, 6, 8])
def test_bits_come_back_from_the_file(b):
    q = torch.randint(1 - 2 ** (b - 1), 2 ** (b - 1), (5, 7), dtype=torch.int8)
    packed = packing.to_bits(q, b)
    assert packed.dtype == torch.uint8 and len(packed) == -(-5 * 7 * b // 8)
    assert torch.equal(packing.from_bits(packed, b, q.shape), q)


def test_a_table_of_integers_saves_so_many_bits_and_loads_what_it_held():
    table, loaded = (packing.IntegerEmbedding(torch.nn.Embedding(20, 8), 3) for _ in range(2))
    table.take(torch.randn(20, 8))
    state = table.state_dict()
    loaded.load_state_dict(state)
    assert state["weight"].nbytes == 20 * 8 * 3 / 8
    ids = torch.arange(20)
    assert torch.equal(loaded(ids), table(ids)) and table.weight.abs().max() == 3


@pytest.mark.parametrize("has_kernel", sorted({packing.has_kernel(), False}))
def test_the_integer_product_is_exact_for_the_largest_integers(has_kernel, monkeypatch):
    monkeypatch.setattr(packing, "has_kernel", lambda: has_kernel)
    q_W, q_x = torch.randint(-127, 128, (8, 40), dtype=torch.int8), torch.randint(-127, 128, (2, 9, 40))
    q_W[0], q_x[0, 0] = 127, 127
    assert torch.equal(packing.integer_product(q_W)(q_x.float()).long(), q_x @ q_W.long().T)


def test_a_kernel_s_time_is_measured_in_both_number_formats():
    assert all(ms > 0 for ms in packing.kernel_ms(tokens=4, inputs=8, outputs=8))
