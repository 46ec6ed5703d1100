"""A method whose jobs last as long and behave as badly as they are told."""

from workers import spec
from workers.kit import texts

KINDS = (
    "steady", "native", "eater", "flooder", "importer", "raiser", "segfault", "writer", "stray", "silent",
)  # fmt: skip

SPEC = spec.MethodSpec(
    slug="toy",
    family="distillation",
    paper="1503.02531",
    params=(
        spec.choice("kind", *KINDS),
        spec.number("seconds", 1.0, 0, 600),
        spec.whole("megabytes", 64, 1, 1000),
        spec.whole("steps", 40, 0, 100_000),
    ),
    presets=spec.presets(smoke=spec.at("opinions", 1)),
    data=(texts.CLASSIFIED,),
    roles=(spec.method("student"),),
)
