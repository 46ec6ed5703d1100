from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemosConfig(AppConfig):
    name = "demos"
    verbose_name = _("Laboratory")
    default_auto_field = "django.db.models.BigAutoField"
