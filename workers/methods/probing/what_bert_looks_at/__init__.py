"""What BERT looks at: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from workers import spec
from workers.kit import architectures, params, texts
from workers.metrics import METRICS

MODELS = ("bert-2x64", "bert-4x64", "bert-4x64h8", "bert-4x128h8", "bert-6x256h8")
PARAMS = params.but(
    spec.Param("model", "choice", "bert-4x64", choices=architectures.choices(*MODELS)),
    params.READY_MADE,
    params.TRAIN_ROWS,
    params.VOCABULARY,
    params.PRETRAINING_EPOCHS,
    spec.whole("sentences", 1_000, 100, 20_000),
    spec.whole("reach", 3, 1, 10),
    spec.switch("apart"),
    spec.choice("split_from", "mean", "first"),
    spec.whole("probe_sentences", 3_000, 0, 50_000),
    train_rows=10_000,
)
FEW = {"model": "bert-2x64", "train_rows": 400, "vocabulary": 2_000, "pretraining_epochs": 2}
MANY = {"model": "bert-6x256h8", "train_rows": 13_000, "vocabulary": 16_000, "pretraining_epochs": 40}
HALVES = ("train_rows", "sentences", "apart")
MAPS = (*HALVES, "model", "ready_made", "vocabulary", "split_from")
PROBED = (*MAPS, "pretraining_epochs", "probe_sentences")

SPEC = spec.MethodSpec(
    slug="what-bert-looks-at",
    family="probing",
    paper="1906.04341",
    params=PARAMS,
    presets=spec.presets(
        smoke=spec.at("opinions", 3, **FEW, sentences=150, probe_sentences=60),
        small=spec.at("opinions", 130),
        full=spec.at("ud_en_ewt", **MANY, sentences=2_000, probe_sentences=13_000),
    ),
    data=(texts.TREES,),
    roles=(
        spec.baseline("offset", *HALVES, "ready_made", "reach"),
        spec.baseline("random", *MAPS),
        spec.baseline("uniform", *HALVES),
        spec.baseline("probe-random", *PROBED),
        spec.method("heads"),
        spec.method("probe-attention", *PROBED),
        spec.method("probe-words", *PROBED),
    ),
    metrics=(spec.metric("head_accuracy", "share", "higher"), METRICS["uas"]),
    figures=(
        *spec.figures("relations", "relations-by-head", "best-relation", "attention", "entropy", "separator"),
        *spec.figures("looked-at", "entropy-by-layer", "first-entropy", "head-places"),
        spec.curve("pretraining-loss", "loss", "pretraining"),
        spec.curve("probe-loss", "probe_loss", "probe-random", "probe-attention", "probe-words"),
    ),
    symbols=(
        *spec.symbols_in_code("A", "n"),
        spec.symbol("S", "cells", "kinds"),
        *spec.symbols("L", "H"),
        spec.symbol("head_i", "most_looked_at", "heads", latex=r"\mathrm{head}(i)"),
        spec.symbol("JS", "jensen_shannon", latex=r"\mathrm{JS}"),
        spec.symbol("w", "weights"),
        spec.symbol("u", "weights"),
        spec.symbol("v", "vectors"),
    ),
    claims=(
        spec.claim("heads-offset-uas", "uas", "heads", "offset"),
        *(spec.claim(relation) for relation in ("objects", "determiners", "subjects")),
        spec.claim("probe-words-uas", "uas", "probe-words"),
    ),
    tiny={"vocabulary": 500, "pretraining_epochs": 1, "sentences": 100, "probe_sentences": 20},
)
