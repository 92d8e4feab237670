"""What a contender does: read a case, then take turns on request."""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np


def load(folder):
    """The arrays of a case and its numbers."""
    folder = Path(folder)
    case = json.loads((folder / "case.json").read_text())
    for name, (kind, shape) in case["arrays"].items():
        case[name] = np.fromfile(folder / f"{name}.bin", dtype=kind).reshape(shape)
    return case


def take_turns(turn):
    """`turn()` returns its result; lines on the standard input ask for so many of them, timed."""
    result = turn()  # compiles and warms up
    print("ready", flush=True)
    for line in sys.stdin:
        if line.startswith("go"):
            repeats = int(line.split()[1])
            wall, processor = time.perf_counter(), time.process_time()
            for _ in range(repeats):
                result = turn()
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            print(json.dumps({"wall": wall, "processor": processor}), flush=True)
        elif line.startswith("result"):
            values = np.asarray(result, dtype=np.float64).ravel()
            values.tofile(line.split(maxsplit=1)[1].strip())
            print("written", flush=True)
    os._exit(0)
