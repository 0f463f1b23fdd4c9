"""The operands of products and functions, and the checks of their results: those
of products are whole numbers, so that any order of summation gives the same."""

import numpy as np


def whole(n, seed):
    return ((np.arange(n) * 7 + seed) % 13 - 6).astype(np.float32)


def operands(trans, m, n, k):
    """A and B as stored, row-major, and a C."""
    a = whole(m * k, 3).reshape((k, m) if trans[0] == "T" else (m, k))
    b = whole(k * n, 5).reshape((n, k) if trans[1] == "T" else (k, n))
    return a, b, np.zeros((m, n), np.float32)


def numbers(function, n):
    """The numbers of an element-wise function, −5 … 5 or for log 0.005 … 10, and a place for the results."""
    i = np.arange(n) * 7 % 2001
    return ((i + 1 if function == "log" else i - 1000) / 200).astype(np.float32), np.zeros(n, np.float32)


def check(c):
    weights = np.arange(c.size) % 17 - 8
    return float((c.ravel().astype(np.float64) * weights).sum())
