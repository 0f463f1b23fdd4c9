"""Opens the files that Weft wrote with the real tools and compares their values. .ci/interop runs it."""
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
import safetensors.torch
import torch
from torch import nn

os.chdir(sys.argv[1])
checked = 0


def cases(name):
    with open(name) as f:
        return json.load(f)


def array(a):
    return np.array(a["data"], np.float32).reshape(a["shape"])


def equal(file, name, got, want):
    global checked
    got = np.asarray(got)
    assert got.shape == want.shape, (file, name, got.shape, want.shape)
    assert np.array_equal(got.astype(np.float32), want), (file, name, got, want)
    checked += 1


for c in cases("safetensors.json"):
    tensors = safetensors.torch.load_file(c["file"])
    with safetensors.safe_open(c["file"], "pt") as f:
        assert f.metadata() == {"format": "pt", "classes": "셔츠"}, f.metadata()
    assert set(tensors) == set(c["tensors"]), c["file"]
    for name, t in tensors.items():
        equal(c["file"], name, t.to(torch.float32).numpy(), array(c["tensors"][name]))
model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
model.load_state_dict(safetensors.torch.load_file("state.safetensors"))

for c in cases("npz.json"):
    data = np.load(c["file"], allow_pickle=False)
    if c["file"].endswith(".npz"):
        assert set(data.files) == set(c["tensors"]), c["file"]
        for name in data.files:
            equal(c["file"], name, data[name], array(c["tensors"][name]))
    else:
        equal(c["file"], "", data, array(c["tensors"][""]))

worst = 0
for c in cases("onnx.json"):
    onnx.checker.check_model(onnx.load(c["file"]), full_check=True)
    session = onnxruntime.InferenceSession(c["file"], providers=["CPUExecutionProvider"])
    x = array(c["inputs"])
    if "uint8" in session.get_inputs()[0].type:
        x = x.astype(np.uint8)
    got = session.run(None, {session.get_inputs()[0].name: x})[0].reshape(-1)
    want = np.array(c["outputs"]["data"], np.float32)
    # Sums of layers without a softmax grow: 2e-6 of the largest output.
    error = np.abs(got.astype(np.float64) - want).max() / max(1, np.abs(want).max())
    worst = max(worst, error)
    assert error <= 2e-6, (c["file"], error)
    checked += 1
print(f"{checked} arrays and models agree; onnxruntime's largest difference {worst:.2g}")
