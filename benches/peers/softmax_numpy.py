"""Distillation of softmax regression, NumPy, the teacher's responses cached."""

import sys

import numpy as np

from contender import load, take_turns


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


case = load(sys.argv[1])
features, labels, indices = case["features"], case["labels"], case["indices"]
weight, step, batch = np.float32(case["lambda"]), np.float32(case["gamma"]), case["batch"]
# proposition-1: distillation replaces the label by (1 - lambda) y + lambda p(theta).
mixed = (1 - weight) * labels + weight * softmax(features @ case["teacher"].T)


def turn():
    x = np.zeros((features.shape[1], labels.shape[1]), dtype=np.float32)
    for index in indices:
        a = features[index]
        residual = softmax(a @ x) - mixed[index]
        x -= (step / batch) * (a.T @ residual)
    return x.T


take_turns(turn)
