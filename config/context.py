"""What every template may use."""

from django.http import HttpRequest

from catalog.access import may_administer, may_edit, may_write
from config.theme import theme_of
from demos.footing import footing


def site(request: HttpRequest) -> dict:
    """`may_write`: start runs, keep a reading list; `may_edit`: change the catalogue; `may_administer`: people.

    `theme`: see config.theme. `footing`: what was measured here, for the foot of a page; asked for where it is shown.
    """
    return {
        "may_write": may_write(request),
        "theme": theme_of(request),
        "footing": footing,
        "may_edit": may_edit(request),
        "may_administer": may_administer(request),
    }
