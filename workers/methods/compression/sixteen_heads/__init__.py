"""Pruning attention heads: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from collections.abc import Mapping

from workers import spec
from workers.kit import params, texts
from workers.kit.architectures import sizes
from workers.methods.compression import FOOTING

TEACHERS = ("bert-2x32", "bert-4x64", "bert-4x64h8", "bert-4x128h8", "bert-6x128", "bert-6x256h16")
PARAMS = params.but(
    params.teacher("bert-4x64h8", *TEACHERS),
    params.TRAIN_ROWS,
    *params.TEACHER,
    spec.number("share", 0.2, 0, 1),
    spec.number("step", 0.1, 0.02, 0.5),
    spec.choice("granularity", "example", "token", "batch"),
    spec.switch("normalise"),
    spec.switch("keep_one", on=False),
    spec.whole("scored_texts", 512, 32, 20_000),
    spec.whole("random_orders", 5, 1, 20),
    spec.whole("retraining_epochs", 0, 0, 10),
    spec.switch("extra_arms"),
    train_rows=10_000,
    pretraining_epochs=10,
)
MATRICES = ("W_q", "W_k", "W_v", "W_o")
FEW = {"train_rows": 400, "step": 0.5, "scored_texts": 64, "random_orders": 2, "extra_arms": False}
ALL_ARMS = {"retraining_epochs": 1, "extra_arms": True}
BY_CHANCE = (*params.OF_THE_TEACHER, "share", "keep_one")
BY_SCORE = (*BY_CHANCE, "granularity", "normalise", "scored_texts")


@params.of_named_teachers
def as_many_can_go(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    most = 1 - 1 / sizes(str(values["teacher"])).heads
    return {"share": spec.said("one-head-stays", most=most)} if values["keep_one"] and values["share"] > most else {}


SPEC = spec.MethodSpec(
    slug="sixteen-heads",
    family="compression",
    paper="1905.10650",
    params=PARAMS,
    presets=spec.presets(
        FOOTING,
        smoke=spec.at("opinions", 7, teacher="bert-2x32", **FEW),
        small=spec.at("opinions", teacher="bert-4x64h8"),
        full=spec.at("sst2", teacher="bert-6x256h16", share=0.4, step=0.05, scored_texts=4_096, retraining_epochs=1),
    ),
    data=(texts.CLASSIFIED, texts.PAIRS),
    roles=(
        spec.teacher(*params.OF_THE_TEACHER),
        spec.baseline("random", *BY_CHANCE),
        spec.baseline("reversed", *BY_SCORE),
        spec.baseline("rescored", *BY_SCORE, "step"),
        spec.baseline("retrained", *BY_SCORE, "retraining_epochs"),
        spec.method("pruned", *BY_SCORE),
    ),
    figures=(
        *spec.figures("heads-removed", "heads-kept", "importance", "one-head-less", "one-head-left", "heads-of-a-text"),
        spec.curve("dev-accuracy", "dev_accuracy", "teacher", "retrained"),
        spec.curve("loss", "loss", "teacher", "retrained"),
    ),
    symbols=(
        spec.symbol("x", "ids"),
        spec.symbol("y", "y"),
        spec.symbol("h", "head"),
        spec.symbol("Att_h", "said", latex=r"\mathrm{Att}_h"),
        spec.symbol("xi_h", "xi", "gates", latex=r"\xi_h"),
        spec.symbol("L_task", "loss", latex=r"\mathcal{L}"),
        spec.symbol("I_h", "I_h"),
        spec.symbol("N", "rows"),
        spec.symbol("H"),
        spec.symbol("d", "d"),
        spec.symbol("W", "cut", latex=", ".join(MATRICES)),
    ),
    checks=(as_many_can_go,),
    tiny={"vocabulary": 400, "pretraining_epochs": 0, "scored_texts": 32, "share": 0.5, **ALL_ARMS},
)
