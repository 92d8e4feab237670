"""The minimiser of ridge logistic regression, scikit-learn."""

import sys

from sklearn.linear_model import LogisticRegression

from contender import load, take_turns

case = load(sys.argv[1])
features, labels = case["features"], case["labels"].ravel()
solver = sys.argv[2]
tolerance = {"newton-cholesky": 1e-10, "saga": 1e-8}[solver]


def turn():
    model = LogisticRegression(
        C=1 / (len(labels) * case["ridge"]), fit_intercept=False, solver=solver, tol=tolerance,
        max_iter=100_000, random_state=1,
    )
    return model.fit(features, labels).coef_


take_turns(turn)
