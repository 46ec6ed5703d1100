"""Which runs a request asks for."""

import django_filters

from demos.models import Run


class RunFilter(django_filters.FilterSet):
    paper = django_filters.CharFilter(field_name="paper__slug", help_text="A paper's slug.")

    class Meta:
        model = Run
        fields = ("method", "state", "preset", "data", "configuration", "paper")
