"""Parameters that mean the same in every method that has them. No torch. Their words: words.md, words.zh.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import wraps

from workers.kit import architectures, known_encoders, layer_maps
from workers.spec import Check, Param, Said, Text, Value, line, whole
from workers.spec import number as real

TRAIN_ROWS = whole("train_rows", 6_000, 100, 100_000)
LABELLED = whole("labelled", 500, 20, 50_000)
READY_MADE = replace(line("ready_made"), why_not=known_encoders.why_not)
VOCABULARY = whole("vocabulary", 8_000, 200, 30_000)
PRETRAINING_EPOCHS = whole("pretraining_epochs", 8, 0, 40)
TEACHER_EPOCHS = whole("teacher_epochs", 4, 1, 30)
EPOCHS = whole("epochs", 6, 1, 40)
LEARNING_RATE = real("learning_rate", 2e-3, 1e-5, 1e-2)
BATCH_SIZE = whole("batch_size", 64, 8, 256)

# Groups that follow each other in forms: what makes a teacher, and how a student is trained.
TEACHER = (READY_MADE, VOCABULARY, PRETRAINING_EPOCHS, TEACHER_EPOCHS)
TRAINING = (EPOCHS, LEARNING_RATE, BATCH_SIZE)

# What settles a student's numbers that no teacher taught, and a teacher's, with data and seed: `depends_on` of Roles.
OF_A_STUDENT = ("labelled", "train_rows", "student", "ready_made", "vocabulary", "learning_rate", "batch_size")
OF_THE_TEACHER = ("train_rows", "teacher", READY_MADE.name, "vocabulary", "pretraining_epochs", "teacher_epochs")


def but(*params: Param, **defaults: Value) -> tuple[Param, ...]:
    """The same parameters, some with another default."""
    return tuple(replace(param, default=defaults.get(param.name, param.default)) for param in params)


def teacher(default: str, *names: str) -> Param:
    """A choice of the networks that are trained first."""
    return Param("teacher", "choice", default, choices=architectures.choices(*names))


def student(default: str, *names: str) -> Param:
    """A choice of the networks that learn from the teacher."""
    return Param("student", "choice", default, choices=architectures.choices(*names))


def encoder(default: str, *names: str) -> Param:
    """A choice of encoders that are looked at: those known by name (known_encoders.py), and small ones of the kit."""
    known = {name: encoder.title for name, encoder in known_encoders.KNOWN.items()}
    choices = tuple((name, known.get(name) or architectures.title(name)) for name in names)
    return Param("encoder", "choice", default, choices=choices, why_not=known_encoders.why_not)


def layer_map(default: str) -> Param:
    """Which teacher layer each student layer learns from (kit/layer_maps.py)."""
    return Param("layer_map", "choice", default, choices=layer_maps.KINDS, symbol="g(m)")


def of_named_teachers(check: Check) -> Check:
    """A check of a spec that reads the teacher's name: with a ready-made one it is made in the run, once loaded.

    `teaching.refuse_misfits` makes it there.
    """

    @wraps(check)
    def checked(values: Mapping[str, Value]) -> Mapping[str, Text | Said]:
        return {} if values.get(READY_MADE.name) else check(values)

    return checked


@of_named_teachers
def layers_fit(values: Mapping[str, Value]) -> dict[str, Text]:
    """That the map of `layer_map`, or of the line `layers` where it is custom, is one of these two networks."""
    student, teacher = (architectures.sizes(str(values[name])).layers for name in ("student", "teacher"))
    kind = str(values["layer_map"])
    try:
        layer_maps.layer_map(kind, student, teacher, str(values["layers"]))
    except layer_maps.LayerMapError as error:
        return {"layers" if kind == "custom" and student <= teacher else "student": error.text}
    return {}
