"""Examples for the API that work when pasted: start the method's quickest run and read what it measured."""

from __future__ import annotations

import json
from dataclasses import dataclass

from workers.spec import MethodSpec

TOKEN = "dst_YOUR_TOKEN"  # noqa: S105 a place to put one
PYTHON = """import json
import time
from urllib.request import Request, urlopen

SITE = "{site}"
HEADERS = {headers}
body = json.dumps({body}).encode()

with urlopen(Request(SITE + "/api/v1/runs/", body, HEADERS)) as answer:
    run = json.load(answer)
while run["state"] in ("queued", "starting", "running"):
    time.sleep(1)
    with urlopen(run["url"]) as answer:
        run = json.load(answer)
print(run["state"], run["page"])
for row in run["results"]:
    print(row["role"], row["metric"], row["value"], row["unit"])
"""
CURL = """curl -sS {site}/api/v1/runs/ \\
  -H 'Content-Type: application/json' \\
{token}  -d '{body}'
"""


@dataclass(frozen=True)
class Example:
    name: str
    language: str
    code: str


def examples(spec: MethodSpec, *, site: str, needs_token: bool) -> list[Example]:
    """`site`: the address of this one, without a slash at its end."""
    body = json.dumps({"method": spec.slug, "preset": spec.presets[0].name, "seed": 0})
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {TOKEN}"} if needs_token else {})
    token = f"  -H 'Authorization: Bearer {TOKEN}' \\\n" if needs_token else ""
    return [
        Example("curl", "sh", CURL.format(site=site, body=body, token=token)),
        Example("Python", "python", PYTHON.format(site=site, headers=json.dumps(headers), body=body)),
    ]
