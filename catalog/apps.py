from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalogue")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_index_papers, sender=self)


def _index_papers(*, using: str, apps=None, plan=None, **kwargs) -> None:
    """A site that had papers before it had this index, or this layout of it, gets them indexed."""
    from catalog import search

    # `apps` and `plan` are missing after a flush; the index is, after a step back to before it was made.
    if plan is not None and using == DEFAULT_DB_ALIAS and "indexversion" in apps.all_models["catalog"]:
        search.bring_up_to_date()
