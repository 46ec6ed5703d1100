"""A tiny encoder as others leave one: a folder that transformers loads, with a word-piece tokenizer of its own."""

from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForMaskedLM, PreTrainedModel, PreTrainedTokenizerFast

MARKS = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]", "cls_token": "[CLS]"}
SIZES = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32,
    "max_position_embeddings": 40,
}  # fmt: skip


def word_pieces(texts: Iterable[str], size: int = 300) -> PreTrainedTokenizerFast:
    """Its marks stand neither in our order nor at the front: BERT's own begin at 100."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=["[spare0]", *MARKS.values()], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", last), ("[CLS]", first))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **MARKS)


def save_encoder(
    folder: Path, texts: Iterable[str], *, with_guess: bool = True, spare_rows: int = 0, **sizes: int
) -> PreTrainedModel:
    """A BERT of random weights; `sizes` are the library's names. `with_guess`: the masked-LM head is saved with it."""
    words = word_pieces(texts)
    torch.manual_seed(0)
    model = BertForMaskedLM(
        BertConfig(vocab_size=len(words) + spare_rows, pad_token_id=words.pad_token_id, **SIZES | sizes)
    )
    folder.mkdir(parents=True)
    words.save_pretrained(folder)
    (model if with_guess else model.bert).save_pretrained(folder)
    return model.eval()
