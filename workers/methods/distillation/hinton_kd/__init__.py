"""Hinton's soft targets: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from workers import spec
from workers.kit import params, texts

TEACHERS = (
    "bilstm-64",
    "bilstm-128",
    "bilstm-256",
    "bert-2x32",
    "bert-4x64",
    "bert-2x128",
    "bert-4x128",
    "bert-6x128",
    "bert-4x256",
)
STUDENTS = ("bilstm-16", "bilstm-32", "bilstm-64", "bert-1x32", "bert-2x32", "bert-1x64", "bert-2x64", "bert-2x128")
PARAMS = (
    spec.number("temperature", 2.0, 1, 20, "T"),
    spec.number("alpha", 0.9, 0, 1, r"\alpha"),
    params.LABELLED,
    params.TRAIN_ROWS,
    params.teacher("bilstm-128", *TEACHERS),
    params.student("bilstm-32", *STUDENTS),
    *params.TEACHER,
    *params.TRAINING,
    spec.switch("extra_arms"),
)
ALONE = (*params.OF_A_STUDENT, "epochs")
TAUGHT = (*ALONE, "teacher", "pretraining_epochs", "teacher_epochs", "alpha")
LEARNERS = ("baseline", "teacher-labels", "logit-matching", "student")

SPEC = spec.MethodSpec(
    slug="hinton-kd",
    family="distillation",
    paper="1503.02531",
    params=PARAMS,
    presets=spec.presets(
        smoke=spec.at(
            "opinions",
            8,
            labelled=100,
            train_rows=1_000,
            teacher="bilstm-64",
            epochs=3,
            batch_size=32,
            extra_arms=False,
        ),
        small=spec.at("opinions", 21),
        full=spec.at(
            "sst2", labelled=2_000, train_rows=67_000, teacher="bilstm-256", student="bilstm-64", vocabulary=16_000
        ),
    ),
    data=(texts.CLASSIFIED, texts.PAIRS),
    roles=(
        spec.teacher(*params.OF_THE_TEACHER),
        spec.baseline("baseline", *ALONE),
        spec.baseline("teacher-labels", *TAUGHT),
        spec.baseline("logit-matching", *TAUGHT),
        spec.method("student"),
    ),
    figures=(
        spec.curve("dev-accuracy", "dev_accuracy", "teacher", *LEARNERS),
        spec.figure("hard-loss", "teacher/loss", *(f"{role}/hard_loss" for role in LEARNERS)),
        spec.curve("soft-loss", "soft_loss", "teacher-labels", "logit-matching", "student"),
        *spec.figures("softness", "calibration"),
    ),
    symbols=(
        spec.symbol("x", "texts"),
        *spec.symbols_in_code("y", "z_t", "z_s"),
        spec.symbol("T", "T", "temperature"),
        spec.symbol("p", "soft_target_loss"),
        spec.symbol("q", "soft_target_loss"),
        spec.symbol("alpha", "alpha", latex=r"\alpha"),
        *spec.symbols("B", "C"),
    ),
    tiny={"teacher": "bert-2x32", "student": "bert-1x32", "pretraining_epochs": 1, "extra_arms": True},
)
