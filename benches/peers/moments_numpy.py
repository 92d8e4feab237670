"""E||x^t - x*||^2 of SGD on least squares without sampling error, NumPy: the recursion of the second
moment as one (d+1)^2 x (d+1)^2 operator."""

import sys

import numpy as np

from contender import load, take_turns

case = load(sys.argv[1])
features, labels = case["features"], case["labels"]
step, steps = case["gamma"], case["steps"]


def turn():
    n, d = features.shape
    x_star = np.linalg.solve(features.T @ features, features.T @ labels)
    noise = labels - features @ x_star
    # The affine map of (e, 1), sample by sample, and the mean of its Kronecker squares.
    maps = np.zeros((n, d + 1, d + 1))
    maps[:, :d, :d] = np.eye(d) - step * features[:, :, None] * features[:, None, :]
    maps[:, :d, d] = step * noise[:, None] * features
    maps[:, d, d] = 1
    flat = maps.reshape(n, -1)
    operator = (flat.T @ flat / n).reshape(d + 1, d + 1, d + 1, d + 1)
    operator = operator.transpose(0, 2, 1, 3).reshape((d + 1) ** 2, (d + 1) ** 2)
    start = np.append(-x_star, 1.0)
    second = np.outer(start, start).ravel()
    for _ in range(steps):
        second = operator @ second
    return np.trace(second.reshape(d + 1, d + 1)[:d, :d])


take_turns(turn)
