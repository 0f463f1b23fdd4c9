"""TensorFlow: the whole epoch in one XLA function, and Keras's fit, which is what
the tutorial does."""

import os

from peer import arguments, drawn_weights, fixed_weights, serve, timed_epoch, timed_rows, training_set, widths

threads, folder = arguments()
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import keras
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(1)


def logits(weights, x):
    for i in range(0, len(weights) - 2, 2):
        x = tf.nn.relu(x @ weights[i] + weights[i + 1])
    return x @ weights[-2] + weights[-1]


def xla(hidden, batch, samples):
    """Shuffled on the host, gathered inside the compiled epoch."""
    batch, samples = int(batch), int(samples)
    x, y = map(tf.constant, training_set(folder, samples))
    weights = [tf.constant(a) for layer in drawn_weights(hidden) for a in layer]
    zeros = [tf.zeros_like(w) for w in weights]
    state = (weights, zeros, zeros, tf.constant(0.0))

    @tf.function(jit_compile=True)
    def epoch(weights, m, v, t, order):
        def step(i, weights, m, v, t, total):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                z = logits(weights, tf.cast(tf.gather(x, order[i]), tf.float32) / 255)
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(y, order[i]), z))
            g = tape.gradient(loss, weights)
            t += 1
            rate = 0.001 * tf.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            m = [m + (g - m) * 0.1 for m, g in zip(m, g)]
            v = [v + (g * g - v) * 0.001 for v, g in zip(v, g)]
            weights = [w - rate * m / (tf.sqrt(v) + 1e-7) for w, m, v in zip(weights, m, v)]
            return i + 1, weights, m, v, t, total + loss
        steps = samples // batch
        _, weights, m, v, t, total = tf.while_loop(
            lambda i, *_: i < steps, step, (0, weights, m, v, t, 0.0), maximum_iterations=steps)
        return weights, m, v, t, total / steps

    random = np.random.default_rng(0)

    def train():
        nonlocal state
        order = tf.constant(random.permutation(samples).astype(np.int32).reshape(-1, batch))
        *state, loss = epoch(*state, order)
        return loss.numpy()
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
    weights = [tf.constant(a) for layer in fixed_weights(hidden) for a in layer]
    call = tf.function(lambda x: tf.nn.softmax(logits(weights, x)), jit_compile=True)
    return timed_rows(hidden, count, folder, lambda x: lambda: call(tf.constant(x)).numpy())


def keras_predict(hidden, count):
    model = keras_model(hidden)
    model.set_weights([a for layer in fixed_weights(hidden) for a in layer])
    return timed_rows(hidden, count, folder, lambda x: lambda: model.predict_on_batch(x))


serve(f"TensorFlow {tf.__version__}, Keras {keras.__version__}", {
    ("xla", "train"): xla,
    ("keras", "train"): keras_fit,
    ("xla", "rows"): forward,
    ("keras", "rows"): keras_predict,
})
