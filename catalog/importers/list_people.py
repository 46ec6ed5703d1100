"""Author lists and venues as paper lists print them."""

from __future__ import annotations

import re

_JOINTS = re.compile(r"[,;，；、]|(?<=\s)(?:and|&|和)(?=\s)", re.I)
_ET_AL = re.compile(r"^(?:et\.?\s*al\b\.?|others|etc\.?|等人?)|(?<=[\s.])et\.?\s*al\b\.?\s*$|(?<=\w)\s*等人?$", re.I)
_INITIALS = re.compile(r"(?:[^\W\d_]\.[\s-]?){1,4}")
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "ten", "van", "von")
)
_NAME_WORDS_MAX = 6
_HAN = re.compile(r"[\u3400-\u9fff·]+")
_HAN_NAME_MAX = 12

_YEAR = re.compile(r"(?<![\d./:-])(?:19[5-9]\d|20[0-4]\d)(?!\d|\.\d)")
_SHORT_YEAR = re.compile(r"^([A-Z][A-Za-z]*)[ -]?['’]?(\d{2})$")
_ARXIV_NUMBER = re.compile(r"^(arxiv)\s*:\s*\S+$", re.I)
_MARKS = " \t\n.,;:-–—|/，。；：、"
_VENUE_WORDS = re.compile(
    r"\b(?:aaai|acl|aacl|aistats|arxiv|bmvc|cikm|coling|conll|corr|cvpr|eacl|eccv|ecai|emnlp|iccv|iclr|icml|icassp|ijcai|"
    r"ijcnlp|interspeech|jmlr|kdd|lrec|mlsys|naacl|neurips|nips|pmlr|recsys|sigir|sigkdd|tacl|tkde|tmlr|tnnls|tpami|uai|"
    r"wacv|wmt|wsdm|www|preprint|journal|proceedings|conference|workshop|transactions|technical report|thesis|"
    r"in press|to appear|under review|submitted)\b|预印本|学报|会议",
    re.I,
)
_VENUE_WORDS_MAX = 8


def names_in(text: str) -> list[str]:
    """`A. Last, B. Last and C. Last`; also `Last, A., Last, B. et al.`, whose parts go in pairs."""
    parts = [" ".join(_ET_AL.sub("", part.strip()).split()).rstrip(",;*†‡") for part in _JOINTS.split(text)]
    parts = [part for part in parts if part.strip(" .")]
    if len(parts) > 1 and len(parts) % 2 == 0 and all(map(_INITIALS.fullmatch, parts[1::2])):
        return [f"{last}, {initials}" for last, initials in zip(parts[::2], parts[1::2], strict=True)]
    if len(parts) == 1 and _is_run_of_names(words := parts[0].split()):
        return [f"{first} {last}" for first, last in zip(words[::2], words[1::2], strict=True)]
    names: list[str] = []
    for part in parts:
        if names and part.rstrip(".").lower() in _SUFFIXES:
            names[-1] += f", {part}"
        else:
            names.append(part if _ends_with_initial(part) else part.rstrip("."))
    return names


def _is_run_of_names(words: list[str]) -> bool:
    """`Ada One Bo Two Cy Three`: names without any comma are two words each, where nothing says otherwise."""
    return (
        len(words) >= _NAME_WORDS_MAX
        and len(words) % 2 == 0
        and all(word[0].isupper() and word.replace("-", "").isalpha() for word in words)
    )


def _ends_with_initial(name: str) -> bool:
    return bool(_INITIALS.fullmatch(name.split()[-1]))


def reads_as_names(text: str) -> bool:
    """A few capitalised words each: what a title, a venue or a remark hardly ever is."""
    if len(text.split()) >= _NAME_WORDS_MAX and not _JOINTS.search(text):
        return False
    names = names_in(text)
    return bool(names) and all(_reads_as_name(name) for name in names)


def _reads_as_name(name: str) -> bool:
    words = name.replace(",", " ").split()
    if _HAN.match(name):
        return len(name) <= _HAN_NAME_MAX and bool(_HAN.fullmatch(name))
    return (
        len(words) <= _NAME_WORDS_MAX
        and not any(char.isdigit() for char in name[:-1])  # a footnote's number may hang on: "Ada One1"
        and not any(char in ":?!()[]@/：？！（）" for char in name)
        and all(not word[0].islower() or word.lower() in _PARTICLES for word in words)
        and (len(words) > 1 or "." in name or not name.isascii())
    )


def venue_and_year(text: str) -> tuple[str, int | None]:
    """`NeurIPS 2019 Workshop` is NeurIPS Workshop in 2019. `EMNLP2020` and `AAAI 16` state their years as well."""
    text = " ".join(text.split()).strip(_MARKS)
    years = _YEAR.findall(text)
    if years:
        venue = _YEAR.sub(lambda found: "" if found[0] == years[-1] else found[0], text)
        venue = " ".join(venue.split()).lstrip(_MARKS).rstrip(_MARKS.replace(".", ""))
        if _VENUE_WORDS.fullmatch(venue.rstrip(".")):  # any other full stop ends an abbreviation: Comput. Vis.
            venue = venue.rstrip(".")
        return _ARXIV_NUMBER.sub(r"\1", venue), int(years[-1])
    if short := _SHORT_YEAR.match(text):
        return short[1], int(short[2]) + (2000 if int(short[2]) < 50 else 1900)
    return _ARXIV_NUMBER.sub(r"\1", text), None


def reads_as_venue(text: str) -> bool:
    """It states a year, or names a place where papers appear."""
    is_short = 0 < len(text.split()) <= _VENUE_WORDS_MAX
    return venue_and_year(text)[1] is not None or (is_short and bool(_VENUE_WORDS.search(text)))
