"""All networks of a run in one archive: what comes back, what is shared, what is refused."""

import json
import zipfile

import pytest
import torch

from workers.kit import answering, checkpoints, evaluation, models, networks, text
from workers.kit.checkpoints import CheckpointError

CLASSES = ("negative", "positive")


@pytest.fixture
def folders(tmp_path):
    tokenizer = text.train_tokenizer(["a good film, a bad film"], 20)
    size = tokenizer.get_vocab_size()
    for seed, role in enumerate(("teacher", "student")):
        net = networks.build(networks.shape_named("bilstm-16", vocabulary=size, classes=2), seed=seed)
        checkpoints.save(tmp_path / role, net, tokenizer, classes=CLASSES, labels=("0", "1"))
    return {role: tmp_path / role for role in ("teacher", "student")}


@pytest.fixture
def archive(folders, tmp_path):
    models.pack(folders, tmp_path / "models.zip")
    return tmp_path / "models.zip"


def rewritten(archive, changes: dict[str, bytes | None]):
    """The archive with members put in, replaced, or (None) left out."""
    with zipfile.ZipFile(archive) as old:
        contents = {name: old.read(name) for name in old.namelist()} | changes
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in contents.items():
            if content is not None:
                new.writestr(name, content)
    return archive


def test_every_role_comes_back_with_the_same_logits(archive, folders):
    ids = torch.tensor([[2, 3, 4]])
    loaded = models.load(archive)
    assert list(loaded) == ["teacher", "student"]
    for role, checkpoint in loaded.items():
        assert torch.equal(checkpoint.model(ids).logits, checkpoints.load(folders[role]).model(ids).logits)


def test_the_tokenizer_all_share_is_kept_once(archive):
    names = zipfile.ZipFile(archive).namelist()
    assert [name for name in names if name.endswith("tokenizer.json")] == ["tokenizer.json"]


def test_tokenizers_that_differ_are_kept_each(folders, tmp_path):
    text.save_tokenizer(text.train_tokenizer(["other words"], 20), folders["student"])
    models.pack(folders, tmp_path / "two.zip")
    loaded = models.load(tmp_path / "two.zip")
    assert loaded["student"].tokenizer.token_to_id("other") is not None
    assert loaded["teacher"].tokenizer.token_to_id("other") is None


def test_equal_checkpoints_pack_to_equal_bytes(archive, folders, tmp_path):
    models.pack(folders, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


@pytest.mark.parametrize("gone", ["models.json", "tokenizer.json", "student/config.json", "student/model.safetensors"])
def test_an_archive_without_a_part_is_refused(archive, gone):
    with pytest.raises(CheckpointError, match=gone.rpartition("/")[2]):
        models.load(rewritten(archive, {gone: None}))


def test_a_member_larger_than_its_kind_may_be_is_refused_unread(archive):
    with pytest.raises(CheckpointError, match="at most"):
        models.load(rewritten(archive, {"models.json": b" " * (2**16 + 1)}))


@pytest.mark.parametrize("models_listed", [[], [{"role": "student"}] * 17, [{"role": "../student"}], "student"])
def test_a_manifest_of_too_many_or_of_no_models_or_of_strange_ones_is_refused(archive, models_listed):
    content = json.dumps({"format": 1, "models": models_listed}).encode()
    with pytest.raises(CheckpointError):
        models.load(rewritten(archive, {"models.json": content}))


def test_members_that_nobody_expects_reach_no_disk(archive, tmp_path):
    models.load(rewritten(archive, {"../escaped": b"x", "student/job.py": b"raise SystemExit"}))
    assert not (tmp_path.parent / "escaped").exists()
    assert not list(tmp_path.rglob("job.py"))


def test_weights_that_are_a_pickle_are_refused(archive, tmp_path):
    torch.save({"head.weight": torch.zeros(2)}, tmp_path / "weights.pt")
    with pytest.raises(CheckpointError):
        models.load(rewritten(archive, {"student/model.safetensors": (tmp_path / "weights.pt").read_bytes()}))


# --- the kit's answer -------------------------------------------------------------------------------------------------
def test_the_answer_has_the_probabilities_that_dev_was_measured_with(archive):
    loaded = models.load(archive)
    said = answering.answer(loaded, "a bad film")
    ids = text.encode(loaded["student"].tokenizer, ["a bad film"])
    expected = evaluation.predict(loaded["student"].model, ids).softmax(-1)[0].tolist()
    assert [found["role"] for found in said["answers"]] == ["teacher", "student"]
    assert [one["name"] for one in said["answers"][1]["classes"]] == list(CLASSES)
    assert [one["probability"] for one in said["answers"][1]["classes"]] == pytest.approx(expected)
    assert said["answers"][1]["ms"] > 0


def test_tokens_outside_the_vocabulary_are_named_as_they_were_typed(archive):
    tokens = answering.answer(models.load(archive), "A zebra's film")["tokens"]
    assert [(token["text"], token["known"]) for token in tokens] == [
        ("A", True), ("zebra", False), ("'", False), ("s", False), ("film", True),
    ]  # fmt: skip


def test_a_text_longer_than_the_networks_read_says_that_it_was_cut(archive):
    loaded = models.load(archive)
    assert answering.answer(loaded, "film " * 62)["cut"] is False
    long = answering.answer(loaded, "film " * 63)
    assert long["cut"] is True
    assert len(long["tokens"]) == text.MAX_LENGTH - 2, "two marks are tokens as well"


def test_a_text_without_a_token_is_answered(archive):
    assert answering.answer(models.load(archive), " ")["tokens"] == []
