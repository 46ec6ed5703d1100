"""TinyBERT: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from workers import spec
from workers.kit import params, texts
from workers.methods.distillation import SHARED
from workers.methods.distillation.tinybert.checks import same_heads, something_to_copy

TEACHERS = ("bert-2x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128", "bert-4x128h8")
STUDENTS = ("bert-1x32", "bert-2x32", "bert-3x32", "bert-2x64", "bert-4x64", "bert-2x64h8", "bert-4x312h12")
PARAMS = params.but(
    spec.switch("attention_loss"),
    spec.switch("hidden_loss"),
    spec.switch("embedding_loss"),
    spec.whole("general_epochs", 1, 0, 40),
    spec.whole("intermediate_epochs", 2, 0, 40),
    spec.whole("prediction_epochs", 2, 1, 40),
    spec.number("temperature", 1.0, 1, 20, "T"),
    params.layer_map("uniform"),
    spec.line("layers", most=60),
    spec.whole("copies", 1, 0, 20, "N_a"),
    spec.number("replaced", 0.4, 0, 1, "p"),
    spec.whole("candidates", 15, 1, 100, "K"),
    spec.choice("form", "paper", "code"),
    params.LABELLED,
    params.TRAIN_ROWS,
    params.teacher("bert-4x64", *TEACHERS),
    params.student("bert-2x32", *STUDENTS),
    params.READY_MADE,
    params.VOCABULARY,
    spec.whole("pretraining_epochs", 10, 1, 40),
    params.TEACHER_EPOCHS,
    spec.number("intermediate_rate", 0.002, 1e-05, 0.01),
    params.LEARNING_RATE,
    params.BATCH_SIZE,
    spec.switch("ablations", on=False),
    train_rows=10_000,
)
ALONE = (*params.OF_A_STUDENT, "intermediate_epochs", "prediction_epochs")
HEARD = ("teacher", "pretraining_epochs", "teacher_epochs", "temperature", "form", "copies", "replaced", "candidates")
COPYING = ("step-2", "no-embedding", "no-hidden", "no-attention", "no-augmented", "no-general", "student")


def drawn(role: str, loss: str) -> list[str]:
    """The curves of a loss, by student layer."""
    return [f"{role}/{loss}_{layer}" for layer in range(1, 5)]


SPEC = spec.MethodSpec(
    slug="tinybert",
    family="distillation",
    paper="1909.10351",
    params=PARAMS,
    presets=spec.presets(
        SHARED,
        smoke=spec.at("opinions", 7, intermediate_epochs=1, prediction_epochs=1),
        small=spec.at("opinions"),
        full=spec.at("sst2", ablations=True),
    ),
    tiny={"pretraining_epochs": 1, "ablations": True},
    data=(texts.CLASSIFIED, texts.PAIRS),
    roles=(
        spec.teacher(*params.OF_THE_TEACHER),
        spec.baseline("baseline", *ALONE),
        spec.baseline("soft-targets", *ALONE, *HEARD),
        *spec.baselines("step-2", "no-embedding", "no-hidden", "no-attention", "no-augmented", "no-general"),
        spec.method("student"),
    ),
    figures=(
        spec.curve("dev-accuracy", "dev_accuracy", "teacher", "baseline", "soft-targets", *COPYING),
        spec.curve("step-1-loss", "step_1_loss", *COPYING),
        spec.figure("attention-loss", *drawn("student", "attention"), *drawn("no-attention", "attention")),
        spec.figure(
            "hidden-loss",
            *("student/embedding_0", *drawn("student", "hidden")),
            *("no-embedding/embedding_0", *drawn("no-hidden", "hidden")),
        ),
        spec.curve("prediction-loss", "prediction_loss", "soft-targets", *COPYING),
        spec.curve("general-loss", "general_loss", *COPYING),
        spec.figure("labels-loss", "teacher/loss", "baseline/hard_loss"),
        *spec.figures("attention-teacher", "attention-student", "attention-heads"),
    ),
    symbols=(
        spec.symbol("h_m", "h_s", "h_t", latex="h^m"),
        spec.symbol("A_m", "A_s", "A_t", latex="A^m"),
        spec.symbol("g_m", "g", latex="g(m)"),
        *spec.symbols_in_code("W_e", "W_h", "z_t", "z_s"),
        spec.symbol("T", "T", "temperature"),
        spec.symbol("H"),
        spec.symbol("n", "real"),
        spec.symbol("D", "D_s", "D_t", latex=", ".join(("D_s", "D_t"))),
        spec.symbol("M", latex=", ".join("MN")),
        spec.symbol("N_a", "copies"),
        spec.symbol("p", "p", "replaced"),
        spec.symbol("K", "K", "candidates"),
    ),
    claims=tuple(map(spec.claim, ("quality", "size", "speed"))),
    budget=("general_epochs", "intermediate_epochs", "prediction_epochs"),
    checks=(same_heads, params.layers_fit, something_to_copy),
)
