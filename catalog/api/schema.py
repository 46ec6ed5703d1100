"""What the OpenAPI description says of every address alike: problems, ETags, preconditions, chosen fields."""

from __future__ import annotations

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from catalog.api.resource import Collection

PROBLEM_JSON = "application/problem+json"
PROBLEMS = {
    "400": "The query or the body makes no sense; `errors` names the fields.",
    "401": "This needs a token, or the token is not known.",
    "403": "Whoever asks may not do this, or their token lacks the scope.",
    "404": "There is nothing at this address.",
    "406": "There is no such format; `available` lists those there are.",
    "409": "This does not fit what is there already.",
    "412": "It was changed since it was read (`If-Match`).",
    "413": "The body is too large.",
    "415": "The body's type is not one that is read here.",
    "422": "Well formed, but refused; `detail` says by which rule.",
    "428": "`If-Match` is missing.",
    "429": "Too many requests; `Retry-After` says when to come back, in seconds.",
}


class ProblemSerializer(serializers.Serializer):
    """An error, by RFC 9457."""

    type = serializers.CharField(help_text="Always `about:blank`: the status says what kind of problem it is.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong, for people, in their language.")
    errors = serializers.DictField(required=False, help_text="For each field that is not valid, what is wrong with it.")


class ApiSchema(AutoSchema):
    def get_operation(self, path, path_regex, path_prefix, method, registry):
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        operation.setdefault("parameters", []).extend(self._shared_parameters())
        self._describe_path(operation["parameters"])
        self._add_headers(operation["responses"])
        self._name_texts(operation["responses"])
        for status in self._problems(operation):
            operation["responses"].setdefault(status, self._problem(status))
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def get_auth(self) -> list[dict]:
        """Reading is free, save for what is somebody's own."""
        free = self.method == "GET" and not getattr(self.view, "is_private", False)
        return [*super().get_auth(), *([{}] if free else [])]

    # --- what is sent -------------------------------------------------------------------------------------------
    @property
    def _needs_match(self) -> bool:
        return getattr(self.view, "versioned", False) and self.method in ("PATCH", "DELETE")

    def _shared_parameters(self) -> list[dict]:
        text = {"type": "string"}
        parameters = []
        if self._needs_match:
            said = "The ETag that was read; `*` takes whatever is there. Without it: 428; with an old one: 412."
            parameters.append(
                {"name": "If-Match", "in": "header", "required": True, "schema": text, "description": said}
            )
        if self.method == "GET" and isinstance(self.view, Collection):
            said = "ETags of answers that are at hand: 304 where one of them still holds."
            parameters.append({"name": "If-None-Match", "in": "header", "schema": text, "description": said})
            if self.view.is_sparse:
                parameters.append(self._fields_parameter())
        return parameters

    def _fields_parameter(self) -> dict:
        serializer, listing = self.view.get_serializer_class(), self.view.action == "list"
        usual = ", ".join(serializer.usual(listing=listing))
        said = f"The fields to give, with commas between. Where nothing is asked for: {usual}."
        names = {"type": "string", "enum": serializer.available(listing=listing)}
        schema = {"type": "array", "items": names, "minItems": 1}
        return {
            "name": "fields", "in": "query", "schema": schema, "style": "form", "explode": False, "description": said,
        }  # fmt: skip

    def _describe_path(self, parameters: list[dict]) -> None:
        for parameter in parameters:
            if parameter["in"] == "path" and not parameter.get("description"):
                parameter["description"] = f"The {parameter['name']} of the row, as lists give it."

    # --- what comes back ----------------------------------------------------------------------------------------
    def _add_headers(self, responses: dict) -> None:
        tag = {"schema": {"type": "string"}, "description": "For `If-None-Match`, and for `If-Match` on a write."}
        if self.method == "GET" and isinstance(self.view, Collection) and "200" in responses:
            responses["200"].setdefault("headers", {})["ETag"] = tag
            responses["304"] = {
                "description": "What the reader has still holds (`If-None-Match`).",
                "headers": {"ETag": tag},
            }
        if "201" in responses:
            place = {"schema": {"type": "string", "format": "uri"}, "description": "The address of what was made."}
            responses["201"].setdefault("headers", {})["Location"] = place

    def _name_texts(self, responses: dict) -> None:
        """What is no JSON of ours is a text with a form of its own."""
        for response in responses.values():
            for media_type, content in response.get("content", {}).items():
                if media_type not in ("application/json", PROBLEM_JSON):
                    content["schema"] = {} if media_type.endswith("json") else {"type": "string"}

    def _problems(self, operation: dict) -> list[str]:
        statuses = ["400", "401", "403", "406", "429"]
        if any(parameter["in"] == "path" or parameter["name"] == "cursor" for parameter in operation["parameters"]):
            statuses.append("404")
        if "requestBody" in operation:
            statuses += ["413", "415"]
        if self.method in ("POST", "PATCH", "PUT", "DELETE"):
            statuses += ["404", "409", "422"]
        if self._needs_match:
            statuses += ["412", "428"]
        return statuses

    def _problem(self, status: str) -> dict:
        described = OpenApiResponse(ProblemSerializer, PROBLEMS[status])
        response = self._get_response_for_code(described, status, [PROBLEM_JSON])
        if status == "429":
            seconds = {"schema": {"type": "integer"}, "description": "Seconds until the next window begins."}
            response["headers"] = {"Retry-After": seconds}
        return response


class TextField(OpenApiSerializerFieldExtension):
    """A text that may not be empty is more than white space."""

    target_class = "catalog.api.inputs.Text"
    match_subclasses = True

    def map_serializer_field(self, auto_schema, direction) -> dict:
        schema = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)
        return schema if self.target.allow_blank or "pattern" in schema else schema | {"pattern": r"\S"}


class InputSchema(OpenApiSerializerExtension):
    """What is sent has no field that is not named."""

    target_class = "catalog.api.inputs.Input"
    match_subclasses = True

    def map_serializer(self, auto_schema, direction) -> dict:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return schema | {"additionalProperties": False}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "catalog.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from the account page, or from `manage.py create_token`. Its scopes: "
            "`read`, `write` (change the catalogue, where its owner is an editor; keep a reading list), `run` "
            "(start and stop runs).",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    priority = 1  # before the package's own

    def get_security_definition(self, auto_schema) -> dict:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "For pages of this site: the session of somebody signed in. Writes carry `X-CSRFToken` too.",
        }
