"""DistilLSTM: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from collections.abc import Mapping

from workers import spec
from workers.kit import params, texts
from workers.methods.distillation import SHARED

PARAMS = params.but(
    spec.whole("rounds", 20, 0, 50, r"n_{\mathrm{iter}}"),
    spec.number("masked", 0.1, 0, 1, r"p_{\mathrm{mask}}"),
    spec.number("replaced", 0.1, 0, 1, r"p_{\mathrm{pos}}"),
    spec.number("ngrams", 0.25, 0, 1, r"p_{\mathrm{ng}}"),
    spec.choice("source", "labelled", "all"),
    spec.number("alpha", 0.0, 0, 1, r"\alpha"),
    spec.choice("form", "paper", "code"),
    params.LABELLED,
    params.TRAIN_ROWS,
    params.teacher("bert-4x64", "bert-2x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128"),
    params.student("bilstm-32", "bilstm-16", "bilstm-32", "bilstm-64", "bilstm-150"),
    *params.TEACHER,
    *params.TRAINING,
    train_rows=10_000,
    pretraining_epochs=10,
    epochs=5,
)
ALONE = (*params.OF_A_STUDENT, "epochs")
TAUGHT = (*ALONE, "teacher", "pretraining_epochs", "teacher_epochs")
OF_THE_LOSS, OF_THE_RULES = ("alpha", "form"), ("rounds", "masked", "replaced", "ngrams")
LEARNERS = ("baseline", "logits", "hard-labels", "real-texts", "student")
ON_LABELS = ("baseline", "hard-labels", "logits", "real-texts", "student")


def chances_add_up(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    """A word is masked or replaced, never both."""
    likely = float(values["masked"]) + float(values["replaced"]) <= 1
    return {} if likely else {"replaced": spec.said("beyond-certainty")}


SPEC = spec.MethodSpec(
    slug="distil-lstm",
    family="distillation",
    paper="1903.12136",
    params=PARAMS,
    presets=spec.presets(
        SHARED,
        smoke=spec.at("opinions", 9, rounds=4, source="labelled", train_rows=400, student="bilstm-16", epochs=1),
        small=spec.at("opinions", source="labelled", student="bilstm-32"),
        full=spec.at("sst2", source="labelled", student="bilstm-150"),
    ),
    data=(texts.CLASSIFIED,),
    roles=(
        spec.teacher(*params.OF_THE_TEACHER),
        spec.baseline("baseline", *ALONE),
        spec.baseline("logits", *TAUGHT, *OF_THE_LOSS, "source"),
        spec.baseline("hard-labels", *TAUGHT, *OF_THE_RULES, "source"),
        spec.baseline("real-texts", *TAUGHT, *OF_THE_LOSS),
        spec.method("student"),
    ),
    figures=(
        spec.curve("dev-accuracy", "dev_accuracy", "teacher", *LEARNERS),
        spec.curve("logit-distance", "logit_distance", "logits", "real-texts", "student"),
        spec.figure("hard-loss", "teacher/loss", *(f"{role}/hard_loss" for role in ON_LABELS)),
        *spec.figures("transfer-set", "turned-labels"),
    ),
    symbols=(
        *spec.symbols_in_code("z_t", "z_s", "y"),
        spec.symbol("alpha", "alpha", latex=r"\alpha"),
        *spec.symbols_in_code("h_f", "h_b", "H"),
        spec.symbol("W", "fc", "head", latex="W_1,W_2"),
        spec.symbol("p_mask", "masked", latex=r"p_{\mathrm{mask}}"),
        spec.symbol("p_pos", "replaced", latex=r"p_{\mathrm{pos}}"),
        spec.symbol("p_ng", "ngrams", latex=r"p_{\mathrm{ng}}"),
        spec.symbol("n_iter", "rounds", latex=r"n_{\mathrm{iter}}"),
        spec.symbol("n", "n"),
        *spec.symbols("B", "C"),
    ),
    claims=(spec.claim("glue"), spec.claim("parameters"), spec.claim("speed")),
    checks=(chances_add_up,),
    tiny={"rounds": 1, "alpha": 0.5, "vocabulary": 500, "pretraining_epochs": 0},
)
