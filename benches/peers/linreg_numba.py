"""Distillation of least squares, one sample a step: Numba, or NumPy."""

import sys

import numba
import numpy as np

from contender import load, take_turns

case = load(sys.argv[1])
kind = sys.argv[2]
features, labels, indices = case["features"], case["labels"], case["indices"]
weight, step, replicates = case["lambda"], case["gamma"], case["replicates"]
mixed = (1 - weight) * labels + weight * (features @ case["teacher"])


@numba.njit(fastmath=True)
def one_run(features, mixed, indices, step, first):
    d = features.shape[1]
    x = np.zeros(d)
    t = np.int64(first)  # prange counts in unsigned numbers
    for _ in range(len(indices)):
        n = indices[t]
        t += 1
        if t == len(indices):
            t = 0
        z = 0.0
        for j in range(d):
            z += features[n, j] * x[j]
        r = step * (z - mixed[n])
        for j in range(d):
            x[j] -= r * features[n, j]
    return x


@numba.njit(fastmath=True, parallel=True)
def many_runs(features, mixed, indices, step, replicates):
    points = np.zeros((replicates, features.shape[1]))
    for r in numba.prange(replicates):
        points[r] = one_run(features, mixed, indices, step, r)
    return points


def by_numpy():
    x = np.zeros(features.shape[1])
    for n in indices:
        a = features[n]
        x -= (step * (a @ x - mixed[n])) * a
    return x


if kind == "numba":
    take_turns(lambda: one_run(features, mixed, indices, step, 0))
elif kind == "numpy":
    take_turns(by_numpy)
else:
    numba.set_num_threads(int(kind))
    take_turns(lambda: many_runs(features, mixed, indices, step, replicates))
