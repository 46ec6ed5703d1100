"""Compression: a network is made smaller or cheaper, and what that costs is measured."""

# What the methods share where they are compared, by preset (workers/comparison.py): the network that they begin with.
# How long each goes on training it is its own affair.
SHARED = {
    "small": {
        "teacher": "bert-4x64",
        "train_rows": 10_000,
        "vocabulary": 8_000,
        "pretraining_epochs": 10,
        "teacher_epochs": 4,
    },
    "full": {
        "teacher": "bert-6x128",
        "train_rows": 67_000,
        "vocabulary": 16_000,
        "pretraining_epochs": 10,
        "teacher_epochs": 4,
    },
}

# What their presets begin with: in smoke nothing is learnt, and the networks are trained anew.
FOOTING = {**SHARED, "smoke": {"vocabulary": 1_000, "pretraining_epochs": 1, "teacher_epochs": 1}}
