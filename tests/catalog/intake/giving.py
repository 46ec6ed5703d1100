"""Documents given, looked at and accepted as a person would."""

from django.core.files.base import ContentFile

from catalog.intake import accepting, previewing

TWO = b"@misc{a, title={First Work}, author={Lee, Ann}}\n@misc{b, title={Second Work}, eprint={1901.00001}}\n"
BROKEN = b"@misc{c, title={Broken,\n author={X}\n}\n"


def give(data: bytes = TWO, **facts):
    facts = {"name": "my.bib", "format": "auto", "owner": None, **facts}
    return previewing.create_import(file=ContentFile(data), **facts)


def accept(import_, actor=None):
    return accepting.accept_import(import_=import_, actor=actor)


def items_of(import_):
    return list(import_.items.order_by("number"))


def verdicts(import_):
    return [item.verdict for item in items_of(import_)]
