"""Documents made to bring a reader down, each by its name. A test reads them, benchmarks/reading.py measures them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable


def _doubling_macro(times: int) -> str:
    doubled = "".join(f"@string{{s{n} = s{n - 1} # s{n - 1}}}\n" for n in range(1, times + 1))
    return f'@string{{s0 = "xx"}}\n{doubled}@misc{{a, title = s{times}}}\n'


def _entries(count: int) -> str:
    return "".join(f"@misc{{k{n}, title={{T{n}}}}}\n" for n in range(count))


DOCUMENTS: dict[str, Callable[[], str | bytes]] = {
    "10,000 nested braces": lambda: "@misc{a, title={" + "{" * 10_000 + "x" + "}" * 10_000 + "}}\n@misc{b, title={B}}",
    "1,000 blank lines": lambda: "@misc{a," + "\n" * 1_000 + "title={A}}" + "\n" * 1_000,
    "1,000,000 blank lines": lambda: "@misc{a," + "\n" * 1_000_000 + "title={A}}" + "\n" * 1_000_000,
    "an open brace above 5,000 entries": lambda: "@misc{open, title={" + "\n" + _entries(5_000),
    "crossref to itself": lambda: "@inbook{a, title={A}, crossref={a}}",
    "crossref in a ring of 5,000": lambda: "".join(
        f"@inbook{{k{n}, title={{T}}, crossref={{k{(n + 1) % 5_000}}}}}\n" for n in range(5_000)
    ),
    "a field of 5 MB": lambda: "@misc{a, title={A}, abstract={" + "x y\n" * 1_250_000 + "}}",
    "a macro that doubles itself 40 times": lambda: _doubling_macro(40),
    "5,000 entries without closing brace": lambda: "@misc{a, title={T},\n year=2000\n" * 5_000,
    "8,000 times the same key": lambda: "@misc{a, title={T}}\n" * 8_000,
    "8,000 undefined macros in an entry": lambda: "@misc{a, title={T}, " + "x = y # z, " * 4_000 + "}",
    "8,000 fields in an entry": lambda: "@misc{a, title={T}" + "".join(f", f{n}={{x}}" for n in range(8_000)) + "}",
    "20,000 uses of a long macro": lambda: (
        f'@string{{m = "{"x" * 9_999}"}}\n@misc{{a, title={{T}}' + "".join(f", f{n}=m" for n in range(20_000)) + "}"
    ),
    "50,000 entries that do not end": lambda: "\n@a(b" * 50_000,
    "200,000 accents without a letter": lambda: "@misc{a, title={" + "\\'" * 200_000 + "}}",
    "100,000 times and": lambda: "@misc{a, title={T}, author={A" + " and" * 100_000 + " B}}",
    "1,000,000 {": lambda: "@misc{a, title=" + "{" * 1_000_000,
    '1,000,000 "': lambda: "@misc{a, title=" + '"' * 1_000_000,
    "16,000 times @article{": lambda: "@article{\n" * 16_000,
    "16,000 times @article{ in a line": lambda: "@article{" * 16_000,
    "a null byte": lambda: ("@misc{a, title={A\0B}}\n" + _entries(50)).encode(),
    "a gzip bomb": lambda: gzip.compress(bytes(512 * 2**20), 9),
    "a gzip of a gzip bomb": lambda: gzip.compress(gzip.compress(b"@misc{a, title={A}}" + b" " * 2**26)),
    "200,000 [ of JSON": lambda: "[" * 200_000,
    "100,000 entries of RIS without end": lambda: "TY  - JOUR\nTI  - T\n" * 100_000,
    "one item of 5,000,000 brackets": lambda: "- " + "[a](" * 1_250_000,
    "an integer of 1,000,000 digits": lambda: json.dumps([{"title": "T"}])[:-2] + ', "n": ' + "1" * 1_000_000 + "}]",
}


def data_of(name: str) -> bytes:
    made = DOCUMENTS[name]()
    return made if isinstance(made, bytes) else made.encode()
