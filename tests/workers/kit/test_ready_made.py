"""An encoder of the library, loaded from a folder, says here what it says there."""

import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from workers.kit import ready_made
from workers.kit.files import DataError

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[MASK]", "[SEP]", "the", "dog", "bark", "##s"]


def folder(path, pad=0):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=12, pad_token_id=pad,
    )  # fmt: skip
    model = BertModel(config).eval()
    path.mkdir(parents=True)
    model.save_pretrained(path)
    (path / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(str(path / "vocab.txt")).save_pretrained(path)
    return model


def test_the_states_are_the_librarys(tmp_path):
    model = folder(tmp_path / "models" / "dogs")
    net, tokenizer = ready_made.load("dogs", tmp_path, classes=1)
    ids = torch.tensor([tokenizer.encode("The dog barks").ids])
    assert [WORDS[i] for i in ids[0]] == ["[CLS]", "the", "dog", "bark", "##s", "[SEP]"]
    states, attention = net.eval().encode(ids, insides=True)
    assert len(attention) == 2
    assert torch.allclose(states[-1], model(ids).last_hidden_state, atol=1e-5)


def test_a_text_is_cut_where_the_encoder_ends(tmp_path):
    folder(tmp_path / "models" / "dogs")
    _, tokenizer = ready_made.load("dogs", tmp_path, classes=1)
    assert len(tokenizer.encode("dog " * 30).ids) == 12


def test_what_cannot_be_loaded_is_refused_in_words(tmp_path):
    with pytest.raises(
        DataError, match="no encoder can be loaded as 'absent'; put its folder into models/ of DATA_DIR"
    ):
        ready_made.load("absent", tmp_path, classes=1)
    folder(tmp_path / "models" / "cats", pad=1)
    with pytest.raises(DataError, match="padding"):
        ready_made.load("cats", tmp_path, classes=1)


@pytest.mark.parametrize("name", ["../outside", "/etc", "a/../b", "models/a/b", "", ".hidden"])
def test_no_name_leads_out_of_the_folder_of_encoders(tmp_path, name):
    with pytest.raises(DataError, match="names no encoder"):
        ready_made.load(name, tmp_path, classes=1)
