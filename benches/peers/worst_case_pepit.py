"""One worst case with PEPit, as its examples write it: `worst_case_pepit.py CASE N SOLVER` prints
JSON. The solver is one of cvxpy's, or `default` for the one that PEPit takes by itself."""

import json
import sys
import time

import numpy as np
from PEPit import PEP
from PEPit.examples.stochastic_and_randomized_convex_minimization import (
    wc_saga,
    wc_sgd,
)
from PEPit.functions import SmoothStronglyConvexFunction

MU, L = 0.1, 1.0


def sgd(n, solver):
    value, _ = wc_sgd(L=L, mu=MU, gamma=0.7, v=1, R=2, n=n, solver=solver, verbose=-1)
    return value


def saga_prox(n, solver):
    value, _ = wc_saga(L=L, mu=MU, n=n, solver=solver, verbose=-1)
    return value


def kd(n, solver, gamma=0.125, weight=0.7):
    """One step of distillation with any control variates c_i: their mean and the noise that is left
    at the minimiser are bounded by 1."""
    problem = PEP()
    functions = [problem.declare_function(SmoothStronglyConvexFunction, L=L, mu=MU)
                 for _ in range(n)]
    total = np.mean(functions)
    star, x = total.stationary_point(), problem.set_initial_point()
    controls = [problem.set_initial_point() for _ in range(n)]
    problem.set_initial_condition((x - star) ** 2 <= 1)
    left = [f.gradient(star) - weight * c for f, c in zip(functions, controls)]
    problem.add_constraint(np.mean([vector ** 2 for vector in left]) <= 1)
    problem.add_constraint(np.mean(controls) ** 2 <= 1)
    steps = [x - gamma * (f.gradient(x) - weight * c) for f, c in zip(functions, controls)]
    problem.set_performance_metric(np.mean([(step - star) ** 2 for step in steps]))
    return problem.solve(verbose=0, solver=solver)


def main():
    case, n = sys.argv[1], int(sys.argv[2])
    solve = {"sgd": sgd, "kd": kd, "saga-prox": saga_prox}[case]
    solver = None if sys.argv[3] == "default" else sys.argv[3]
    begin = time.perf_counter()
    value = solve(n, solver)
    print(json.dumps({"value": float(value), "seconds": time.perf_counter() - begin}))


main()
