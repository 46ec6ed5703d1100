from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemosConfig(AppConfig):
    name = "demos"
    verbose_name = _("Laboratory")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from catalog.search import filters
        from demos.reading import of_runnable_papers

        filters.register("is", "runnable", _("runs here"), of_runnable_papers)
