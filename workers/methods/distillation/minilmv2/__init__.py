"""MiniLMv2: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from collections.abc import Mapping

from workers import spec
from workers.kit import params, texts
from workers.kit.architectures import sizes
from workers.methods.distillation import SHARED

KINDS = ("query", "key", "value")  # of relations
TEACHERS = ("bert-2x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128", "bert-4x128h8")
NARROW = ("bert-1x32", "bert-2x32", "bert-2x32h2", "bert-3x32")
STUDENTS = (*NARROW, "bert-2x64", "bert-2x64h2", "bert-2x64h8", "bert-4x64")
PARAMS = params.but(
    *(spec.switch(f"{kind}_relation") for kind in KINDS),
    spec.whole("relation_heads", 8, 1, 64, "A_r"),
    spec.whole("teacher_layer", 0, 0, 12, "l"),
    spec.choice("alpha", "sum", "mean", symbol="α"),
    spec.whole("general_epochs", 4, 1, 40),
    spec.whole("fine_tuning_epochs", 1, 1, 40),
    params.LABELLED,
    params.TRAIN_ROWS,
    params.teacher("bert-4x64", *TEACHERS),
    params.student("bert-2x32", *STUDENTS),
    params.READY_MADE,
    params.VOCABULARY,
    spec.whole("pretraining_epochs", 10, 1, 40),
    params.TEACHER_EPOCHS,
    spec.number("general_rate", 0.002, 1e-05, 0.01),
    params.LEARNING_RATE,
    params.BATCH_SIZE,
    spec.switch("ablations", on=False),
    train_rows=10_000,
)
FURTHER = ("no-query", "no-key", "no-value", "fewer-relation-heads", "more-relation-heads", "half-heads")
BASELINES = ("baseline", "masked-lm", "value-only", "minilm", *FURTHER)
LEARNERS = (*BASELINES, "student")


@params.of_named_teachers
def heads_divide_widths(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    """A relation head is a piece of the teacher's vectors and one of the student's, equally many of both."""
    teacher, student = (sizes(str(values[name])).width for name in ("teacher", "student"))
    heads, fitting = int(values["relation_heads"]), [n for n in range(1, 65) if teacher % n == student % n == 0]
    if heads in fitting:
        return {}
    wrong = {"heads": heads, "teacher": teacher, "student": student, "fitting": ", ".join(map(str, fitting))}
    return {"relation_heads": spec.said("heads-divide-no-width", **wrong)}


@params.of_named_teachers
def layer_is_there(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    layers = sizes(str(values["teacher"])).layers
    return {"teacher_layer": spec.said("no-such-layer", layers=layers)} if int(values["teacher_layer"]) > layers else {}


def something_to_copy(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    copying = any(values[f"{kind}_relation"] for kind in KINDS)
    return {} if copying else {"value_relation": spec.said("nothing-to-copy")}


SPEC = spec.MethodSpec(
    slug="minilmv2",
    family="distillation",
    paper="MiniLMv2: Multi-Head Self-Attention Relation Distillation for Compressing Pretrained Transformers",
    params=PARAMS,
    presets=spec.presets(
        SHARED,
        smoke=spec.at("opinions", 10, general_epochs=2, labelled=60, train_rows=160),
        small=spec.at("opinions"),
        full=spec.at("sst2", relation_heads=16, ablations=True),
    ),
    tiny={"relation_heads": 2, "general_epochs": 1, "pretraining_epochs": 1, "ablations": True},
    data=(texts.CLASSIFIED, texts.PAIRS),
    roles=(spec.teacher(*params.OF_THE_TEACHER), *spec.baselines(*BASELINES), spec.method("student")),
    figures=(
        spec.figure("relation-loss", *(f"student/kl_{kind}" for kind in KINDS)),
        *(spec.curve(f"dev-{kind}", f"dev_{kind}", *LEARNERS) for kind in KINDS),
        *spec.figures(*(f"{kind}-{role}" for kind in KINDS for role in ("teacher", "student"))),
        spec.curve("dev-accuracy", "dev_accuracy", "teacher", *LEARNERS),
        spec.figure("labels-loss", "teacher/loss", *(f"{role}/hard_loss" for role in LEARNERS)),
        spec.figure("other-losses", "minilm/kl_attention", "minilm/kl_value", "value-only/kl_value"),
        spec.figure("word-loss", "masked-lm/word_loss", "pretraining/loss"),
    ),
    symbols=(
        spec.symbol("Q", latex=", ".join("QKV")),
        spec.symbol("X", "X", "X_t", "X_s"),
        spec.symbol("A_r", "A_r", "heads"),
        spec.symbol("d_r"),
        spec.symbol("R", "log_R_t", "log_R_s"),
        spec.symbol("D", "D_t", "D_s", latex=", ".join(("D_t", "D_s"))),
        spec.symbol("H"),
        spec.symbol("n", "real"),
        spec.symbol("l", "layer", "teacher_layer"),
        spec.symbol("alpha", "alpha", latex=r"\alpha"),
    ),
    claims=tuple(map(spec.claim, ("mnli-6x768", "mnli-6x384", "squad2-6x768", "mnli-6x768-roberta-large"))),
    budget=("general_epochs", "fine_tuning_epochs"),
    checks=(heads_divide_widths, layer_is_there, something_to_copy),
)
