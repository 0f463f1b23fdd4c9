"""JAX: the whole epoch in one XLA function (lax.scan), a jitted step from Python,
Keras on JAX."""

import os

from peer import arguments, drawn_weights, fixed_weights, serve, timed_epoch, timed_rows, training_set, widths

threads, folder = arguments()
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import keras
import numpy as np


def logits(layers, x):
    for w, b in layers[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = layers[-1]
    return x @ w + b


def loss_of(layers, x, y):
    z = logits(layers, x)
    return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])


def step(state, x, y):
    """One step of Adam with Keras's defaults."""
    layers, m, v, t = state
    loss, g = jax.value_and_grad(loss_of)(layers, x.astype(jnp.float32) / 255, y)
    t = t + 1
    rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = jax.tree.map(lambda m, g: m + (g - m) * 0.1, m, g)
    v = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, v, g)
    layers = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), layers, m, v)
    return (layers, m, v, t), loss


def start(hidden, samples):
    layers = jax.tree.map(jnp.asarray, drawn_weights(hidden))
    zeros = lambda: jax.tree.map(jnp.zeros_like, layers)
    x, y = training_set(folder, samples)
    return (layers, zeros(), zeros(), jnp.float32(0)), x, y


def scan(hidden, batch, samples):
    """Shuffled on the host, gathered inside the compiled epoch."""
    batch, samples = int(batch), int(samples)
    state, x, y = start(hidden, samples)
    x, y = jnp.asarray(x), jnp.asarray(y)

    @jax.jit
    def epoch(state, x, y, order):
        state, losses = jax.lax.scan(lambda s, i: step(s, x[i], y[i]), state, order)
        return state, losses.mean()

    random = np.random.default_rng(0)

    def train():
        nonlocal state
        order = random.permutation(samples).astype(np.int32).reshape(-1, batch)
        state, loss = epoch(state, x, y, order)
        return loss.block_until_ready()
    return timed_epoch(train)


def stepwise(hidden, batch, samples):
    batch, samples = int(batch), int(samples)
    state, x, y = start(hidden, samples)
    one = jax.jit(step, donate_argnums=0)
    random = np.random.default_rng(0)

    def train():
        nonlocal state
        losses = []
        for i in random.permutation(samples).reshape(-1, batch):
            state, loss = one(state, x[i], y[i])
            losses.append(loss)
        return np.mean(jax.device_get(losses))
    return timed_epoch(train)


def keras_model(hidden):
    return keras.Sequential([keras.Input((784,))] + [keras.layers.Dense(n, activation="relu") for n in widths(hidden)[1:-1]]
                            + [keras.layers.Dense(10, activation="softmax")])


def keras_fit(hidden, batch, samples):
    x, y = training_set(folder, int(samples))
    x = x.astype(np.float32) / 255
    model = keras_model(hidden)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return timed_epoch(lambda: model.fit(x, y, batch_size=int(batch), epochs=1, verbose=0).history["loss"][0])


def forward(hidden, count):
    layers = jax.tree.map(jnp.asarray, fixed_weights(hidden))
    call = jax.jit(lambda x: jax.nn.softmax(logits(layers, x)))
    return timed_rows(hidden, count, folder, lambda x: lambda: np.asarray(call(x)))


def keras_predict(hidden, count):
    model = keras_model(hidden)
    model.set_weights([a for layer in fixed_weights(hidden) for a in layer])
    return timed_rows(hidden, count, folder, lambda x: lambda: model.predict_on_batch(x))


serve(f"JAX {jax.__version__}, Keras {keras.__version__}", {
    ("scan", "train"): scan,
    ("step", "train"): stepwise,
    ("keras", "train"): keras_fit,
    ("scan", "rows"): forward,
    ("keras", "rows"): keras_predict,
})
