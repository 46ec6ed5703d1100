"""Whatever is done to a document, its reader accounts for each of its characters, once and in order."""

import random

import pytest

from catalog.importers import items_of, list_form
from catalog.importers.records import Problem, Record, Span

SIGNS = '{}"@=,#%()\n\r\\$~-*[]<>! \t:;&_`|1Aé\ufeff'
DOCUMENTS = {
    "bibtex": (
        '% c\n@string{acl = "ACL"}\n@preamble{"\\def\\x{y}"}\n@misc{a, title={A {B} c}, author="G{\\"o}del, K.",'
        "\n  journal = acl # { 1}, crossref={b},}\nfree text\n@comment{x {y}}\n@book(b, title = {T}, year = 2000)\n\n"
    ),
    "ris": "TY  - JOUR\r\nTI  - A b\r\nAU  - X, Y\r\nER  - \r\n\r\nTY  - CONF\nT1  - Z\nPY  - 2000\nER  -\n",
    "csl-json": '[\n {"title": "T", "author": [{"family": "X"}], "issued": {"date-parts": [[2000]]}},\n {"id": 1}\n]\n',
    "markdown": (
        "# L\n> motto\n\n## S <!-- c -->\n- **T**. *A. One, B. Two*. (ACL 2020) [[pdf]](https://a.org/1) - ***N***\n\n"
        "  note\n\n1. [X](https://a.org), A. One, 2019\n| Title | Year |\n|--|--|\n| T | 2000 |\n```\ncode\n```\n***\n"
    ),
}
DOCUMENTS["written markdown"] = f"{list_form.MARK}\n{DOCUMENTS['markdown']}"


def damaged(text, chance):
    signs = list(text)
    for _ in range(chance.randrange(1, 20)):
        at = chance.randrange(len(signs))
        if chance.random() < 0.5:
            signs[at] = chance.choice(SIGNS)
        elif chance.random() < 0.5:
            del signs[at : at + chance.randrange(1, 9)]
        else:
            signs[at:at] = chance.choice(SIGNS) * chance.randrange(1, 4)
    return "".join(signs)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("seed", range(5))
def test_damaged_document_is_accounted_for(name, seed):
    chance = random.Random(seed)
    for _ in range(60):
        text = damaged(DOCUMENTS[name], chance)
        items = list(items_of(text, name.removeprefix("written ")))
        spans = [item for item in items if isinstance(item, Span)]
        assert "".join(text[span.start : span.end] for span in spans) == text, text
        lines = text.count("\n") + text.count("\r") + 1
        assert all(1 <= item.line <= lines for item in items if isinstance(item, (Record, Problem))), text
