"""The loss that nearly every method of distillation is held against. B texts in a batch, C classes, T temperature."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def soft_target_loss(z_s: Tensor, z_t: Tensor, T: float) -> Tensor:
    """T^2 KL(p || q), mean over the batch, in nats, with p = softmax(z_t / T), q = softmax(z_s / T); logits (B, C).

    Hinton et al. 2015, section 2. Without T^2 the gradient would shrink with 1 / T^2, and the loss's weight against
    another would mean something else at every temperature.
    """
    log_p = F.log_softmax(z_t / T, dim=-1)  # (B, C)
    log_q = F.log_softmax(z_s / T, dim=-1)  # (B, C)
    return T**2 * F.kl_div(log_q, log_p, reduction="batchmean", log_target=True)
