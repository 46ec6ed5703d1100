"""Knowledge distillation: a small network learns from a large one."""

# What the methods share where they are compared, by preset (workers/comparison.py). "epochs" is the student's whole
# budget: a method that trains it in several stages divides it among them.
SHARED = {
    "smoke": {
        "teacher": "bert-2x32",
        "student": "bert-1x32",
        "train_rows": 300,
        "labelled": 100,
        "source": "all",
        "pretraining_epochs": 2,
        "teacher_epochs": 1,
        "epochs": 3,
        "batch_size": 32,
    },
    "small": {
        "teacher": "bert-4x64",
        "student": "bert-2x32",
        "train_rows": 10_000,
        "labelled": 500,
        "source": "all",  # what augmentation starts from: the others have all texts too
        "vocabulary": 8_000,
        "pretraining_epochs": 10,
        "teacher_epochs": 4,
        "epochs": 5,
        "batch_size": 64,
    },
    "full": {
        "teacher": "bert-6x128",
        "student": "bert-2x64",
        "train_rows": 67_000,
        "labelled": 2_000,
        "source": "all",
        "vocabulary": 16_000,
        "pretraining_epochs": 10,
        "teacher_epochs": 4,
        "epochs": 5,
        "batch_size": 128,
    },
}
