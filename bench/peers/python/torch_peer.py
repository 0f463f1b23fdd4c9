"""PyTorch: eager with fused Adam, the backward pass by hand with fused Adam, the
compiled step, inference eager and traced."""

from peer import arguments, clock, drawn_weights, fixed_weights, serve, timed_epoch, timed_rows, training_set, widths
from products import check, numbers, operands

threads, folder = arguments()

import numpy as np
import torch

torch.set_num_threads(threads)
torch.set_num_interop_threads(1)


def network(hidden, layers):
    modules = []
    for w, b in layers:
        linear = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])


def data(samples):
    x, y = training_set(folder, samples)
    return torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))


def epochs(batch, samples, step):
    """An epoch of step(x, y) over shuffled batches of bytes."""
    x, y = data(samples)

    def train():
        losses = [step(x[i].float().div_(255), y[i]) for i in torch.randperm(samples).split(batch)]
        return torch.stack(losses).mean().item()
    return timed_epoch(train)


def eager(hidden, batch, samples):
    model = network(hidden, drawn_weights(hidden))
    adam = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=True)
    cross_entropy = torch.nn.CrossEntropyLoss()

    def step(x, y):
        adam.zero_grad(set_to_none=True)
        loss = cross_entropy(model(x), y)
        loss.backward()
        adam.step()
        return loss.detach()
    return epochs(int(batch), int(samples), step)


def by_hand(hidden, batch, samples):
    """The gradients written into place by hand: no autograd."""
    model = network(hidden, drawn_weights(hidden))
    adam = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=True)
    linears = [m for m in model if isinstance(m, torch.nn.Linear)]
    for p in model.parameters():
        p.grad = torch.empty_like(p)

    @torch.no_grad()
    def step(x, y):
        seen = [x]
        for layer in linears[:-1]:
            seen.append(torch.addmm(layer.bias, seen[-1], layer.weight.t()).relu_())
        log_p = torch.log_softmax(torch.addmm(linears[-1].bias, seen[-1], linears[-1].weight.t()), 1)
        loss = torch.nn.functional.nll_loss(log_p, y)
        d = log_p.exp_()
        d[torch.arange(len(y)), y] -= 1
        d /= len(y)
        for layer, x in zip(reversed(linears), reversed(seen)):
            torch.mm(d.t(), x, out=layer.weight.grad)
            torch.sum(d, 0, out=layer.bias.grad)
            if layer is not linears[0]:
                d = torch.mm(d, layer.weight) * (x > 0)
        adam.step()
        return loss
    return epochs(int(batch), int(samples), step)


@torch.inference_mode()
def forward(hidden, count, traced):
    model = torch.nn.Sequential(network(hidden, fixed_weights(hidden)), torch.nn.Softmax(1)).eval()
    if traced:
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, torch.zeros(int(count), 784))))

    def make(x):
        @torch.inference_mode()
        def call():
            return model(torch.from_numpy(x)).numpy()
        for _ in range(5):
            call()
        return call
    return timed_rows(hidden, count, folder, make)


def sgemm(trans, m, n, k):
    a, b, c = operands(trans, int(m), int(n), int(k))
    a, b, out = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(c)
    a, b = a.t() if trans[0] == "T" else a, b.t() if trans[1] == "T" else b
    call = lambda: torch.mm(a, b, out=out)
    call()
    checked = check(c)
    return lambda: (clock(call), checked)


def function(name, n):
    x, y = map(torch.from_numpy, numbers(name, int(n)))
    f = getattr(torch, name)
    call = lambda: f(x, out=y)
    call()
    checked = check(y.numpy())
    return lambda: (clock(call), checked)


serve(f"PyTorch {torch.__version__}", {
    ("eager", "train"): eager,
    ("hand", "train"): by_hand,
    ("eager", "rows"): lambda hidden, count: forward(hidden, count, False),
    ("jit", "rows"): lambda hidden, count: forward(hidden, count, True),
    ("op", "sgemm"): sgemm,
    ("op", "map"): function,
})
