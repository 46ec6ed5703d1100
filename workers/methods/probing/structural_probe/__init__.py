"""The structural probe: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from workers import spec
from workers.kit import params, texts
from workers.metrics import METRICS

MODELS = ("minilm-l6", "bert-2x64", "bert-4x64", "bert-4x128h8", "bert-6x256h8")
PARAMS = params.but(
    params.encoder(MODELS[0], *MODELS),
    params.READY_MADE,
    params.TRAIN_ROWS,
    params.VOCABULARY,
    params.PRETRAINING_EPOCHS,
    spec.whole("probe_sentences", 1_200, 60, 15_000),
    spec.whole("dev_sentences", 1_000, 50, 5_000),
    spec.whole("rank", 32, 1, 256, "k"),
    params.EPOCHS,
    params.LEARNING_RATE,
    params.BATCH_SIZE,
    epochs=12,
    learning_rate=1e-2,
    batch_size=20,
)
LEARNERS = ("layer-0", "random", "probe")

SPEC = spec.MethodSpec(
    slug="structural-probe",
    family="probing",
    paper="A Structural Probe for Finding Syntax in Word Representations",
    params=PARAMS,
    presets=spec.presets(
        smoke=spec.at(
            "opinions",
            8,
            encoder="bert-2x64",
            train_rows=400,
            vocabulary=2_000,
            pretraining_epochs=2,
            probe_sentences=360,
            dev_sentences=200,
            epochs=6,
        ),
        small=spec.at("opinions", 46),
        full=spec.at("ud_en_ewt", train_rows=13_000, probe_sentences=12_000, dev_sentences=2_000, epochs=30),
    ),
    data=(texts.TREES,),
    roles=(*spec.baselines("chain", "layer-0", "random"), spec.method("probe")),
    metrics=(METRICS["uuas"], METRICS["spearman"]),
    figures=(
        *spec.figures("uuas-by-layer", "spearman-by-layer", "control-by-layer", "tree"),
        spec.curve("probe-loss", "probe_loss", *LEARNERS),
        spec.curve("control-loss", "control_loss", *LEARNERS),
        spec.curve("pretraining-loss", "loss", "pretraining"),
    ),
    symbols=(
        spec.symbol("h_i", "word_states", latex="h_i"),
        spec.symbol("map", "B", latex="B"),
        spec.symbol("k", "rank"),
        spec.symbol("d_B", "d_B", "squared_distances"),
        spec.symbol("d_T", "d_T"),
        spec.symbol("n", "n"),
        spec.symbol("S"),
    ),
    tiny={"vocabulary": 500, "pretraining_epochs": 1, "probe_sentences": 60, "dev_sentences": 50},
)
