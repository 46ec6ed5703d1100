"""A teacher that others pre-trained: how a task brings it, and what it is refused for."""

from dataclasses import replace

import pytest
import torch
from transformers import DistilBertConfig, DistilBertModel

from tests.workers.encoder_folder import save_encoder, word_pieces
from workers.kit import classification, data, params, teaching
from workers.kit.events import Report, Stages
from workers.kit.files import DataError
from workers.kit.teachers import Teachers
from workers.kit.text import MAX_LENGTH
from workers.kit.workspace import Workspace
from workers.pages import shared_words
from workers.spec import Text

OPINIONS = data.load("opinions")
TEXTS = [example.text for example in OPINIONS.train[:300]]


def prepare(folder, name="tiny"):
    drawn = {"train_rows": 100, "labelled": 40, "vocabulary": 500, "seed": 0}
    return classification.prepare(OPINIONS, **drawn, device=torch.device("cpu"), ready_made=name, data_dir=folder)


def bench(folder):
    events = []
    report = Report(events.append)
    return teaching.Bench(report, Workspace(folder, Teachers(folder / "cache")), Stages(report, count=1)), events


def stages_of(events):
    return [event["name"] for event in events if event["kind"] == "stage"]


@pytest.fixture
def folder(tmp_path):
    save_encoder(tmp_path / "models" / "tiny", TEXTS, max_position_embeddings=MAX_LENGTH + 8)
    return tmp_path


def test_the_texts_are_read_by_its_own_tokenizer(folder):
    task = prepare(folder)
    assert task.vocabulary == task.ready_made.net.body.config.vocab_size != 500
    assert "##s" in task.tokenizer.encode("qualms").tokens
    assert max(map(max, task.ids)) < task.vocabulary


def test_a_text_is_no_longer_than_our_students_read(folder):
    task = prepare(folder)
    assert len(task.tokenizer.encode("good " * 200).ids) == MAX_LENGTH


def test_it_is_fine_tuned_and_not_pre_trained(folder):
    task, (work, events) = prepare(folder), bench(folder)
    start = task.ready_made.net.body.embeddings.word_embeddings.weight.clone()
    net = teaching.teacher(task, "bert-2x32", epochs=1, pretraining_epochs=3, seed=0, bench=work)
    assert stages_of(events) == ["teacher"]
    moved = (net.body.embeddings.word_embeddings.weight - start).abs().max()
    assert 0 < moved < 1e-3  # two steps of at most 5e-5, and not a network trained anew
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_the_cache_tells_weights_apart(folder):
    def trained(task):
        work, _ = bench(folder)
        teaching.teacher(task, "bert-2x32", epochs=1, pretraining_epochs=0, seed=0, bench=work)
        return work.workspace.facts["teacher"]["cached"]

    assert not trained(prepare(folder))
    assert trained(prepare(folder))
    task = prepare(folder)
    task.ready_made.net.body.encoder.layer[0].output.dense.weight.data += 0.01
    assert not trained(task)


def test_what_was_pre_trained_elsewhere_takes_no_stage_and_comes_with_its_guess(folder):
    task, (work, events) = prepare(folder), bench(folder)
    encoder, guess = teaching.pretrained(task, "bert-2x32", epochs=3, seed=0, bench=work)
    assert stages_of(events) == []
    assert torch.equal(encoder.body.state_dict()["embeddings.word_embeddings.weight"],
                       task.ready_made.net.body.embeddings.word_embeddings.weight)  # fmt: skip
    assert guess.bias.shape == (task.vocabulary,)


def test_its_sizes_and_its_rate_stand_for_the_named_networks(folder):
    task = prepare(folder)
    assert teaching.named(task, "bert-6x256") == "bert-2x16h4"
    assert teaching.fine_tuning_rate("bert-6x256", task) == 5e-5
    assert teaching.named(replace(task, ready_made=None), "bert-6x256") == "bert-6x256"


def test_a_check_of_the_named_teacher_waits_until_the_ready_made_one_is_known(folder):
    @params.of_named_teachers
    def small(values):
        return {"student": Text(f"{values['teacher']} and {values['student']}", "")}

    assert small({"teacher": "bert-2x32", "student": "x", "ready_made": "tiny"}) == {}
    assert small({"teacher": "bert-2x32", "student": "x", "ready_made": ""})
    with pytest.raises(DataError, match=r"^student: bert-2x16h4 and x$"):
        teaching.refuse_misfits(prepare(folder), [small], shared_words(), {"teacher": "bert-2x32", "student": "x"})


def test_what_is_not_built_like_bert_is_refused_where_layers_are_opened(folder):
    words, place = word_pieces(TEXTS), folder / "models" / "distilled"
    config = DistilBertConfig(vocab_size=len(words), dim=16, n_layers=1, n_heads=2, hidden_dim=32, pad_token_id=3)
    DistilBertModel(config).save_pretrained(place)
    words.save_pretrained(place)
    with pytest.raises(DataError, match="'distilled' is of type distilbert; this method takes those built like BERT"):
        teaching.refuse_unlike_bert(prepare(folder, "distilled"))
    teaching.refuse_unlike_bert(prepare(folder))
