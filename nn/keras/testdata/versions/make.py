"""Makes the files of this folder: models with every layer that is read, and every
optimizer, as three versions of Keras save them, and values.json with what is in them.

    for v in k3 k305 k215; do python3.11 -m venv $v; done
    k3/bin/pip install keras==3.15.1 tensorflow-cpu==2.21.0 h5py==3.14.0
    k305/bin/pip install tensorflow-cpu==2.16.1 keras==3.0.5 "numpy<2" h5py==3.16.0
    k215/bin/pip install tensorflow-cpu==2.15.1 h5py==3.16.0
    for v in k3 k305 k215; do KERAS_BACKEND=tensorflow $v/bin/python make.py $v; done
"""
import hashlib
import json
import os
import sys

import keras
import numpy as np
from keras import layers as L

tag = sys.argv[1]
rng = np.random.default_rng(1)
keras.utils.set_random_seed(1)


def inputs(*shape):
    return L.InputLayer(shape=shape) if keras.__version__[0] == "3" else L.InputLayer(shape)


def path(v):
    return getattr(v, "path", v.name)


def array(v):
    return {"path": path(v), "shape": list(v.shape), "sum": float(np.asarray(v, "f8").sum())}


def save(model, name, files):
    sha = hashlib.sha256()
    for v in model.trainable_variables:
        sha.update(np.asarray(v, "<f4").tobytes())
    weights = [array(v) for layer in model.layers for v in layer.weights]
    o = model.optimizer
    variables = o.variables if not callable(o.variables) else o.variables()
    values[name] = {
        "files": [f"{name}.{f}" for f in files],
        "weights_sha256": sha.hexdigest(),
        "weights": weights,
        "optimizer": {"class": type(o).__name__, "variables": [array(v) for v in variables]},
    }
    for f in files:
        if f == "weights.h5":
            model.save_weights(f"{name}.{f}")
        else:
            model.save(f"{name}.{f}")


values = {}
if os.path.exists("values.json"):
    values = {k: v for k, v in json.load(open("values.json")).items() if not k.startswith(tag + "_")}

x = rng.random((32, 8, 8, 2)).astype("float32")
y = rng.integers(0, 3, 32)
normalize = L.Normalization(axis=-1)
normalize.adapt(x)
model = keras.Sequential(
    [
        inputs(8, 8, 2),
        normalize,
        L.Rescaling(2.0, -1.0),
        L.ZeroPadding2D(((1, 0), (0, 2))),
        L.Conv2D(3, 3, activation="relu", padding="same", kernel_regularizer="l2", kernel_constraint="max_norm"),
        L.BatchNormalization(),
        L.LeakyReLU(),
        L.SpatialDropout2D(0.1),
        L.MaxPooling2D(2),
        L.DepthwiseConv2D(2, depth_multiplier=2),
        L.AveragePooling2D(2, padding="same"),
        L.LayerNormalization(),
        L.GaussianNoise(0.1),
        L.ELU(),
        L.Reshape((-1,)),
        L.Dense(4, activation="swish", use_bias=False, kernel_initializer="he_normal"),
        L.AlphaDropout(0.1),
        L.ReLU(max_value=6),
        L.Dense(4, activation=L.LeakyReLU(0.1)),
        L.GaussianDropout(0.1),
        L.Dropout(0.2, seed=5),
        L.Dense(3),
        L.Softmax(),
    ],
    name="all",
)
model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Nadam(0.01), metrics=["accuracy"])
model.fit(x, y, epochs=1, verbose=0)
save(model, tag + "_all", ["keras", "h5", "weights.h5"])

i = keras.Input((8, 8, 2))
h = L.Conv2D(2, 3, strides=2, dilation_rate=1)(i)
h = L.BatchNormalization(scale=False)(h)
h = L.Activation("relu")(h)
h = L.GlobalAveragePooling2D()(h)
h = L.Dropout(0.3)(h)
h = L.Dense(3, "softmax")(h)
model = keras.Model(i, h)
model.layers[1].trainable = False
schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
model.compile(
    loss=keras.losses.SparseCategoricalCrossentropy(),
    optimizer=keras.optimizers.Adam(schedule),
    metrics=[keras.metrics.SparseTopKCategoricalAccuracy(2)],
)
model.fit(x, y, verbose=0)
save(model, tag + "_functional", ["keras", "h5"])


def small(optimizer, name, files):
    m = keras.Sequential([inputs(4), L.Dense(4, "relu"), L.Dense(4, "relu"), L.Dense(3, "softmax")])
    m.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer)
    m.fit(rng.random((8, 4)), rng.integers(0, 3, 8), verbose=0, batch_size=4)
    save(m, f"{tag}_{name}", files)


if tag == "k215":
    old = keras.optimizers.legacy
    small(old.Adam(), "legacy_adam", ["keras", "h5"])
    small(old.Adam(amsgrad=True), "legacy_amsgrad", ["h5"])
    small(old.RMSprop(momentum=0.9, centered=True), "legacy_rmsprop", ["h5"])
    small(old.RMSprop(), "legacy_rmsprop_plain", ["h5"])
    small(old.Ftrl(), "legacy_ftrl", ["h5"])
    small(old.Nadam(), "legacy_nadam", ["h5"])
    small(old.Adadelta(), "legacy_adadelta", ["h5"])
o = keras.optimizers
small(o.RMSprop(momentum=0.9, centered=True, use_ema=True), "rmsprop", ["keras"])
small(o.Adam(amsgrad=True, use_ema=True, clipnorm=1.0), "adam", ["keras"])
small(o.Adadelta(), "adadelta", ["keras"])
small(o.Adamax(), "adamax", ["keras"])
if tag == "k3":
    small(o.SGD(momentum=0.9, nesterov=True, weight_decay=0.01), "sgd", ["keras"])
    small(o.AdamW(), "adamw", ["keras"])
    small(o.Lion(), "lion", ["keras"])
    small(o.Ftrl(), "ftrl", ["keras"])
    small(o.Lamb(gradient_accumulation_steps=2, use_ema=True), "lamb", ["keras"])
    small(o.Nadam(o.schedules.CosineDecay(0.1, 100, warmup_target=0.2, warmup_steps=5)), "nadam_schedule", ["keras"])

with open("values.json", "w") as f:
    f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(values.items())) + "\n}\n")
