"""Which tests stay together where several processes run them (pytest -n 3).

pytest-xdist's own `loadgroup` would do this by marks; its 3.8.0 writes them where pytest 9.2 no longer looks, and every
test then goes its own way.
"""

from xdist.scheduler import LoadScopeScheduling

ON_ONE_SITE = "tests/browser/"


class ByFile(LoadScopeScheduling):
    """A file's tests share what was made for all of them; the browser's files share a running site."""

    def _split_scope(self, nodeid: str) -> str:
        return ON_ONE_SITE if nodeid.startswith(ON_ONE_SITE) else nodeid.partition("::")[0]
