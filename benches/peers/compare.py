"""Makes the data, lets the contenders take turns, checks their results and prints the comparison."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def write(folder, arrays, **numbers):
    """A case: arrays as raw little-endian files, numbers and shapes in case.json."""
    folder.mkdir(parents=True)
    shapes = {}
    for name, array in arrays.items():
        array.tofile(folder / f"{name}.bin")
        shapes[name] = [array.dtype.str, array.shape]
    (folder / "case.json").write_text(json.dumps({"arrays": shapes, **numbers}))


def softmax_case(folder):
    rng = np.random.default_rng(1)
    n, d, k, batch, steps = 60_000, 784, 10, 10, 2_000
    features = (rng.random((n, d), dtype=np.float32) - np.float32(0.5)) / 8
    truth = rng.standard_normal((k, d), dtype=np.float32)
    teacher = truth + 0.3 * rng.standard_normal((k, d), dtype=np.float32)
    labels = np.eye(k, dtype=np.float32)[np.argmax(features @ truth.T, axis=1)]
    indices = rng.integers(0, n, (steps, batch)).astype(np.uint32)
    arrays = dict(features=features, labels=labels, teacher=teacher, indices=indices)
    write(folder, arrays, gamma=0.5, **{"lambda": 0.5}, batch=batch, steps=steps)


def linreg_case(folder, n=400, steps=100_000):
    rng = np.random.default_rng(2)
    d = 50
    features = rng.standard_normal((n, d))
    truth = rng.standard_normal(d)
    labels = features @ truth + 0.5 * rng.standard_normal(n)
    teacher = truth + 0.1 * rng.standard_normal(d)
    indices = rng.integers(0, n, steps).astype(np.uint32)
    arrays = dict(features=features, labels=labels, teacher=teacher, indices=indices)
    write(folder, arrays, gamma=0.005, **{"lambda": 0.5}, batch=1, steps=steps, replicates=32)


def moments_case(folder):
    rng = np.random.default_rng(3)
    n, d = 200, 20
    features = rng.standard_normal((n, d))
    labels = features @ rng.standard_normal(d) + 0.5 * rng.standard_normal(n)
    write(folder, dict(features=features, labels=labels), gamma=0.01, steps=1_000)


def optimum_case(folder):
    rng = np.random.default_rng(4)
    n, d = 2_000, 50
    features = rng.standard_normal((n, d))
    labels = (features @ rng.standard_normal(d) / 4 + rng.standard_normal(n) > 0).astype(float)
    write(folder, dict(features=features, labels=labels), ridge=0.01)


# Case: data, tolerance of the results, unit of time and its count, contenders (ours comes first).
CASES = {
    "softmax": (softmax_case, 2e-5, "us a step", lambda c: c["steps"], {
        "kd-audit": ["ours", "softmax", "kd"],
        "kd-audit (SGD)": ["ours", "softmax", "sgd", "other"],
        "NumPy, cached teacher": ["softmax_numpy.py"],
        "PyTorch, autograd": ["softmax_torch.py", "autograd"],
        "PyTorch, by hand": ["softmax_torch.py", "by-hand"],
    }),
    # The rows fit the second cache ...
    "linreg": (linreg_case, 1e-10, "us a step", lambda c: c["steps"], {
        "kd-audit": ["ours", "linreg", "kd"],
        "kd-audit (SGD)": ["ours", "linreg", "sgd", "other"],
        "Numba": ["linreg_numba.py", "numba"],
        "NumPy": ["linreg_numba.py", "numpy"],
    }),
    # ... and here they do not: every contender waits for them.
    "linreg-large": (lambda folder: linreg_case(folder, 20_000), 1e-10, "us a step", lambda c: c["steps"], {
        "kd-audit": ["ours", "linreg", "kd"],
        "Numba": ["linreg_numba.py", "numba"],
    }),
    "replicates": (linreg_case, 1e-10, "us a step", lambda c: c["steps"] * c["replicates"], {
        "kd-audit, 2 threads": ["ours", "replicates", "2"],
        "kd-audit, 1 thread": ["ours", "replicates", "1"],
        "Numba, 2 threads": ["linreg_numba.py", "2"],
        "Numba, 1 thread": ["linreg_numba.py", "1"],
        "arithmetic alone, 2 threads": ["ours", "control", "2", "other"],
        "arithmetic alone, 1 thread": ["ours", "control", "1", "other"],
    }),
    "moments": (moments_case, 1e-9, "us in all", lambda c: 1, {
        "kd-audit": ["ours", "moments", "-"],
        "NumPy, 441x441 operator": ["moments_numpy.py"],
    }),
    "optimum": (optimum_case, 1e-6, "us in all", lambda c: 1, {
        "kd-audit, SAGA": ["ours", "optimum", "-"],
        "scikit-learn, newton-cholesky": ["optimum_sklearn.py", "newton-cholesky"],
        "scikit-learn, saga": ["optimum_sklearn.py", "saga"],
    }),
}


class Contender:
    def __init__(self, name, words, ours, folder):
        self.name, self.times = name, []
        self.other = words[-1] == "other"
        words = [word for word in words if word != "other"]
        if words[0] == "ours":
            command = [ours, str(folder), *words[1:]]
        else:
            command = [sys.executable, str(HERE / words[0]), str(folder), *words[1:]]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.answer() != "ready":
            sys.exit(f"{name}: does not start")

    def answer(self):
        return self.process.stdout.readline().strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def calibrate(self):
        """So many turns at a time that clocks are fine enough."""
        self.repeats = 1
        wall = json.loads(self.ask("go 1"))["wall"]
        self.repeats = min(max(1, round(0.1 / wall)), 1000)

    def turn(self):
        times = json.loads(self.ask(f"go {self.repeats}"))
        self.times.append({clock: time / self.repeats for clock, time in times.items()})

    def result(self, path):
        self.ask(f"result {path}")
        return np.fromfile(path)

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def compare(name, ours, rounds, scratch):
    make, tolerance, unit, count, contenders = CASES[name]
    folder = scratch / name
    make(folder)
    case = json.loads((folder / "case.json").read_text())
    count = count(case)
    running = [Contender(label, words, ours, folder) for label, words in contenders.items()]
    for contender in running:
        contender.calibrate()
    for turn in range(rounds):
        # To and fro: nobody always follows the same neighbour, who leaves the caches to him.
        for contender in running if turn % 2 == 0 else reversed(running):
            contender.turn()
    reference = running[0].result(folder / "result")
    print(f"\n{name}, {rounds} rounds, {unit}")
    header = f"{'':32}{'wall':>10}{'quartiles':>22}{'processor':>11}{'ratio':>8}{'difference':>12}"
    print(header)
    good = True
    base = statistics.median(t["processor"] for t in running[0].times)
    for contender in running:
        wall = np.array([t["wall"] for t in contender.times]) / count * 1e6
        processor = statistics.median(t["processor"] for t in contender.times)
        low, middle, high = np.percentile(wall, [25, 50, 75])
        difference = ""
        if not contender.other:
            off = np.abs(contender.result(folder / "result") - reference).max()
            good &= bool(off <= tolerance)
            difference = f"{off:.1e}"
        print(f"{contender.name:32}{middle:10.4g}{f'[{low:.4g}, {high:.4g}]':>22}"
              f"{processor / count * 1e6:11.4g}{processor / base:8.2f}{difference:>12}")
        contender.stop()
    if not good:
        print(f"{name}: the results differ by more than {tolerance:g}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = [compare(name, arguments.ours, arguments.rounds, Path(scratch))
                   for name in arguments.cases]
    sys.exit(0 if all(results) else 1)


main()
