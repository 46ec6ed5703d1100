"""An encoder of the library, loaded from a folder, says here what it says there."""

import hashlib
from dataclasses import replace

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModel,
    AutoTokenizer,
    DistilBertConfig,
    DistilBertForMaskedLM,
    GPT2Config,
    GPT2Model,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForMaskedLM,
)

from tests.workers.encoder_folder import save_encoder, word_pieces
from workers.kit import known_encoders, ready_made
from workers.kit.files import DataError
from workers.kit.text import FIRST, MASK, SEPARATOR, UNKNOWN

TEXTS = ["The dog barks at the cat.", "A cat sat; the dogs barked!", "who barks at dogs?", "unbelievable"]
NAMED = ("cls_token", "pad_token", "sep_token", "unk_token", "mask_token")  # in the order of RoBERTa's vocabulary
LONG = "the dog barks at a cat and an unseen word"


def said(model, words, text, second=None):
    """The library's last states, masked-LM logits and tokens of a text, as it reads it itself."""
    types = getattr(model.config, "type_vocab_size", 0) > 1
    asked = words(text, second, return_tensors="pt", return_token_type_ids=types)
    with torch.inference_mode():
        states = model.base_model(**asked).last_hidden_state[0]
        return states, model(**asked).logits[0], words.convert_ids_to_tokens(asked["input_ids"][0])


@torch.inference_mode()
def said_here(found, text, second=None):
    encoding = found.tokenizer.encode(text, second)
    (states,), _ = found.net.eval().encode(torch.tensor([encoding.ids]))
    return states[0], found.guess(states[0], found.net), encoding.tokens


def test_states_and_guesses_are_the_librarys(tmp_path):
    model = save_encoder(tmp_path / "models" / "dogs", TEXTS, spare_rows=3)
    found = ready_made.load("dogs", tmp_path, classes=1)
    words = AutoTokenizer.from_pretrained(tmp_path / "models" / "dogs")
    for pair in ((LONG,), ("dogs", "cats sat")):
        (states, logits, tokens), (ours, guessed, read) = said(model, words, *pair), said_here(found, *pair)
        assert read == tokens
        assert torch.allclose(ours, states, atol=1e-5)
        known = found.tokenizer.get_vocab()
        columns = [known[token] for token in words.convert_ids_to_tokens(range(len(words)))]  # spare rows are gone
        assert torch.allclose(guessed[:, columns], logits[:, : len(words)], atol=1e-5)


def test_the_marks_have_our_numbers(tmp_path):
    save_encoder(tmp_path / "models" / "dogs", TEXTS)
    tokenizer = ready_made.load("dogs", tmp_path, classes=1).tokenizer
    ids = tokenizer.encode("the [MASK] barks", "a cat").ids
    assert ids[0] == FIRST
    assert ids[-1] == SEPARATOR
    assert ids.count(SEPARATOR) == 2
    assert MASK in ids
    assert sorted(tokenizer.get_vocab().values()) == list(range(tokenizer.get_vocab_size()))


def test_each_layer_lays_its_attention_open(tmp_path):
    save_encoder(tmp_path / "models" / "dogs", TEXTS)
    found = ready_made.load("dogs", tmp_path, classes=3)
    output = found.net.eval()(torch.tensor([found.tokenizer.encode(LONG).ids]), insides=True)
    assert len(output.attention) == 2
    assert output.logits.shape == (1, 3)


def byte_pairs() -> PreTrainedTokenizerFast:
    """Built like RoBERTa's."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    marks, alphabet = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=marks, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **dict(zip(NAMED, marks, strict=True)))


def scored_pieces() -> PreTrainedTokenizerFast:
    """Built like XLM-R's, whose mask is no token of the model: it was added at the end."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer, marks = pre_tokenizers.Metaspace(), ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=marks, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.add_special_tokens(["<mask>"])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=False)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **dict(zip(NAMED, [*marks, "<mask>"], strict=True)))


def save_roberta(folder, words: PreTrainedTokenizerFast) -> RobertaForMaskedLM:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    sizes |= {"max_position_embeddings": 34, "type_vocab_size": 1}
    model = RobertaForMaskedLM(RobertaConfig(vocab_size=len(words), pad_token_id=1, **sizes)).eval()
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return model


def test_roberta_with_its_byte_pairs_and_its_padding_that_is_token_1(tmp_path):
    words = byte_pairs()
    model = save_roberta(tmp_path / "models" / "someone" / "roberta", words)
    found = ready_made.load("someone/roberta", tmp_path, classes=2)
    for pair in ((LONG,), ("dogs", "cats sat")):
        (states, _, tokens), (ours, _, read) = said(model, words, *pair), said_here(found, *pair)
        assert read[1:-1] == [{"</s>": "[SEP]"}.get(token, token) for token in tokens[1:-1]]
        assert torch.allclose(ours, states, atol=1e-5)
    assert found.guess is not None
    assert len(found.tokenizer.encode("dog " * 50).ids) == 33  # its places begin at 1, those of others at 0


def test_pieces_with_scores_and_a_mask_that_was_added_at_the_end(tmp_path):
    words = scored_pieces()
    model = save_roberta(tmp_path / "models" / "scored", words)
    found = ready_made.load("scored", tmp_path, classes=2)
    (states, _, tokens), (ours, _, read) = said(model, words, "the dog 水"), said_here(found, "the dog 水")
    assert read[1:-2] == tokens[1:-2]  # the last word is unknown
    assert found.tokenizer.encode("the dog 水").ids[-2] == UNKNOWN
    assert torch.allclose(ours, states, atol=1e-5)
    assert found.tokenizer.encode("a <mask>").ids[-2] != MASK == found.tokenizer.encode("a [MASK]").ids[-2]


def test_distilbert(tmp_path):
    words, folder = word_pieces(TEXTS), tmp_path / "models" / "small"
    torch.manual_seed(0)
    config = DistilBertConfig(
        vocab_size=len(words), dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=40, pad_token_id=3
    )
    model = DistilBertForMaskedLM(config).eval()
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    found = ready_made.load("small", tmp_path, classes=2)
    assert torch.allclose(said_here(found, LONG)[0], said(model, words, LONG)[0], atol=1e-5)


def test_without_its_masked_lm_head_it_guesses_nothing(tmp_path):
    save_encoder(tmp_path / "models" / "dogs", TEXTS, with_guess=False)
    assert ready_made.load("dogs", tmp_path, classes=1).guess is None


def test_a_text_is_cut_where_the_encoder_ends(tmp_path):
    save_encoder(tmp_path / "models" / "dogs", TEXTS, max_position_embeddings=12)
    assert len(ready_made.load("dogs", tmp_path, classes=1).tokenizer.encode("dog " * 30).ids) == 12


def test_what_cannot_be_loaded_is_refused_in_words(tmp_path):
    with pytest.raises(
        DataError, match="no encoder can be loaded as 'absent'; put its folder into models/ of DATA_DIR"
    ):
        ready_made.load("absent", tmp_path, classes=1)


def test_a_folder_without_safetensors_is_refused_with_what_is_missing(tmp_path):
    save_encoder(tmp_path / "models" / "dogs", TEXTS)
    (tmp_path / "models" / "dogs" / "model.safetensors").unlink()
    with pytest.raises(DataError, match=r"'dogs' is not taken: .*model\.safetensors"):
        ready_made.load("dogs", tmp_path, classes=1)


def test_what_is_no_encoder_is_refused_in_words(tmp_path):
    folder, words = tmp_path / "models" / "gpt", word_pieces(TEXTS)
    GPT2Model(GPT2Config(vocab_size=len(words), n_embd=16, n_layer=1, n_head=2, n_positions=32)).save_pretrained(folder)
    words.save_pretrained(folder)
    with pytest.raises(DataError, match="'gpt' is not taken"):
        ready_made.load("gpt", tmp_path, classes=1)


def test_a_tokenizer_without_the_marks_is_refused_in_words(tmp_path):
    save_encoder(tmp_path / "models" / "dogs", TEXTS)
    bare = Tokenizer(models.WordLevel({"dog": 0, "[UNK]": 1}, unk_token="[UNK]"))
    PreTrainedTokenizerFast(tokenizer_object=bare).save_pretrained(tmp_path / "models" / "dogs")
    with pytest.raises(DataError, match="its tokenizer must be a fast one with marks such as"):
        ready_made.load("dogs", tmp_path, classes=1)


@pytest.mark.parametrize("name", ["../outside", "/etc", "a/../b", "models/a/b", "", ".hidden"])
def test_no_name_leads_out_of_the_folder_of_encoders(tmp_path, name):
    with pytest.raises(DataError, match="names no encoder"):
        ready_made.load(name, tmp_path, classes=1)


# --- encoders that are known by name ------------------------------------------------------------------------------
@pytest.fixture
def minilm():
    if why := known_encoders.why_not("minilm-l6", None):
        pytest.skip(f"minilm-l6: {why.en}")
    return known_encoders.place("minilm-l6", None)


def test_minilm_says_what_it_says_in_the_library(minilm):
    found = ready_made.load("minilm-l6", None, classes=2)
    words, model = AutoTokenizer.from_pretrained(minilm), AutoModel.from_pretrained(minilm).eval()
    for text, second in ((LONG, None), ("Dogs barked", "no cat sat: unbelievable!")):
        asked = words(text, second, return_tensors="pt")
        encoding = found.tokenizer.encode(text, second)
        assert encoding.tokens == words.convert_ids_to_tokens(asked["input_ids"][0])
        with torch.inference_mode():
            (states,), _ = found.net.eval().encode(torch.tensor([encoding.ids]))
            assert torch.allclose(states, model(**asked).last_hidden_state, atol=1e-5)


def test_minilm_has_the_sizes_that_are_said_of_it_and_guesses_no_words(minilm):
    found, sizes = ready_made.load("minilm-l6", None, classes=2), known_encoders.KNOWN["minilm-l6"].sizes
    config = found.net.body.config
    assert (config.num_hidden_layers, config.hidden_size, config.num_attention_heads) == (
        sizes.layers,
        sizes.width,
        sizes.heads,
    )
    assert found.guess is None


def test_minilm_is_loaded_without_a_word_of_what_it_lacks(minilm, capfd):
    ready_made.load("minilm-l6", None, classes=2)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A small encoder in the place of the known one, with its hash known."""
    folder = tmp_path / "models" / "minilm-l6"
    save_encoder(folder, TEXTS)
    weights = (folder / "model.safetensors").read_bytes()
    digest = hashlib.sha256(weights).hexdigest()
    toy = replace(known_encoders.KNOWN["minilm-l6"], sha256=digest, size_bytes=len(weights), folder="no_such/model")
    monkeypatch.setattr(known_encoders, "KNOWN", {"minilm-l6": toy})
    return folder


def test_a_known_encoder_is_never_asked_of_the_hub(copied, tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_DOWNLOADS", "1")
    asked, real = [], ready_made.AutoTokenizer.from_pretrained
    monkeypatch.setattr(ready_made.AutoTokenizer, "from_pretrained", lambda **how: asked.append(how) or real(**how))
    assert ready_made.load("minilm-l6", tmp_path, classes=1).name == "minilm-l6"
    assert [how["local_files_only"] for how in asked] == [True]
    with pytest.raises(DataError, match="not installed"):
        ready_made.load("minilm-l6", None, classes=1)


def test_a_copy_with_other_weights_is_not_loaded(copied, tmp_path):
    save_encoder(copied.parent / "other", TEXTS[:2])
    (copied.parent / "other" / "model.safetensors").replace(copied / "model.safetensors")
    with pytest.raises(DataError, match=r"'minilm-l6' is not taken: model\.safetensors of models/minilm-l6 is not the"):
        ready_made.load("minilm-l6", tmp_path, classes=1)
