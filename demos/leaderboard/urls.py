"""Addresses of the leaderboard; part of the laboratory's."""

from django.urls import path, register_converter

from catalog.converters import SuffixConverter
from demos.leaderboard import views


class BoardSuffix(SuffixConverter):
    """What papers can be, and a table."""

    regex = f"{SuffixConverter.regex}|csv"


register_converter(BoardSuffix, "board_suffix")

urlpatterns = [
    path("leaderboard/", views.leaderboard, name="leaderboard"),
    path("leaderboard.<board_suffix:suffix>", views.document, name="leaderboard_document"),
]
