"""How methods and runs look as JSON."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from demos import causes, formatting, run_page
from demos.advice import what_to_try
from demos.models import Artifact, Event, Result, Run
from workers import registry
from workers.spec import InvalidParams, MethodSpec, Param, Preset


class TextSerializer(serializers.Serializer):
    """A text in both languages of the site."""

    en = serializers.CharField()
    zh = serializers.CharField()


class ChoiceSerializer(serializers.Serializer):
    value = serializers.CharField()
    label = TextSerializer()
    available = serializers.BooleanField()
    why_not = TextSerializer(allow_null=True)


class ParamSerializer(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=["int", "float", "bool", "choice", "text"])
    default = serializers.JSONField(help_text="A number, a boolean or a string, as `type` says.")
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    choices = serializers.SerializerMethodField(help_text="What a choice takes, and whether it is here.")
    unit = serializers.CharField(allow_blank=True)
    symbol = serializers.CharField(allow_blank=True, help_text="The paper's symbol, as LaTeX.")
    label = TextSerializer()
    help = TextSerializer()

    @extend_schema_field(ChoiceSerializer(many=True))
    def get_choices(self, param: Param) -> list:
        return ChoiceSerializer(registry.choices(param, settings.DATA_DIR), many=True).data


class PresetSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = TextSerializer()
    help = TextSerializer()
    data = serializers.CharField()
    seconds = serializers.IntegerField(allow_null=True, help_text="What it took on two CPU cores; null: not timed yet.")
    needs = serializers.ChoiceField(choices=["cpu", "gpu"])
    values = serializers.DictField(child=serializers.JSONField(), help_text="Where it differs from the defaults.")


class DataSetSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = TextSerializer()
    available = serializers.BooleanField()
    why_not = TextSerializer(allow_null=True)


class RoleSerializer(serializers.Serializer):
    slug = serializers.CharField()
    label = TextSerializer()
    kind = serializers.ChoiceField(choices=["teacher", "baseline", "method"])


class MetricSerializer(serializers.Serializer):
    slug = serializers.CharField()
    label = TextSerializer()
    unit = serializers.CharField(allow_blank=True, help_text="What values are stored in; `share` is 0 to 1.")
    better = serializers.ChoiceField(choices=["higher", "lower"])


class ClaimSerializer(serializers.Serializer):
    what = TextSerializer()
    value = serializers.CharField()
    source = serializers.CharField()


class MethodSummarySerializer(serializers.Serializer):
    slug = serializers.CharField()
    url = serializers.SerializerMethodField(help_text="This method in the API.")
    page = serializers.SerializerMethodField(help_text="Its page on the site.")
    title = TextSerializer()
    family = serializers.CharField()
    summary = TextSerializer()
    paper = serializers.CharField(help_text="The paper's arXiv id, or its title.")

    def get_url(self, spec: MethodSpec) -> str:
        return self.context["request"].build_absolute_uri(reverse("method-detail", args=[spec.slug]))

    def get_page(self, spec: MethodSpec) -> str:
        return self.context["request"].build_absolute_uri(reverse("demos:method", args=[spec.slug]))


class MethodSerializer(MethodSummarySerializer):
    parameters = ParamSerializer(many=True, source="params")
    presets = PresetSerializer(many=True)
    data = serializers.SerializerMethodField(help_text="The data sets the job accepts and whether they are here.")
    roles = RoleSerializer(many=True)
    metrics = MetricSerializer(many=True, help_text="Of quality; the method is judged by the first.")
    claims = ClaimSerializer(many=True)
    shrunk = TextSerializer(allow_null=True)

    @extend_schema_field(DataSetSerializer(many=True))
    def get_data(self, spec: MethodSpec) -> list:
        return DataSetSerializer(registry.data_sets(spec, settings.DATA_DIR), many=True).data


class ResultSerializer(serializers.ModelSerializer):
    class Meta:
        model = Result
        fields = ("role", "metric", "value", "unit")


class ArtifactSerializer(serializers.ModelSerializer):
    url = serializers.HyperlinkedIdentityField(view_name="artifact-detail", help_text="This file in the API.")
    download = serializers.HyperlinkedIdentityField(view_name="artifact-download", help_text="The file itself.")
    run = serializers.HyperlinkedRelatedField(view_name="run-detail", read_only=True)

    class Meta:
        model = Artifact
        fields = ("id", "url", "name", "size_bytes", "sha256", "created_at", "run", "download")


class RunSummarySerializer(serializers.ModelSerializer):
    url = serializers.HyperlinkedIdentityField(view_name="run-detail")
    page = serializers.SerializerMethodField(help_text="Its page on the site.")
    paper = serializers.SlugRelatedField(slug_field="slug", read_only=True, allow_null=True)
    results = ResultSerializer(many=True, read_only=True)

    class Meta:
        model = Run
        fields = (
            "id", "url", "page", "method", "preset", "data", "seed", "paper", "state", "cause",
            "created_at", "started_at", "ended_at", "results",
        )  # fmt: skip

    def get_page(self, run: Run) -> str:
        return self.context["request"].build_absolute_uri(run.get_absolute_url())


class RunSerializer(RunSummarySerializer):
    params = serializers.DictField(child=serializers.JSONField(), read_only=True)
    environment = serializers.DictField(child=serializers.JSONField(), read_only=True)
    artifacts = ArtifactSerializer(many=True, read_only=True)
    last_lines = serializers.SerializerMethodField(help_text="The end of its log, where it did not end as hoped.")
    advice = serializers.SerializerMethodField(help_text="What to try, where it did not end as hoped; else empty.")
    repeat_of = serializers.PrimaryKeyRelatedField(read_only=True, allow_null=True, help_text="The run it repeats.")
    command = serializers.SerializerMethodField(help_text="The command line that repeats the run.")

    class Meta(RunSummarySerializer.Meta):
        fields = (
            *RunSummarySerializer.Meta.fields,
            "params", "queue", "attempts", "stage", "progress", "environment", "last_lines", "advice", "repeat_of",
            "artifacts", "command",
        )  # fmt: skip

    def get_last_lines(self, run: Run) -> list[str]:
        return causes.last_lines(run)

    def get_advice(self, run: Run) -> list[str]:
        return what_to_try(run, has_log=run.events.filter(kind="log").exists())

    def get_command(self, run: Run) -> str:
        return run_page.command(run)


@extend_schema_field(
    {
        "type": "object",
        "properties": {"text": {"oneOf": [{"$ref": "#/components/schemas/Text"}, {"type": "string"}]}},
        "additionalProperties": True,
    }
)
class EventBodyField(serializers.DictField):
    child = serializers.JSONField()


class EventSerializer(serializers.ModelSerializer):
    body = EventBodyField(
        help_text="As its `kind` has it. The `text` of a `log` is {en, zh}; a string in runs of older versions."
    )

    class Meta:
        model = Event
        fields = ("seq", "kind", "at", "body")


class RunRequestSerializer(serializers.Serializer):
    """A run to start. What is left out comes from the preset, then from the parameter's default."""

    method = serializers.CharField()
    preset = serializers.CharField(default="small")
    data = serializers.CharField(required=False, allow_blank=True, help_text="The preset's own where it is left out.")
    seed = serializers.IntegerField(default=0, min_value=0, max_value=2**31 - 1)
    params = serializers.DictField(child=serializers.JSONField(allow_null=True), default=dict)

    def validate_method(self, slug: str) -> str:
        try:
            registry.get_spec(slug)
        except registry.UnknownMethod as error:
            raise serializers.ValidationError(str(error)) from error
        return slug

    def validate(self, asked: dict) -> dict:
        """Adds `spec`, and the preset's data where none is named. All that is wrong is named at once."""
        spec = registry.get_spec(asked["method"])
        try:
            preset: Preset = spec.preset(asked["preset"])
        except KeyError as error:
            raise serializers.ValidationError({"preset": error.args[0]}) from error
        errors: dict = {}
        try:
            cleaned = spec.clean(asked["params"], preset=preset)
            alone = {name: value for name, value in cleaned.items() if name not in asked.get("varied", ())}
            wrong = registry.absent(spec, alone, settings.DATA_DIR)
        except InvalidParams as error:
            wrong = error.errors
        if wrong:
            errors["params"] = {name: [formatting.local(text)] for name, text in wrong.items()}
        data = asked.get("data") or preset.data
        known = {data_set.name: data_set for data_set in registry.data_sets(spec, settings.DATA_DIR)}
        if data not in known:
            errors["data"] = f"no data set {data!r}; there are {', '.join(known)}"
        elif not known[data].available:
            errors["data"] = formatting.local(known[data].why_not)
        if errors:
            raise serializers.ValidationError(errors)
        return {**asked, "spec": spec, "data": data}
