"""What soft targets give over labels only: mean and standard deviation over seeds, for the built-in data and for SST-2.

    python benchmarks/hinton_gain.py opinions [--seeds 5]
    python benchmarks/hinton_gain.py sst2 --data-dir DATA_DIR

Every seed draws its own texts, labels, teacher and first weights. Dev is reported, at the last epoch: nothing is chosen
on it here. For the student on labels only, which may overfit, the best epoch on dev is printed too, as an upper bound.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

SETTINGS = {
    "opinions": [],
    "sst2": [
        "--data",
        "sst2",
        "--train-rows",
        "20000",
        "--labelled",
        "1000",
        "--student",
        "bilstm-64",
        "--epochs",
        "4",
    ],
}
METRICS = ("accuracy", "macro_f1", "agreement", "kl_to_teacher", "ece", "train_s", "latency_p50_ms")


def run(data: str, seed: int, out: Path, data_dir: str | None) -> dict:
    command = [sys.executable, "-m", "workers", "run", "hinton-kd", "--preset", "small", "--device", "cpu"]
    command += [*SETTINGS[data], "--seed", str(seed), "--out", str(out), "--cache-dir", str(out / "teachers")]
    subprocess.run(command + (["--data-dir", data_dir] if data_dir else []), check=True, stdout=subprocess.DEVNULL)
    return json.loads((out / "results.json").read_text())


def spread(values: list[float]) -> str:
    return f"{statistics.mean(values):9.4f} +- {statistics.stdev(values) if len(values) > 1 else 0:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=SETTINGS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data-dir")
    parser.add_argument("--out", type=Path, default=Path("var/benchmarks/hinton-gain"))
    args = parser.parse_args()

    found: dict[tuple[str, str], list[float]] = {}
    best: list[float] = []
    for seed in range(args.seeds):
        document = run(args.data, seed, args.out / args.data / str(seed), args.data_dir)
        for row in document["results"]:
            found.setdefault((row["role"], row["metric"]), []).append(row["value"])
        best.append(max(document["series"]["baseline/dev_accuracy"]["values"]))
        line = {role: values[-1] for (role, metric), values in found.items() if metric == "accuracy"}
        print(f"seed {seed}", " ".join(f"{role} {value:.4f}" for role, value in line.items()), flush=True)

    roles = list(dict.fromkeys(role for role, _ in found))
    for metric in METRICS:
        for role in roles:
            if values := found.get((role, metric)):
                print(f"{metric:15} {role:15} {spread(values)}")
    pairs = zip(found["student", "accuracy"], found["baseline", "accuracy"], strict=True)
    gains = [student - baseline for student, baseline in pairs]
    print(f"gain            student         {spread(gains)}   smallest {min(gains):.4f}")
    print(f"best epoch      baseline        {spread(best)}")


if __name__ == "__main__":
    main()
