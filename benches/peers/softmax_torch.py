"""Distillation of softmax regression in PyTorch on the processor: by autograd, or by hand."""

import sys

import torch
from torch.nn.functional import cross_entropy

from contender import load, take_turns

torch.set_num_threads(1)
case = load(sys.argv[1])
by_hand = sys.argv[2] == "by-hand"
features, labels = torch.from_numpy(case["features"]), torch.from_numpy(case["labels"])
indices = torch.from_numpy(case["indices"].astype("int64"))
weight, step, batch = case["lambda"], case["gamma"], case["batch"]
teacher = torch.from_numpy(case["teacher"])
mixed = (1 - weight) * labels + weight * torch.softmax(features @ teacher.T, dim=1)


def by_autograd():
    x = torch.zeros_like(teacher, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=step)
    for index in indices:
        optimizer.zero_grad()
        loss = cross_entropy(features[index] @ x.T, mixed[index])
        loss.backward()
        optimizer.step()
    return x.detach().numpy()


@torch.no_grad()
def hand_written():
    x = torch.zeros_like(teacher)
    for index in indices:
        a = features[index]
        residual = torch.softmax(a @ x.T, dim=1) - mixed[index]
        x.addmm_(residual.T, a, alpha=-step / batch)
    return x.numpy()


take_turns(hand_written if by_hand else by_autograd)
