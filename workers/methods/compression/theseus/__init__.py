"""BERT-of-Theseus: what the method is. The job is in job.py, its words in page.md and page.zh.md."""

from collections.abc import Mapping

from workers import spec
from workers.kit import params, texts
from workers.kit.architectures import sizes
from workers.methods.compression import FOOTING

TEACHERS = ("bert-4x32", "bert-4x64", "bert-6x64", "bert-4x128", "bert-6x128", "bert-4x256", "bert-6x256")
PARAMS = (
    spec.number("base_rate", 0.3, 0.05, 1, "b"),
    spec.number("full_share", 0.6, 0.05, 1),
    spec.choice("start", "pretrained", "predecessor"),
    spec.switch("predecessor_dropout"),
    spec.whole("student_layers", 2, 1, 6, "M"),
    *params.but(params.LABELLED, params.TRAIN_ROWS, labelled=2_000, train_rows=10_000),
    params.teacher("bert-4x64", *TEACHERS),
    *params.but(*params.TEACHER, pretraining_epochs=10),
    *params.but(*params.TRAINING, epochs=12, learning_rate=1e-3, batch_size=32),
    spec.switch("soft_targets"),
    spec.switch("extra_schedules", on=False),
    spec.number("constant_rate", 0.5, 0.05, 1, "p"),
)
ALONE = (*params.OF_THE_TEACHER, "labelled", "student_layers", "start", "epochs", "learning_rate", "batch_size")
REPLACING = (*ALONE, "full_share", "predecessor_dropout")
NETWORKS = ("teacher", "baseline", "frozen", "soft-targets", "constant-rate", "reversed-rate", "student")


@params.of_named_teachers
def layers_make_modules(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    """Modules must be of one size."""
    layers, modules = sizes(str(values["teacher"])).layers, int(values["student_layers"])
    if layers % modules == 0:
        return {}
    fitting = ", ".join(str(m) for m in range(1, layers + 1) if layers % m == 0)
    return {"student_layers": spec.said("unequal-modules", layers=layers, modules=modules, fitting=fitting)}


@params.of_named_teachers
def there_is_a_pretrained_encoder(values: Mapping[str, spec.Value]) -> dict[str, spec.Said]:
    missing = values["start"] == "pretrained" and not values["pretraining_epochs"]
    return {"start": spec.said("nothing-pretrained")} if missing else {}


SPEC = spec.MethodSpec(
    slug="bert-of-theseus",
    family="compression",
    paper="2002.02925",
    params=PARAMS,
    presets=spec.presets(
        FOOTING,
        smoke=spec.at("opinions", 7, labelled=200, train_rows=600, teacher="bert-4x32", epochs=2, soft_targets=False),
        small=spec.at("opinions"),
        full=spec.at(
            "sst2",
            teacher="bert-6x256",
            student_layers=3,
            labelled=50_000,
            epochs=4,
            learning_rate=2.5e-4,
            extra_schedules=True,
        ),
    ),
    data=(texts.CLASSIFIED, texts.PAIRS),
    roles=(
        spec.teacher(*params.OF_THE_TEACHER),
        *(spec.baseline(slug, *ALONE) for slug in ("baseline", "frozen", "soft-targets")),
        spec.baseline("constant-rate", *REPLACING, "constant_rate"),
        spec.baseline("reversed-rate", *REPLACING, "base_rate"),
        spec.method("student", *REPLACING, "base_rate"),
    ),
    figures=(
        spec.curve("replacement-rate", "replacement_rate", "student", "constant-rate", "reversed-rate"),
        spec.curve("replaced-share", "replaced_share", "student", "constant-rate", "reversed-rate"),
        spec.curve("dev-accuracy", "dev_accuracy", *NETWORKS),
        spec.curve("loss", "loss", *NETWORKS),
        spec.figure("one-module"),
    ),
    symbols=(
        spec.symbol("x", "texts"),
        spec.symbol("y", "y"),
        spec.symbol("M", "modules"),
        spec.symbol("prd_i", "prd", latex=r"\mathrm{prd}_i"),
        spec.symbol("scc_i", "scc", latex=r"\mathrm{scc}_i"),
        spec.symbol("r_i", "r", "draw"),
        spec.symbol("p_t", "Rate", "rate", "p"),
        spec.symbol("b", "b", "base_rate"),
        spec.symbol("k", "k", "slope"),
        spec.symbol("z", "z"),
        *spec.symbols("h_i", "N", "B", "C"),
    ),
    claims=(
        *(spec.order("student", worse) for worse in ("baseline", "soft-targets", "constant-rate")),
        spec.order("constant-rate", "reversed-rate"),
        spec.claim("speed"),
    ),
    checks=(layers_make_modules, there_is_a_pretrained_encoder),
    tiny={"student_layers": 1, "soft_targets": True, "extra_schedules": True},
)
