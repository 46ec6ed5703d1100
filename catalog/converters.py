"""Parts of addresses."""

from __future__ import annotations

from catalog.exporters.negotiation import FORMS


class SuffixConverter:
    """The suffix of a document: the longest first, as .csl.json ends with .json too."""

    regex = "|".join(sorted((form.suffix.replace(".", r"\.") for form in FORMS if form.suffix), key=len, reverse=True))

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
