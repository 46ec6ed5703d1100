"""The stand-in method takes the place of the real ones, so that pages are tested for any spec."""

import pytest

from tests.demos import stand_in
from workers import registry


@pytest.fixture
def spec(monkeypatch, tmp_path):
    (tmp_path / "page.md").write_text("# Idea\n\nSoftened by $T$, and <b>bold</b>.\n\n$$T^2 \\mathrm{KL}(p\\|q)$$\n")
    (tmp_path / "page.zh.md").write_text("# 思路\n\n由 $T$ 软化。\n")
    (tmp_path / "job.py").write_text('"""A job."""\n\n\ndef loss(z_s, T):\n    return "<b>" * T\n')
    monkeypatch.setattr(registry, "all_specs", lambda: {stand_in.SPEC.slug: stand_in.SPEC})
    monkeypatch.setattr(registry, "data_sets", stand_in.data_sets)
    monkeypatch.setattr(registry, "folder_path", lambda spec: tmp_path)
    return stand_in.SPEC
