"""NumPy by hand (on OpenBLAS) and scikit-learn's MLPClassifier in float32."""

from peer import arguments, clock, drawn_weights, fixed_weights, serve, timed_epoch, timed_rows, training_set, widths
from products import check, numbers

threads, folder = arguments()

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier


def by_hand(hidden, batch, samples):
    batch, samples = int(batch), int(samples)
    bytes_, y = training_set(folder, samples)
    layers = drawn_weights(hidden)
    parameters = [a for layer in layers for a in layer]
    m, v = [np.zeros_like(a) for a in parameters], [np.zeros_like(a) for a in parameters]
    scratch = [np.empty_like(a) for a in parameters]
    random, rows, t = np.random.default_rng(0), np.arange(batch), 0
    tenth, thousandth, epsilon = np.float32(0.1), np.float32(0.001), np.float32(1e-7)

    def step(x, y):
        nonlocal t
        seen = [x]
        for w, b in layers[:-1]:
            h = seen[-1] @ w
            h += b
            seen.append(np.maximum(h, 0, out=h))
        z = seen[-1] @ layers[-1][0]
        z += layers[-1][1]
        z -= z.max(1, keepdims=True)
        own = z[rows, y]
        p = np.exp(z, out=z)
        sums = p.sum(1, keepdims=True)
        loss = float(np.mean(np.log(sums[:, 0]) - own))
        p /= sums
        p[rows, y] -= 1
        p *= np.float32(1 / batch)
        gradients, d = [], p
        for i in reversed(range(len(layers))):
            gradients[:0] = [seen[i].T @ d, d.sum(0)]
            if i:
                d = d @ layers[i][0].T
                d *= seen[i] > 0
        t += 1
        rate = np.float32(0.001 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t))
        for w, g, m_, v_, s in zip(parameters, gradients, m, v, scratch):
            np.subtract(g, m_, out=s)
            s *= tenth
            m_ += s
            np.multiply(g, g, out=s)
            s -= v_
            s *= thousandth
            v_ += s
            np.sqrt(v_, out=s)
            s += epsilon
            np.divide(m_, s, out=s)
            s *= rate
            w -= s
        return loss

    def train():
        return np.mean([step(bytes_[i] / np.float32(255), y[i]) for i in random.permutation(samples).reshape(-1, batch)])
    return timed_epoch(train)


def scikit(hidden, batch, samples):
    x, y = training_set(folder, int(samples))
    x = x.astype(np.float32) / np.float32(255)
    model = MLPClassifier(tuple(widths(hidden)[1:-1]), batch_size=int(batch), alpha=0.0, epsilon=1e-7, random_state=0)

    def train():
        model.partial_fit(x, y, classes=np.arange(10))  # one epoch, shuffled; Adam goes on where it was
        return model.loss_
    return timed_epoch(train)


def forward(hidden, count):
    layers = fixed_weights(hidden)

    def make(x):
        def call():
            h = x
            for w, b in layers[:-1]:
                h = h @ w
                h += b
                np.maximum(h, 0, out=h)
            z = h @ layers[-1][0]
            z += layers[-1][1]
            z -= z.max(1, keepdims=True)
            np.exp(z, out=z)
            z /= z.sum(1, keepdims=True)
            return z
        return call
    return timed_rows(hidden, count, folder, make)


def function(name, n):
    x, y = numbers(name, int(n))

    def sigmoid(x, out):
        np.negative(x, out=out)
        np.exp(out, out=out)
        out += 1
        np.reciprocal(out, out=out)
    f = sigmoid if name == "sigmoid" else getattr(np, name)
    call = lambda: f(x, out=y)
    call()
    checked = check(y)
    return lambda: (clock(call), checked)


serve(f"NumPy {np.__version__}, scikit-learn {sklearn.__version__}", {
    ("hand", "train"): by_hand,
    ("sklearn", "train"): scikit,
    ("hand", "rows"): forward,
    ("hand", "map"): function,
})
