"""How a leaderboard looks as JSON."""

from __future__ import annotations

from dataclasses import asdict

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from demos.leaderboard.addresses import runs_url
from demos.leaderboard.board import Board
from demos.leaderboard.measurements import COSTS
from demos.leaderboard.networks import Network
from workers import registry


class SpreadSerializer(serializers.Serializer):
    """Over seeds. One seed has no deviation and no interval."""

    n = serializers.IntegerField(help_text="Seeds.")
    mean = serializers.FloatField()
    deviation = serializers.FloatField(allow_null=True, help_text="Sample standard deviation.")
    low = serializers.FloatField(allow_null=True, help_text="Where the 95 % interval of the mean begins.")
    high = serializers.FloatField(allow_null=True, help_text="Where it ends.")


class NetworkSerializer(serializers.Serializer):
    """A role of one configuration on one class of devices; a baseline or teacher may be several configurations'."""

    key = serializers.CharField()
    method = serializers.CharField(source="spec.slug", help_text="Of a shared teacher: the method that ran it last.")
    role = serializers.CharField(source="role.slug")
    kind = serializers.ChoiceField(choices=["teacher", "baseline", "method"])
    on_front = serializers.SerializerMethodField()
    quality = serializers.SerializerMethodField(help_text="In the unit that `choices` names.")
    costs = serializers.SerializerMethodField(help_text="By metric, in the units of /api/v1/runs/.")
    seeds = serializers.ListField(child=serializers.IntegerField())
    number_of_runs = serializers.IntegerField(source="runs")
    runs = serializers.SerializerMethodField(help_text="The page of its runs.")
    teacher = serializers.CharField(help_text="`none` where the method has no teacher.")
    device_class = serializers.CharField(allow_blank=True)
    preset = serializers.CharField(help_text="Of the newest run.")
    settings = serializers.DictField(child=serializers.JSONField(), help_text="The parameters that settle the network.")
    configurations = serializers.ListField(child=serializers.CharField())
    last_measured = serializers.DateTimeField()

    def get_on_front(self, network: Network) -> bool:
        return network.key in self.context["board"].front

    @extend_schema_field(SpreadSerializer)
    def get_quality(self, network: Network) -> dict:
        return asdict(network.summary(self.context["board"].choices.quality))

    @extend_schema_field(serializers.DictField(child=SpreadSerializer()))
    def get_costs(self, network: Network) -> dict:
        return {metric: asdict(found) for metric in COSTS if (found := network.summary(metric))}

    def get_runs(self, network: Network) -> str:
        return self.context["request"].build_absolute_uri(runs_url(network))


class ChoicesSerializer(serializers.Serializer):
    """What this board is of, defaults filled in; empty where nothing was measured, or for all."""

    data = serializers.CharField(allow_blank=True)
    quality = serializers.CharField(allow_blank=True)
    quality_unit = serializers.SerializerMethodField(help_text="`share` is 0 to 1.")
    cost = serializers.CharField(allow_blank=True)
    cost_unit = serializers.SerializerMethodField()
    method = serializers.CharField(allow_blank=True)
    kind = serializers.CharField(allow_blank=True)
    teacher = serializers.CharField(allow_blank=True)
    device = serializers.CharField(allow_blank=True)
    seeds = serializers.IntegerField()
    sort = serializers.CharField()

    def get_quality_unit(self, choices) -> str:
        return registry.metric(choices.quality).unit if choices.quality else ""

    def get_cost_unit(self, choices) -> str:
        return registry.metric(choices.cost).unit if choices.cost else ""


class OptionsSerializer(serializers.Serializer):
    """What else can be asked for: by value, how many runs have it."""

    data = serializers.DictField(child=serializers.IntegerField())
    quality = serializers.ListField(source="qualities", child=serializers.CharField())
    cost = serializers.ListField(source="costs", child=serializers.CharField())
    method = serializers.DictField(source="methods", child=serializers.IntegerField())
    teacher = serializers.DictField(source="teachers", child=serializers.IntegerField())
    device = serializers.DictField(source="devices", child=serializers.IntegerField())


class BoardSerializer(serializers.Serializer):
    page = serializers.SerializerMethodField(help_text="The page that shows it.")
    choices = ChoicesSerializer()
    options = OptionsSerializer()
    front = serializers.SerializerMethodField(help_text="Keys of the networks on the front, the cheapest first.")
    networks = NetworkSerializer(many=True)

    def get_page(self, board: Board) -> str:
        query = board.choices.query(self.context["request"].query_params)
        address = reverse("demos:leaderboard") + (f"?{query}" if query else "")
        return self.context["request"].build_absolute_uri(address)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_front(self, board: Board) -> list[str]:
        return [network.key for network in board.on_front]
