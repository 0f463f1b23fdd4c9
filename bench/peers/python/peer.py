"""What every peer in Python shares: the protocol, the data, the clock.

The driver writes one work a line to standard input and reads one answer:

    VARIANT train HIDDEN BATCH SAMPLES      ok SECONDS LOSS     one more epoch, its mean loss
    VARIANT rows HIDDEN COUNT               ok SECONDS CHECK    inference of so many rows in one call
    VARIANT sgemm TRANS M N K               ok SECONDS CHECK    one product
    VARIANT map FUNCTION N                  ok SECONDS CHECK    an element-wise function of so many numbers, out of place
                                            none REASON         this peer does not do it

HIDDEN is the widths of the hidden layers, such as 100 or 1024-1024. The check is
the same number for every peer that computes the same thing.
"""

import os
import statistics
import sys
import time
import traceback

import numpy as np

FEATURES, CLASSES = 784, 10
MEASURE = 0.03  # seconds of a measurement of something short


def arguments():
    """Threads and data folder, as the driver gives them."""
    return int(sys.argv[1]), sys.argv[2]


def training_set(folder, samples):
    """The first samples: pixels as bytes [samples, 784], classes [samples]."""
    x = np.fromfile(os.path.join(folder, "train-x.bin"), np.uint8).reshape(-1, FEATURES)
    y = np.fromfile(os.path.join(folder, "train-y.bin"), np.uint8)
    if len(y) < samples:
        raise ValueError(f"{samples} samples wanted, the data has {len(y)}")
    return np.ascontiguousarray(x[:samples]), y[:samples].astype(np.int32)


def widths(hidden):
    """All widths of the network, inputs and classes included."""
    return [FEATURES, *map(int, hidden.split("-")), CLASSES]


def drawn_weights(hidden, seed=1):
    """Glorot-uniform kernels [in, out] and zero biases."""
    random, layers, w = np.random.default_rng(seed), [], widths(hidden)
    for n, m in zip(w, w[1:]):
        limit = np.sqrt(6 / (n + m))
        layers.append((random.uniform(-limit, limit, (n, m)).astype(np.float32), np.zeros(m, np.float32)))
    return layers


def fixed_weights(hidden):
    """The weights of every inference: small whole numbers over a power of two."""
    layers, w = [], widths(hidden)
    for n, m in zip(w, w[1:]):
        k = (np.arange(n * m) * 7 + 3) % 13 - 6
        layers.append(((k / 128).astype(np.float32).reshape(n, m), np.zeros(m, np.float32)))
    return layers


def probability_check(p):
    """A number that tells whether the probabilities [rows, 10] are right."""
    return float((np.asarray(p, np.float64).reshape(-1, CLASSES) * np.arange(1, CLASSES + 1)).sum(1).mean())


def inputs(folder, count):
    """Rows of float32 in [0, 1]."""
    x, _ = training_set(folder, count)
    return x.astype(np.float32) / np.float32(255)


def clock(call):
    """The median time of a call, over at least MEASURE seconds of calls."""
    start, calls = time.perf_counter(), 0
    while time.perf_counter() - start < MEASURE / 10:
        call()
        calls += 1
    turns, times, end = max(1, calls // 3), [], time.perf_counter() + MEASURE
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(turns):
            call()
        times.append((time.perf_counter() - start) / turns)
    return statistics.median(times)


def timed_rows(hidden, count, folder, make):
    """A work from make(x), which returns a function from nothing to probabilities."""
    call = make(inputs(folder, int(count)))
    check = probability_check(call())
    return lambda: (clock(call), check)


def timed_epoch(epoch):
    """A work from epoch(), which trains once over the data and returns the mean loss."""
    def work():
        start = time.perf_counter()
        loss = epoch()
        return time.perf_counter() - start, float(loss)
    return work


def serve(version, makers):
    """Answer the driver. makers[(variant, kind)](*arguments) returns a work: a
    function that measures once and returns seconds and check."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints does not disturb the answers
    print("ready", version, file=answers)
    works = {}
    for line in sys.stdin:
        name = line.strip()
        variant, kind, *rest = name.split()
        try:
            if name not in works:
                if (variant, kind) not in makers:
                    print("none not a work of this peer", file=answers)
                    continue
                works[name] = makers[variant, kind](*rest)
            seconds, check = works[name]()
            print("ok", repr(float(seconds)), repr(float(check)), file=answers)
        except Exception as e:  # one work that fails leaves the others
            traceback.print_exc()
            print("error", type(e).__name__, " ".join(str(e).split())[:200], file=answers)
