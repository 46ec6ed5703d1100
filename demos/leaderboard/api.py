"""/api/v1/leaderboard/: the page's board as JSON. What makes no sense is refused here, where the page gives way."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django_filters.utils import translate_validation
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import MayWrite
from catalog.api.errors import BadQuery
from catalog.api.fields import nearest
from catalog.api.permissions import FromThisSite, WithinScope
from catalog.api.resource import Collection
from demos.leaderboard.board import Board, board_of
from demos.leaderboard.choices import ANY
from demos.leaderboard.filters import BoardFilter
from demos.leaderboard.serializers import BoardSerializer
from demos.models import Run


class BoardViewSet(Collection):
    serializer_class = BoardSerializer
    permission_classes = [WithinScope, FromThisSite, MayWrite]
    filterset_class = BoardFilter
    queryset = Run.objects.none()
    paged_actions = ()
    pagination_class = None

    @extend_schema(summary="Leaderboard", responses=forced_singular_serializer(BoardSerializer))
    def list(self, request: Request) -> Response:
        """What every method made of the same data and teacher: quality against cost, and the Pareto front of both.

        A network is one role (the method's, a baseline's, the teacher's) of one configuration on one class of devices,
        summed up over its seeds; of several runs of one seed the newest counts. It stands on the front where no other
        here is at least as good in mean quality and mean cost and better in one.
        """
        asked = BoardFilter(request.query_params, queryset=Run.objects.none())
        if not asked.is_valid():
            raise translate_validation(asked.errors)
        board = board_of(request.query_params)
        _refuse(board)
        return Response(BoardSerializer(board, context={"request": request, "board": board}).data)


def _refuse(board: Board) -> None:
    for refused in board.refused:
        members = {"valid": list(refused.valid)}
        if refused.value == ANY:
            raise BadQuery(_("Times of two devices are not compared: name one."), members=members)
        what = {"name": refused.name, "value": refused.value, "nearest": nearest(refused.value, refused.valid)}
        detail = _("Nothing that was measured has “%(value)s” as its %(name)s.%(nearest)s") % what
        raise BadQuery(detail, members=members)
