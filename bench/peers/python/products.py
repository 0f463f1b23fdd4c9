"""The operands of every product and the check of its result: whole numbers, so
that any order of summation gives the same."""

import numpy as np


def whole(n, seed):
    return ((np.arange(n) * 7 + seed) % 13 - 6).astype(np.float32)


def operands(trans, m, n, k):
    """A and B as stored, row-major, and a C."""
    a = whole(m * k, 3).reshape((k, m) if trans[0] == "T" else (m, k))
    b = whole(k * n, 5).reshape((n, k) if trans[1] == "T" else (k, n))
    return a, b, np.zeros((m, n), np.float32)


def product_check(c):
    weights = np.arange(c.size) % 17 - 8
    return float((c.ravel().astype(np.float64) * weights).sum())
