"""/api/v1/imports/: give a document, look at what became of it, take it in, take it back."""

from __future__ import annotations

from django.core.files.base import ContentFile, File
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import user_or_none
from catalog.api.errors import BadQuery, Unprocessable
from catalog.api.import_parsers import DOCUMENT_PARSERS
from catalog.api.import_serializers import (
    ImportInput,
    ImportItemSerializer,
    ImportSerializer,
    ImportSummarySerializer,
)
from catalog.api.permissions import EditorsOnly, FromThisSite, WithinScope
from catalog.api.resource import UUID, Resource
from catalog.intake import accepting, previewing, undoing
from catalog.intake.reading import ImportRefused
from catalog.models import Import, ImportItem

EXAMPLE = OpenApiExample(
    "Two lines of BibTeX",
    {"text": "@misc{a, title = {On distillation}, year = 2015}", "format": "bibtex", "name": "a.bib"},
    media_type="application/json",
    request_only=True,
)
VERDICT = OpenApiParameter("verdict", str, enum=ImportItem.Verdict.values, description="Only entries of this kind.")
NAME_MAX_CHARACTERS = 200
NAME = OpenApiParameter(
    "name", {"type": "string", "maxLength": NAME_MAX_CHARACTERS}, description="What to call the document."
)
BODY = {"application/json": ImportInput} | {parser.media_type: OpenApiTypes.BINARY for parser in DOCUMENT_PARSERS}


@extend_schema_view(
    list=extend_schema(summary="My imports", description="And those that nobody signed. Newest first."),
    retrieve=extend_schema(summary="One import", description="Ask again while its `state` says that work goes on."),
)
class ImportViewSet(Resource):
    serializer_class = ImportSerializer
    queryset = Import.objects.none()
    filter_backends = []
    permission_classes = [WithinScope, FromThisSite, EditorsOnly]
    parser_classes = [*Resource.parser_classes, *DOCUMENT_PARSERS]
    is_private = True
    lookup_field = "pk"
    lookup_value_regex = UUID
    paged_actions = ("list", "items")
    extra_parameters = {"items": ("verdict",), "create": ("name",)}

    def get_queryset(self) -> QuerySet:
        """An import belongs to whoever gave it; one that nobody signed is open to all who may edit."""
        own = Q(owner=None) | Q(owner=self.request.user.pk)
        return Import.objects.filter(own).select_related("paper_list").order_by("-created_at", "-pk")

    def get_serializer_class(self):
        return ImportSummarySerializer if self.action == "list" else ImportSerializer

    @extend_schema(
        summary="Give a document",
        request=BODY,
        parameters=[NAME],
        responses={201: ImportSerializer},
        examples=[EXAMPLE],
    )
    def create(self, request: Request) -> Response:
        """Nothing is written to the catalogue before it is accepted. A small document is read at once, a large one in
        the background. Its type is that of the body, or `format` of a body in JSON."""
        file, format, name = self._document(request)
        try:
            import_ = previewing.create_import(file=file, name=name, format=format, owner=user_or_none(request))
        except ImportRefused as refusal:
            raise Unprocessable(str(refusal)) from refusal
        return self.created(import_)

    def _document(self, request: Request) -> tuple[File, str, str]:
        name = request.query_params.get("name", "")
        if len(name) > NAME_MAX_CHARACTERS or "\0" in name:
            raise BadQuery(_("`name` has at most %d characters.") % NAME_MAX_CHARACTERS)
        if isinstance(request.data, dict) and isinstance(request.data.get("document"), File):
            return request.data["document"], request.data["format"], name
        if request.content_type.partition(";")[0] != "application/json":  # an empty body meets no parser
            raise Unprocessable(_("The document is empty."))
        given = self.read_body(ImportInput).validated_data
        return ContentFile(given["text"].encode()), given["format"], given.get("name", name)

    @extend_schema(summary="Entries of an import", parameters=[VERDICT], responses=ImportItemSerializer(many=True))
    @action(detail=True)
    def items(self, request: Request, pk: str) -> Response:
        """In the document's order."""
        items = self.get_object().items.select_related("paper").defer("data").order_by("number", "pk")
        if (verdict := request.query_params.get("verdict")) is not None:
            if verdict not in ImportItem.Verdict.values:
                detail = _("`verdict` is one of: %s.") % ", ".join(ImportItem.Verdict.values)
                raise BadQuery(detail)
            items = items.filter(verdict=verdict)
        return self.page_of(items, ImportItemSerializer)

    @extend_schema(summary="Take an import in", request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """All that is ready: doubtful entries wait for a decision, problems for a mended text. Asked again, it does no
        more."""
        import_ = accepting.accept_import(import_=self.get_object(), actor=user_or_none(request))
        return self.answer(import_)

    @extend_schema(summary="Take an import back", request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """As a whole; what others have changed since, or use, stays."""
        import_ = undoing.undo_import(import_=self.get_object(), actor=user_or_none(request))
        return self.answer(import_)
