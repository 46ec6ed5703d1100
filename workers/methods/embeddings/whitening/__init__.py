"""Whitening of sentence embeddings: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from collections.abc import Mapping

from workers import spec
from workers.kit import architectures, known_encoders, params, texts
from workers.metrics import METRICS

ENCODERS = ("minilm-l6", "bert-2x64", "bert-4x64", "bert-4x128", "bert-4x256", "bert-6x256h8")
PARAMS = params.but(
    params.encoder("minilm-l6", *ENCODERS),
    spec.choice("pooling", "first_last", "mean", "cls"),
    spec.whole("dimensions", 128, 2, 384, "k"),
    spec.whole("sentences", 2_000, 20, 200_000, "n"),
    params.TRAIN_ROWS,
    params.VOCABULARY,
    params.PRETRAINING_EPOCHS,
    train_rows=8_000,
    pretraining_epochs=10,
)
ENCODER = ("train_rows", "encoder", "vocabulary", "pretraining_epochs")
READ = (*ENCODER, "pooling")
RANDOM = ("train_rows", "encoder", "vocabulary", "pooling")


def width(encoder: str) -> int:
    known = known_encoders.KNOWN.get(encoder)
    return (known.sizes if known else architectures.sizes(encoder)).width


def kept_of_what_there_is(values: Mapping[str, spec.Value]) -> Mapping[str, spec.Said]:
    most = width(str(values["encoder"]))
    return {} if values["dimensions"] <= most else {"dimensions": spec.said("too-many-dimensions", most=most)}


SPEC = spec.MethodSpec(
    slug="whitening",
    family="embeddings",
    paper="2103.15316",
    params=PARAMS,
    presets=spec.presets(
        smoke=spec.at(
            "similarities",
            7,
            encoder="bert-2x64",
            dimensions=32,
            sentences=1_000,
            train_rows=1_000,
            vocabulary=2_000,
            pretraining_epochs=4,
        ),
        small=spec.at("similarities", 55),
        full=spec.at("stsb", sentences=20_000),
    ),
    data=(texts.SCORED_PAIRS,),
    roles=(
        spec.baseline("raw", *READ),
        spec.baseline("centred", *READ, "sentences"),
        spec.baseline("random", *RANDOM),
        spec.baseline("random-whitened", *RANDOM, "sentences", "dimensions"),
        spec.baseline("static", *ENCODER),
        spec.baseline("pca", *READ, "sentences", "dimensions"),
        spec.baseline("words", "train_rows"),
        spec.method("whitened"),
    ),
    metrics=(METRICS["spearman"], METRICS["pearson"], spec.metric("anisotropy", "correlation", "lower")),
    figures=(
        *spec.figures("poolings", "dimensions", "anisotropy", "spectrum", "by-score", "sentences"),
        spec.curve("pretraining-loss", "loss", "pretraining"),
    ),
    symbols=(
        spec.symbol("x"),
        *spec.symbols("n", "D"),
        spec.symbol("k", "k"),
        spec.symbol("mu", "mean", latex=r"\mu"),
        spec.symbol("Sigma", latex=r"\Sigma"),
        spec.symbol("U", "axes"),
        spec.symbol("S", "variances"),
        spec.symbol("W"),
        spec.symbol("rho", "spearman", latex=r"\rho"),
    ),
    checks=(kept_of_what_there_is,),
    tiny={"vocabulary": 500, "pretraining_epochs": 1, "dimensions": 16},
)
