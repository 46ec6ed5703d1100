"""What names a work for good: arXiv id, DOI, ACL Anthology id, from an address or from a field that holds the bare id.

Each function gives "" where it finds none. Addresses of other hosts are read only where the id cannot be mistaken.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_MONTH = r"(?:0[1-9]|1[0-2])"
_ARXIV_NEW = rf"\d{{2}}{_MONTH}\.\d{{4,5}}"
_ARXIV_OLD = rf"[a-z]+(?:-[a-z]+)?(?:\.[a-z]{{2}})?/\d{{2}}{_MONTH}\d{{3}}"
_ARXIV = rf"(?P<id>{_ARXIV_NEW}|{_ARXIV_OLD})(?:v\d+)?(?!\d)"
_ARXIV_FIELD = re.compile(rf"(?:arxiv\s*[:/]?\s*|abs/|corr\s*,?\s*abs/)?{_ARXIV}(?:\.pdf)?(?:\s*\[[\w.-]+\])?", re.I)
_ARXIV_WITHIN = re.compile(
    rf"(?:arxiv\.org/(?:abs|pdf|ps|html|format|e-print)/|arxiv\s?:\s?|10\.48550/arxiv\.|/arxiv/"
    rf"|(?:lanl\.gov|ar5iv\.org|ar5iv\.labs\.arxiv\.org|alphaxiv\.org)/(?:abs|pdf|html)/"
    rf"|arxiv-vanity\.com/papers/|huggingface\.co/papers/|corr,?\s?abs/){_ARXIV}",
    re.I,
)

_DOI = re.compile(r"(?<![\d.])10\.\d{4,9}/[^\s\"<>{}|\\^`]{1,200}")
_DOI_TAIL = re.compile(r"(?:/(?:full|abstract|pdf|epdf|meta|fulltext)|(?:\.full)?\.pdf|\.html?|[.,;:!?'*\]])$", re.I)

_ACL = r"(?P<id>[a-z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9]+(?:-[a-z0-9]+)*\.\d+)(?!\d)"
_ACL_FIELD = re.compile(_ACL, re.I)
_ACL_WITHIN = re.compile(
    r"(?:aclweb\.org/anthology(?:-new)?|aclanthology\.(?:org|info|coli\.uni-saarland\.de)(?:/(?:anthology|papers))?)/+"
    rf"(?:[a-z]/[a-z]\d{{2}}/)?{_ACL}|10\.(?:18653/v1|3115/v1)/{_ACL.replace('<id>', '<id_of_doi>')}",
    re.I,
)


def arxiv_id(text: str) -> str:
    """The id without its version: "1503.02531", "cs/0112017"; an old id's subject class (math.GT) is dropped."""
    text = text.strip()
    found = _ARXIV_FIELD.fullmatch(text) or _ARXIV_WITHIN.search(text)
    if not found:
        return ""
    archive, slash, number = found["id"].lower().rpartition("/")
    return archive.partition(".")[0] + slash + number


def doi(text: str) -> str:
    """In lower case, as DOIs ignore case, and without what a publisher's address puts behind it."""
    text = text.strip()
    is_address = re.match(r"https?://", text, re.I)
    pieces = [unquote(piece) for piece in re.split(r"[?#&]", text)] if is_address else [text]
    found = next(filter(None, map(_DOI.search, pieces)), None)
    return _without_tail(found[0]).lower() if found else ""


def _without_tail(found: str) -> str:
    """A closing bracket belongs to a DOI only where its opening one does: 10.1016/s0031-3203(96)00142-2."""
    while True:
        shorter = _DOI_TAIL.sub("", found)
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        shorter = shorter.rstrip("/")
        if shorter == found:
            return found
        found = shorter


def acl_id(text: str) -> str:
    """ "P19-1441" or "2020.acl-main.195", also out of a DOI of the Anthology (10.18653/v1/N18-1202)."""
    text = text.strip()
    found = _ACL_FIELD.fullmatch(text)
    if found:
        return _acl_case(found["id"])
    found = _ACL_WITHIN.search(text)
    return _acl_case(found["id"] or found["id_of_doi"]) if found else ""


def _acl_case(found: str) -> str:
    return found.lower() if "." in found else found.upper()
