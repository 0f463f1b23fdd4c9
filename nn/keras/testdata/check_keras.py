"""Loads every model that Weft wrote, with Keras on one backend: no warning may come,
weights, optimizer and iterations must be those in the file, predictions those that
the tool that made the model gave. Saves each again for Weft to read.

    KERAS_BACKEND=jax python check_keras.py WRITTEN BACK
"""
import glob
import json
import os
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import h5py
import keras
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
written, back = sys.argv[1:3]
worst = 0.0
compared = resaved = failed = 0


def golden(name):
    """inputs and outputs of a model, where they were recorded."""
    folder, name = name.split("_", 1)
    path = os.path.join(here, folder, name.rsplit("_", 1)[0] + ".json")
    if not os.path.exists(path):
        return None
    with open(path) as f:
        g = json.load(f)
    a = lambda k, t: np.array(g[k]["data"], t).reshape(g[k]["shape"])
    return a("inputs", "int32" if "embedding" in name else "float32"), a("outputs", "float32")


def quiet(load, *args):
    """calls load and fails on a warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = load(*args)
    said = [str(w.message) for w in caught if not issubclass(w.category, (DeprecationWarning, ResourceWarning))]
    assert not said, f"warns: {said}"
    return result


def number(v):
    return np.asarray(keras.ops.convert_to_numpy(v))


def variables(file):
    """what is in a weights file, in Keras's order."""
    with h5py.File(file) as f:
        v = f["optimizer/vars"] if "optimizer" in f else {}
        return [v[str(i)][()] for i in range(len(v))]


for file in sorted(glob.glob(os.path.join(written, "*.keras"))):
    name = os.path.basename(file)[: -len(".keras")]
    try:
        model = quiet(keras.saving.load_model, file)
        optimizer = getattr(model, "optimizer", None)
        stored = variables(file[: -len("keras")] + "weights.h5")
        if optimizer is not None:
            have = [number(v) for v in optimizer.variables]
            assert len(have) == len(stored), f"{len(have)} variables, {len(stored)} stored"
            for h, s in zip(have, stored):
                assert h.shape == s.shape and (h == s).all(), "a variable differs"
        g = golden(name)
        if g is not None:
            y = number(model(g[0]))
            difference = float(np.abs(y - g[1]).max())
            worst = max(worst, difference)
            assert difference <= 2e-6, f"outputs differ by {difference}"
            compared += 1
        before = [number(w) for w in model.weights]
        for w in model.weights:
            w.assign(np.zeros(w.shape, w.dtype))
        quiet(model.load_weights, file[: -len("keras")] + "weights.h5")
        for a, b in zip(before, model.weights):
            if not b.path.endswith("count"):
                assert (a == number(b)).all(), "load_weights differs"
        model.save(os.path.join(back, name + ".keras"))
        resaved += 1
    except Exception as e:
        failed += 1
        print(f"{name}: {type(e).__name__}: {str(e)[:300]}")
print(f"Keras {keras.__version__} on {keras.backend.backend()}: {resaved} models loaded without a warning, "
      f"{compared} predictions compared, the worst differs by {worst:.2g}, {failed} failed")
sys.exit(failed > 0)
