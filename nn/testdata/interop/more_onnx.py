"""Writes the more_onnx_* files: what exporters write beyond onnx_* and skl_*, with the outputs of onnxruntime.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install numpy==2.4.6 torch==2.15.0 onnx==1.23.2 onnxruntime==1.32.0 onnxscript==0.7.2 \
        scikit-learn==1.9.1 skl2onnx==1.20.0
    /tmp/venv/bin/python more_onnx.py FOLDER
"""
import json
import os
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F

os.chdir(sys.argv[1])
warnings.filterwarnings("ignore")
torch.manual_seed(7)
random = np.random.default_rng(7)
entries, values = [], {}


def array(a):
    return {"shape": list(a.shape), "data": [float(np.float32(v)) for v in np.asarray(a, np.float32).reshape(-1)]}


def strip(path):
    """Leaves out what exporters say about the machine."""
    m = onnx.load(path)
    m.graph.ClearField("value_info")
    for part in [m, m.graph, *m.graph.node, *m.graph.input, *m.graph.output, *m.graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(m, path)
    return m


def entry(name, x, expected, why, output=None):
    m = strip(name)
    entries.append({"file": name, "kind": "onnx", "expected": expected, "why": why})
    if expected == "load":
        session = onnxruntime.InferenceSession(name, providers=["CPUExecutionProvider"])
        y = session.run([output or session.get_outputs()[0].name], {session.get_inputs()[0].name: x})[0]
        if isinstance(y, list):  # a ZipMap
            y = np.array([list(row.values()) for row in y], np.float32)
        values[name] = {"inputs": array(x), "outputs": array(y)}
    print(f"{name:40} {os.path.getsize(name):6} {expected:30} {[n.op_type for n in m.graph.node]}")


class Do(nn.Module):
    def __init__(self, f, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)
        self.f = f

    def forward(self, x):
        return self.f(self, x)


def shake(model):
    """Gives normalizations statistics and weights that are not 0 and 1."""
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.running_mean.uniform_(-0.5, 0.5)
            m.running_var.uniform_(0.5, 2)
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.uniform_(m.weight, 0.5, 1.5)
            nn.init.uniform_(m.bias, -0.5, 0.5)
    return model.eval()


def export(name, model, shape, why, opset=13, expected="load", dynamo=False, dtype=np.float32, dynamic=True, **kwargs):
    name = f"more_onnx_{name}.onnx"
    x = random.random((2, *shape)).astype(np.float32)
    if dtype == np.uint8:
        x = random.integers(0, 256, (2, *shape)).astype(np.uint8)
    if not dynamic:
        x = x[:1]
    shake(model)
    if dynamo:
        axes = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if dynamic else {}
        torch.onnx.export(model, (torch.from_numpy(x),), name, opset_version=opset, dynamo=True, external_data=False, verbose=False, **axes)
    else:
        axes = {"dynamic_axes": {"x": {0: "N"}}} if dynamic else {}
        torch.onnx.export(model, torch.from_numpy(x), name, opset_version=opset, dynamo=False, input_names=["x"], **axes, **kwargs)
    entry(name, x, expected, why)


view = lambda m, x: m.dense(x.view(x.size(0), -1))
export("view_11", Do(view, dense=nn.Linear(16, 3)), (4, 4), "x.view(x.size(0), -1)", 11)
export("view_17", Do(view, dense=nn.Linear(16, 3)), (1, 4, 4), "the same on an image", 17)
export("view_fixed", Do(view, dense=nn.Linear(16, 3)), (4, 4), "a batch of 1", 13, dynamic=False)
export("reshape", Do(lambda m, x: m.conv(x.reshape(-1, 1, 4, 4)).flatten(1), conv=nn.Conv2d(1, 2, 3)), (16,), "a row becomes an image; flattened with channels first at the end", 13,
       expected="clear error: flattened with the channels first")

cnn = lambda: nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.SiLU(), nn.Conv2d(4, 8, 3, stride=2, groups=4), nn.GELU(), nn.BatchNorm2d(8),
                            nn.MaxPool2d(2, stride=1, padding=1), nn.AvgPool2d(2, padding=1), nn.Flatten(), nn.BatchNorm1d(8 * 3 * 3), nn.Linear(8 * 3 * 3, 6), nn.LayerNorm(6), nn.Mish(),
                            nn.Linear(6, 4), nn.LogSoftmax(-1))
export("cnn_13", cnn(), (3, 10, 8), "patterns of several operators, depthwise, pads, flattened channels", 13)
export("cnn_20", cnn(), (3, 10, 8), "the same with newer operators", 20)
export("cnn_dynamo", cnn(), (3, 10, 8), "the same by the other exporter", 20, dynamo=True)
activations = nn.Sequential(*sum([[nn.Linear(5, 5), a] for a in (nn.ELU(0.7), nn.LeakyReLU(0.3), nn.Softplus(), nn.ReLU6(), nn.Hardsigmoid(), nn.SELU(), nn.CELU(1.5), nn.Softsign(),
                                                                  nn.Hardswish(), nn.Tanh(), nn.Sigmoid(), nn.GELU("tanh"))], []))
for opset in (13, 20):
    export(f"activations_{opset}", activations, (5,), "activations", opset)
export("global", Do(lambda m, x: m.dense(F.adaptive_avg_pool2d(m.conv(x), 1).flatten(1)), conv=nn.Conv2d(2, 3, 3, bias=False), dense=nn.Linear(3, 2)), (2, 6, 6), "global pooling", 13)
export("mean", Do(lambda m, x: m.dense(m.conv(x).mean((2, 3))), conv=nn.Conv2d(2, 3, 3, dilation=2), dense=nn.Linear(3, 2, bias=False)), (2, 6, 6), "ReduceMean, dilation, no bias", 13)
export("max_18", Do(lambda m, x: m.dense(torch.amax(m.conv(x), (2, 3))), conv=nn.Conv2d(2, 3, 3), dense=nn.Linear(3, 2)), (2, 6, 6), "ReduceMax, axes as input", 18)
mean, std = torch.tensor([0.4, 0.5, 0.6]).reshape(3, 1, 1), torch.tensor([0.2, 0.3, 0.25]).reshape(3, 1, 1)
export("normalized", Do(lambda m, x: m.conv((x - mean) / std), conv=nn.Conv2d(3, 2, 2)), (3, 4, 5), "a constant for each channel before the convolution; images out", 13)
export("bytes", Do(lambda m, x: m.dense(x.float().flatten(1) / 255), dense=nn.Linear(12, 3)), (3, 4), "bytes in: Cast, Div", 13, dtype=np.uint8)
export("padded", nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 2, 3, stride=2), nn.ReLU()), (1, 6, 6), "Pad", 13)
export("dropout", nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.25), nn.ReLU()), (4,), "Dropout in training mode", 13, "clear error: training mode", training=torch.onnx.TrainingMode.TRAINING,
       do_constant_folding=False)
export("residual", Do(lambda m, x: x + m.dense(x), dense=nn.Linear(4, 4)), (4,), "a residual", 13, "clear error: branches")
export("two_inputs_of_add", Do(lambda m, x: m.a(x) + m.b(x), a=nn.Linear(4, 4), b=nn.Linear(4, 4)), (4,), "two branches", 13, "clear error: branches")
export("groups", nn.Conv2d(4, 4, 3, groups=2), (4, 5, 5), "two groups", 13, "clear error: groups")
export("conv1d", nn.Conv1d(4, 4, 3), (4, 5), "one dimension", 13, "clear error: no image")
export("transposed", nn.ConvTranspose2d(2, 2, 3), (2, 5, 5), "an operator that Weft lacks", 13, "clear error: the operator")
export("ceil", nn.MaxPool2d(2, ceil_mode=True), (1, 5, 5), "ceil_mode that matters", 13, "clear error: ceil_mode")
export("permuted", Do(lambda m, x: m.dense(x.permute(0, 2, 1)), dense=nn.Linear(3, 2)), (3, 4), "axes exchanged", 13, "clear error: permutation")


def sklearn_models():
    from skl2onnx import to_onnx
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    x = random.random((60, 4)).astype(np.float32) * [1, 10, 100, 0.1]
    x = x.astype(np.float32)
    y = np.array(["가", "b", "c"])[(x[:, 0] * 3).astype(int)]
    mlp = dict(hidden_layer_sizes=(5, 4), max_iter=30, random_state=1)

    def fit(name, model, y, why, expected="load", output=None, **options):
        model.fit(x, y)
        name = f"more_onnx_skl_{name}.onnx"
        onnx.save(to_onnx(model, x[:1], target_opset={"": 13, "ai.onnx.ml": 3}, options=options or None), name)
        entry(name, x[:5], expected, why, output)

    fit("zipmap", make_pipeline(StandardScaler(), MLPClassifier(**mlp)), y, "Scaler, labels that are strings, ZipMap", output="output_probability")
    model = make_pipeline(StandardScaler(), MLPClassifier(**mlp))
    fit("strings", model, y, "the same without ZipMap", output="probabilities", zipmap=False)
    fit("binary", make_pipeline(MinMaxScaler(), MLPClassifier(activation="tanh", **mlp)), (x[:, 0] > 0.5).astype(int), "MinMaxScaler, one logistic output", output="probabilities", zipmap=False)
    fit("regressor", make_pipeline(StandardScaler(), MLPRegressor(activation="logistic", **mlp)), x[:, 0], "a regressor")
    fit("logistic", make_pipeline(StandardScaler(), LogisticRegression()), y, "LinearClassifier, Normalizer", output="probabilities", zipmap=False)
    fit("logistic2", LogisticRegression(), (x[:, 0] > 0.5).astype(int), "the same for two classes", output="probabilities", zipmap=False)
    fit("linear", LinearRegression(), x[:, :2], "LinearRegressor")
    fit("forest", DecisionTreeClassifier(max_depth=2), y, "no network", "clear error: the operator", zipmap=False)


sklearn_models()
with open("more_onnx.json", "w") as f:
    json.dump({"files": entries, "values": values}, f, ensure_ascii=False)
