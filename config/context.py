"""What every template may use."""

from django.http import HttpRequest

from catalog.access import may_administer, may_edit, may_write
from config.theme import theme_of


def site(request: HttpRequest) -> dict:
    """`may_write`: start runs, keep a reading list; `may_edit`: change the catalogue; `may_administer`: people.

    `theme`: see config.theme.
    """
    return {
        "may_write": may_write(request),
        "theme": theme_of(request),
        "may_edit": may_edit(request),
        "may_administer": may_administer(request),
    }
