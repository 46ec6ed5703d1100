"""Words that stand in both languages of the interface, read in the reader's."""

from django.utils.translation import get_language


def for_reader(en: str, zh: str) -> str:
    """The Chinese words for a reader of Chinese where there are any; else the English ones."""
    return zh if zh and (get_language() or "en").startswith("zh") else en
