"""POST /api/v1/runs/<id>/try/: the models of a finished run answer a text."""

from __future__ import annotations

from http import HTTPStatus

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.errors import Conflict, Refusal
from demos import trying

PROBLEM = OpenApiResponse(description="A problem, as application/problem+json (RFC 9457).")


class Unanswered(Refusal):
    status_code = HTTPStatus.SERVICE_UNAVAILABLE


class QuestionSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=trying.MAX_TEXT)


class ClassSerializer(serializers.Serializer):
    name = serializers.CharField()
    probability = serializers.FloatField()


class RoleAnswerSerializer(serializers.Serializer):
    role = serializers.CharField()
    classes = ClassSerializer(many=True)
    ms = serializers.FloatField(help_text="Time of one forward pass at batch 1, in milliseconds.")


class TokenSerializer(serializers.Serializer):
    text = serializers.CharField()
    known = serializers.BooleanField(help_text="False: the models see [UNK] in its place.")


class DrawnSerializer(serializers.Serializer):
    slug = serializers.CharField()
    title = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="In place of the figure's own: `en` and `zh`."
    )
    data = serializers.JSONField(help_text="As in the run's own `figure` events.")


class AnswerSerializer(serializers.Serializer):
    answers = RoleAnswerSerializer(many=True)
    tokens = TokenSerializer(many=True, help_text="The text as the models read it.")
    cut = serializers.BooleanField(help_text="Whether the text was longer than they read.")
    figures = DrawnSerializer(many=True, help_text="What the method itself shows of the text.")
    device = serializers.CharField()
    threads = serializers.IntegerField()


class TryAction:
    """For the viewset of runs."""

    @extend_schema(
        summary="Ask the models of a run",
        description="Teacher, baselines and method side by side. 409 where the run left no models, 503 where no "
        "worker answers in time. Nothing is kept.",
        request=QuestionSerializer,
        responses={
            200: AnswerSerializer, 400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 429: PROBLEM,
            503: PROBLEM,
        },
        examples=[OpenApiExample("A sentence", {"text": "a warm and funny film"}, request_only=True)],
    )  # fmt: skip
    @action(detail=True, methods=["post"], url_path="try", url_name="try")
    def ask(self, request: Request, pk: str | None = None) -> Response:
        run = self.get_object()
        asked = QuestionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            return Response(trying.ask(run=run, caller=f"user-{request.user.pk}", **asked.validated_data))
        except trying.NoModels as error:
            raise Conflict(str(error)) from error
        except trying.TooOften as error:
            raise exceptions.Throttled(wait=trying.MINUTE_S, detail=str(error)) from error
        except trying.CannotTry as error:
            raise Unanswered(str(error), headers={"Retry-After": "5"}) from error
