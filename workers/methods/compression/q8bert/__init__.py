"""Q8BERT: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from workers import spec
from workers.kit import params, texts
from workers.methods.compression import FOOTING

TEACHERS = ("bert-2x32", "bert-4x64", "bert-4x128", "bert-6x128", "bert-6x256")
PARAMS = params.but(
    spec.whole("weight_bits", 8, 2, 8, "b", unit="bits"),
    spec.whole("activation_bits", 8, 2, 8, "b", unit="bits"),
    spec.switch("embeddings"),
    spec.switch("requantise", on=False),
    spec.number("decay", 0.9999, 0, 1),
    spec.whole("calibration_texts", 1_024, 0, 10_000),
    spec.whole("start_step", 0, 0, 100_000, unit="steps"),
    spec.switch("clipped", on=False),
    spec.switch("curve"),
    params.teacher("bert-4x64", *TEACHERS),
    params.READY_MADE,
    params.TRAIN_ROWS,
    params.VOCABULARY,
    params.PRETRAINING_EPOCHS,
    params.TEACHER_EPOCHS,
    spec.whole("epochs", 1, 1, 10),
    params.LEARNING_RATE,
    params.BATCH_SIZE,
    train_rows=10_000,
    pretraining_epochs=10,
    learning_rate=0.001,
)
STEPS = (*params.OF_THE_TEACHER, "epochs", "learning_rate", "batch_size")
ROUNDING = (*STEPS, "weight_bits", "activation_bits", "embeddings", "requantise")

SPEC = spec.MethodSpec(
    slug="q8bert",
    family="compression",
    paper="1910.06188",
    params=PARAMS,
    presets=spec.presets(
        FOOTING,
        smoke=spec.at("opinions", 7, train_rows=400, calibration_texts=128, curve=False, teacher="bert-2x32"),
        small=spec.at("opinions"),
        full=spec.at("sst2", epochs=3, learning_rate=0.0005),
    ),
    data=(texts.CLASSIFIED, texts.PAIRS),
    roles=(
        spec.teacher(*params.OF_THE_TEACHER),
        spec.baseline("continued", *STEPS),
        spec.baseline("dynamic", *ROUNDING),
        spec.baseline("static", *ROUNDING, "calibration_texts"),
        spec.method("student", *ROUNDING, "calibration_texts", "decay", "start_step", "clipped"),
    ),
    figures=(
        *spec.figures("quality-bits", "of-input", "of-weight", "of-integers", "kernel-time"),
        spec.curve("dev-accuracy", "dev_accuracy", "teacher", "continued", "student"),
        spec.curve("loss", "loss", "teacher", "continued", "student"),
        spec.curve("range", "range", "student"),
    ),
    symbols=(
        spec.symbol("b", "b", "weight_bits", "activation_bits"),
        spec.symbol("M", "M", "largest_integer"),
        spec.symbol("x", "x"),
        spec.symbol("W", "W", "weight"),
        spec.symbol("S_x", "S_x", "scale"),
        spec.symbol("S_W", "S_W", "weight_scale"),
        spec.symbol("q_x", "q_x", "quantise"),
        *spec.symbols_in_code("q_W", "q_b"),
        spec.symbol("x_hat", "fake_quantise", latex=r"\hat{x}"),
        spec.symbol("rho", "decay", latex=r"\rho"),
        spec.symbol("r", "peak"),
        spec.symbol("z", "z", "logits"),
        spec.symbol("y", "y"),
    ),
    claims=(spec.claim("smaller-file", "size_bytes", "student", "continued"),),
    tiny={"vocabulary": 200, "calibration_texts": 32, "curve": True},
)
