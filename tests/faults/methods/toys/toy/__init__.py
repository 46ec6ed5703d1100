"""A method whose jobs last as long and behave as badly as they are told."""

from workers.spec import MethodSpec, Param, Preset, Role, Text

KINDS = (
    "steady", "native", "eater", "flooder", "importer", "raiser", "segfault", "writer", "stray", "silent",
)  # fmt: skip


def _text(words: str) -> Text:
    return Text(words, words)


SPEC = MethodSpec(
    slug="toy",
    title=_text("Toy"),
    family="distillation",
    summary=_text("Lasts as long and behaves as badly as it is told."),
    paper="1503.02531",
    params=(
        Param(
            name="kind", type="choice", default="steady", choices=tuple((kind, _text(kind)) for kind in KINDS),
            label=_text("Kind"), help=_text("How it behaves."),
        ),
        Param(
            name="seconds", type="float", default=1.0, minimum=0, maximum=600, label=_text("Seconds"),
            help=_text("How long it lasts."),
        ),
        Param(
            name="megabytes", type="int", default=64, minimum=1, maximum=1000, label=_text("Megabytes"),
            help=_text("What a writer writes."),
        ),
        Param(
            name="steps", type="int", default=40, minimum=0, maximum=100000, label=_text("Steps"),
            help=_text("Scalars, numbered from 0, evenly over that time."),
        ),
    ),
    presets=(Preset("smoke", _text("Smoke"), _text("Seconds."), "opinions", 1),),
    data=("opinions",),
    roles=(Role("student", _text("Student"), "method"),),
)  # fmt: skip
