"""Worst cases side by side with PEPit: values, times over n, and which bounds are true.

A printed bound is true if it is at least the exact lower bound, a rational number that a witness
attains. A false rate is that lower bound less a little; a tool accepts it if its bound is no larger."""

import argparse
import importlib.metadata
import json
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTS = [2, 5, 10, 20, 40, 100, 1000]
BELOW = ["1e-2", "1e-4", "1e-6", "1e-8", "1e-9", "1e-10", "1e-12"]


def saga_step(n):
    return Fraction(1, 2) / (Fraction(n, 10) + 1)


# The same numbers as in worst_case_pepit.py.
CASES = {
    "sgd": lambda n: {"gamma": "7/10", "r_sq": "4"},
    "kd": lambda n: {"gamma": "1/8", "lambda": "7/10"},
    "saga-prox": lambda n: {"gamma": str(saga_step(n))},
}


def ours(binary, scratch, case, n):
    """Exact bounds, and seconds for interior points and for the exact optimum."""
    numbers = CASES[case](n)
    (scratch / "case.json").write_text(json.dumps({"n": n, "numbers": numbers}))
    run = subprocess.run([binary, str(scratch), "worst-case", case],
                         check=True, capture_output=True, text=True)
    found = json.loads(run.stdout)
    for name in ["plain", "upper", "lower"]:
        found[name] = Fraction(found[name])
    return found


# MOSEK is what PEPit prefers; without it the default is what cvxpy prefers.
SOLVERS = {"PEPit, default solver": "default", "PEPit, Clarabel": "CLARABEL"}


def peer(case, n, solver, limit):
    command = [sys.executable, str(HERE / "worst_case_pepit.py"), case, str(n), solver]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    if run.returncode != 0:
        sys.exit(f"PEPit, {case}, n = {n}:\n{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def accepted(bound, lower):
    return sum(bound <= lower - Fraction(below) for below in BELOW)


def row(tool, n, value, seconds, bound, lower, excess):
    truth = "yes" if bound >= lower else f"no, short by {float(lower - bound):.0e}"
    print(f"  {n:>5}  {tool:24}{value:>16}{seconds:>12}  {truth:22}{excess:>10}"
          f"{accepted(bound, lower):>8}/{len(BELOW)}")


def compare(case, binary, limit, scratch):
    print(f"\n{case}")
    print(f"  {'n':>5}  {'':24}{'bound':>16}{'seconds':>12}  {'a true bound':22}"
          f"{'excess':>10}{'false':>10}")
    hopeless = set()
    good = True
    for n in COUNTS:
        own = ours(binary, scratch, case, n)
        lower = own["lower"]
        for name, bound, seconds in [
            ("kd-audit, interior", own["plain"], own["plain_seconds"]),
            ("kd-audit, exact", own["upper"], own["full_seconds"]),
        ]:
            good &= bound >= lower and accepted(bound, lower) == 0
            row(name, n, f"{float(bound):.10f}", f"{seconds:.4f}", bound, lower,
                f"{float(bound - lower):.0e}")
        for name, solver in SOLVERS.items():
            if solver in hopeless:
                print(f"  {n:>5}  {name:24}{'':16}{f'> {limit}':>12}  (not tried)")
                continue
            found = peer(case, n, solver, limit)
            if found is None:
                hopeless.add(solver)
                print(f"  {n:>5}  {name:24}{'':16}{f'> {limit}':>12}")
                continue
            # The printed float as the number that it is.
            bound = Fraction(found["value"])
            row(name, n, f"{found['value']:.10f}", f"{found['seconds']:.2f}", bound, lower,
                f"{max(0.0, float(bound - lower)):.0e}")
            # Both have solved the same problem.
            good &= abs(found["value"] - float(lower)) < 1e-3
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--limit", type=int, default=60, help="seconds for one problem of a peer")
    parser.add_argument("cases", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    versions = [f"{name} {importlib.metadata.version(name)}"
                for name in ["PEPit", "cvxpy", "clarabel"]]
    print(f"{', '.join(versions)}; exact bounds of kd-audit are rationals, shown rounded")
    print("false: of", len(BELOW), "rates below what a witness attains, how many the bound admits")
    with tempfile.TemporaryDirectory() as scratch:
        results = [compare(case, arguments.ours, arguments.limit, Path(scratch))
                   for case in arguments.cases]
    sys.exit(0 if all(results) else 1)


main()
