"""Writes the more_pt_* files: what state_dicts and checkpoints look like beyond pt_*.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install numpy==2.4.6 torch==2.15.0
    /tmp/venv/bin/python more_torch.py FOLDER
"""
import json
import os
import sys

import torch
from torch import nn

os.chdir(sys.argv[1])
torch.manual_seed(5)
entries, values = [], {}


def array(t):
    data = t.to(torch.float32).reshape(-1)
    return {"shape": list(t.shape), "data": [float(x) for x in data]}


def save(name, obj, expected, why, tensors=None, **kwargs):
    torch.save(obj, name, **kwargs)
    entry(name, expected, why)
    if tensors is not None:
        values[name] = {"tensors": {k: array(v) for k, v in tensors.items()}, "names": list(tensors)}


def entry(name, expected, why):
    entries.append({"file": name, "kind": "torch", "expected": expected, "why": why})


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


deep = mlp(*[2] * 41)  # more than 256 memo entries; "10.weight" after "8.weight"
deep.register_buffer("flags", torch.arange(70000) % 3 == 0)  # a size above 65535
state = deep.state_dict()
torch.save(state, "more_pt_deep.pt")
entry("more_pt_deep.pt", "load", "LONG_BINGET, LONG_BINPUT, BININT")
values["more_pt_deep.pt"] = {"tensors": {k: array(v) for k, v in state.items() if k != "flags"}, "names": list(state)}

a = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
tied = torch.randn(2, 2)
types = {"transposed": a.permute(2, 0, 1), "slice": a[1, :, 1:3], "expanded": torch.tensor([1.5, 2.5]).expand(3, 2), "tied.a": tied, "tied.b": tied,
         "scalar": torch.tensor(7), "empty": torch.zeros(0, 3), "offset": torch.arange(10.0)[4:7], "ones": torch.ones(1, 2, 1)}
for t in (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
    types[str(t)] = torch.tensor([0, 1, 5]).to(t)
save("more_pt_types.pt", types, "load", "every element type, views, ties", types)

small = mlp(3, 2)
save("more_pt_several.pt", {"model": small.state_dict(), "ema": mlp(3, 2).state_dict(), "epoch": 3}, "clear error: several state_dicts", "a key chooses one")
values["more_pt_several.pt"] = {"tensors": {k: array(v) for k, v in small.state_dict().items()}, "names": list(small.state_dict())}
save("more_pt_nested.pt", {"state": {"net": small.state_dict(), "step": 2 ** 40}, "best": 0.5, "note": None}, "clear error: no state_dict at the top", "two keys lead to one; LONG1")
values["more_pt_nested.pt"] = values["more_pt_several.pt"]
save("more_pt_parameters.pt", dict(small.named_parameters()), "load", "a dictionary of parameters", small.state_dict())
save("more_pt_mixed.pt", {**small.state_dict(), "epoch": 3}, "clear error: a key that is no tensor", "tensors and a number in one dictionary")
save("more_pt_tensor.pt", torch.ones(2), "clear error: a tensor alone", "no state_dict")
save("more_pt_protocol4.pt", small.state_dict(), "clear error: pickle protocol 4", "pickle_protocol=4", pickle_protocol=4)
save("more_pt_complex.pt", {"a": torch.ones(1, dtype=torch.complex64)}, "clear error: complex numbers", "an element type that Weft lacks")
torch.jit.save(torch.jit.script(small), "more_pt_jit.pt")
entry("more_pt_jit.pt", "clear error: a TorchScript program", "torch.jit.save")

with open("more_pt.json", "w") as f:
    json.dump({"files": entries, "values": values}, f, ensure_ascii=False)
