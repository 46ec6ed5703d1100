"""What makes two runs the same experiment: everything that was asked for but the seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def configuration_of(*, method: str, data: str, params: Mapping[str, Any]) -> str:
    """A short hash: equal for runs that differ in nothing but their seed. `params`: all of the spec's, cleaned."""
    asked = json.dumps([method, data, params], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(asked.encode()).hexdigest()[:16]
