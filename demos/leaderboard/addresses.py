"""Where a leaderboard leads: the runs of a network, the same board as a document."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from demos.leaderboard.networks import Network

MOST_CONFIGURATIONS = 10  # in one address


def runs_url(network: Network) -> str:
    """The runs it was measured in, those of its latest configurations where there are many."""
    wanted = ",".join(network.configurations[:MOST_CONFIGURATIONS])
    return f"{reverse('demos:runs')}?{urlencode({'configuration': wanted}).replace('%2C', ',')}"


def document_url(suffix: str, query: str) -> str:
    return reverse("demos:leaderboard_document", args=[suffix]) + (f"?{query}" if query else "")
