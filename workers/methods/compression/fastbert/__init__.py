"""FastBERT: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from collections.abc import Mapping

from workers import spec
from workers.kit import params, texts
from workers.methods.compression import FOOTING

TEACHERS = ("bert-3x32", "bert-4x64", "bert-6x64", "bert-8x64", "bert-12x64", "bert-6x128", "bert-12x128")
PARAMS = params.but(
    spec.number("speed", 0.5, 0, 1, r"\mathrm{Speed}"),
    spec.choice("branch_loss", "student-teacher", "teacher-student", "labels"),
    spec.whole("branch_width", 32, 4, 256, "W"),
    params.LABELLED,
    params.TRAIN_ROWS,
    params.teacher("bert-6x64", *TEACHERS),
    *params.TEACHER,
    *params.TRAINING,
    spec.switch("every_depth", on=False),
    labelled=10_000,
    train_rows=10_000,
    pretraining_epochs=10,
    epochs=3,
    learning_rate=0.005,
)
BRANCHED = (*params.OF_THE_TEACHER, "speed", "branch_width", "labelled", "epochs", "learning_rate", "batch_size")
FEW = {"labelled": 200, "train_rows": 200, "vocabulary": 500, "epochs": 2, "batch_size": 32}
PLACES = range(1, 12)  # of branches in the deepest network


def two_heads(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    """A branch's width is shared out between its two heads."""
    width = int(values["branch_width"])
    return {"branch_width": spec.said("odd-width", less=width - 1, more=width + 1)} if width % 2 else {}


SPEC = spec.MethodSpec(
    slug="fastbert",
    family="compression",
    paper="2004.02178",
    params=PARAMS,
    presets=spec.presets(
        FOOTING,
        smoke=spec.at("opinions", 8, branch_width=16, teacher="bert-3x32", **FEW),
        small=spec.at("opinions", teacher="bert-6x64"),
        full=spec.at("sst2", branch_width=64, labelled=50_000, teacher="bert-12x128", every_depth=True),
    ),
    data=(texts.CLASSIFIED, texts.PAIRS),
    roles=(
        spec.teacher(*params.OF_THE_TEACHER),
        spec.baseline("label-branches", *BRANCHED),
        *spec.baselines("shallow", "random-exits"),
        spec.method("student"),
    ),
    figures=(
        *spec.figures("layers-quality", "exit-histogram", "operations-quality", "time-quality"),
        *spec.figures("exit-accuracy", "uncertainty", "sure-and-right"),
        spec.curve("dev-accuracy", "dev_accuracy", "teacher", "label-branches", "shallow", "student"),
        spec.curve("branch-loss", "branch_loss", "label-branches", "student"),
        spec.figure("branch-losses", *(f"student/branch_{place}" for place in PLACES)),
        spec.figure("label-losses", *(f"label-branches/branch_{place}" for place in PLACES)),
        spec.curve("hard-loss", "loss", "teacher", "shallow", *(f"shallow-{depth}" for depth in PLACES)),
    ),
    symbols=(
        spec.symbol("x", "ids"),
        spec.symbol("y", "y"),
        spec.symbol("L", "depth"),
        spec.symbol("h_l", "h", latex="h^l"),
        *spec.symbols_in_code("z_t", "z_s"),
        spec.symbol("p_t", "log_p_t"),
        spec.symbol("p_s_l", "log_p_s", latex="p_{s,l}"),
        spec.symbol("u", "uncertainty", "u"),
        spec.symbol("Speed", "speed", latex=r"\mathrm{Speed}"),
        spec.symbol("D", "width"),
        spec.symbol("W", "narrow", "branch_width"),
        spec.symbol("B"),
        spec.symbol("C", "classes"),
    ),
    claims=(
        spec.claim("speed-up", "flops_per_token", "student", "teacher"),
        spec.claim("book-review"),
        spec.claim("ag-news"),
    ),
    checks=(two_heads,),
    tiny={"branch_width": 8, "pretraining_epochs": 0},
)
