#!/usr/bin/env python3
"""Markdown tables from the raw results of a run: table.py peers.jsonl"""

import json
import math
import statistics
import sys
from collections import defaultdict


def read(path):
    """The run, versions, measured results {(work, label, isa, threads): records}, and
    reasons of what is missing under the same keys."""
    run, versions, results, missing = {}, {}, defaultdict(list), {}
    for line in open(path):
        r = json.loads(line)
        if r["kind"] == "run":
            run = r
        elif r["kind"] == "version" and r["version"]:
            versions[r["family"]] = r["version"]
        elif r["kind"] in ("result", "none"):
            key = (r["work"], r["label"], r["isa"], r["threads"])
            if r["kind"] == "none":
                missing[key] = r["reason"]
            else:
                results[key].append(r)
    # The first round warms up. A contestant that failed is out altogether.
    measured = {k: [r for r in v if r["round"] > 0] for k, v in results.items() if k not in missing}
    return run, versions, {k: v for k, v in measured.items() if v}, missing


def median(records):
    return statistics.median(r["seconds"] for r in records)


def text(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def title(work):
    kind, *a = work.split()
    if kind == "train":
        return f"784-{a[0]}-10, relu, Adam, batch {a[1]}: one epoch over {int(a[2]):,} samples"
    if kind == "rows":
        return "Inference of " + ("one row" if a[1] == "1" else f"{int(a[1]):,} rows") + f", 784-{a[0]}-10"
    if kind == "map":
        return f"{a[0]} of {int(a[1]):,} numbers"
    return f"{a[0]} {a[1]}×{a[2]}×{a[3]}"


def right(work, records, results):
    """Whether a result is what the work computes: the check that most contestants
    have for inference and products, a sane loss for a training."""
    check = records[0]["check"]
    if work.startswith("train"):
        return 0 < check < 1.5
    others = [v[0]["check"] for k, v in results.items() if k[0] == work]
    return abs(check - statistics.median(others)) <= 1e-4 * max(1, abs(check))


def network_table(work, run, results, missing):
    """One row for each contestant; times, and how many times Weft's time that is."""
    train = work.startswith("train")
    threads = [t for t in run["threads"] if any(k[0] == work and k[3] == t for k in [*results, *missing])]
    weft = {t: median(results[key]) for t in threads for isa in ("avx2", "avx512") if (key := (work, "Weft", isa, t)) in results}
    rows = sorted({k[1:3] for k in [*results, *missing] if k[0] == work},
                  key=lambda who: min((median(results[work, *who, t]) for t in threads if (work, *who, t) in results), default=math.inf))
    out = [f"### {title(work)}", ""]
    out.append("| | " + " | ".join(f"{t} thread{'s' * (t > 1)} | × Weft" for t in threads) + (" | loss of epoch 2 |" if train else " |"))
    out.append("| --- |" + " ---: | ---: |" * len(threads) + (" ---: |" if train else ""))
    for label, isa in rows:
        cells, losses = [], []
        for t in threads:
            key = (work, label, isa, t)
            if key in results and right(work, results[key], results):
                seconds = median(results[key])
                losses.append(results[key][0]["check"])
                cells += [text(seconds), f"{seconds / weft[t]:.2f}" if t in weft else ""]
            elif key in results:
                losses.append(results[key][0]["check"])
                cells += ["wrong result", ""]
            else:
                cells += ["–", ""]
        name = f"**{label}, {'AVX-512' if isa == 'avx512' else 'AVX2'}**" if label == "Weft" else label
        if train:
            cells.append(f"{losses[0]:.4f}" if losses else "")
        out.append(f"| {name} | " + " | ".join(cells) + " |")
    return out + [""]


def product_table(isa, threads, works, run, results):
    """GFLOP/s, one row for each shape, one column for each library."""
    labels = [l for l in dict.fromkeys(k[1] for k in results) if any(k[1:] == (l, isa, threads) and k[0] in works for k in results)]
    if "Weft" not in labels:
        return []
    peers = [l for l in labels if l != "Weft"]
    peak = run.get("peaks", {}).get(f"{isa} {threads}")
    out = [f"### sgemm, {'AVX-512' if isa == 'avx512' else 'AVX2'}, {threads} thread{'s' * (threads > 1)}, GFLOP/s"
           + (f" (peak of this machine {peak:.0f})" if peak else ""), ""]
    out.append("| shape m×n×k | **Weft** | of peak | best peer | Weft / best | " + " | ".join(peers) + " |")
    out.append("| --- |" + " ---: |" * (4 + len(peers)))
    ratios = []
    for work in works:
        _, _, m, n, k = work.split()
        rate = {}
        for label in labels:
            key = (work, label, isa, threads)
            if key in results:
                rate[label] = 2 * int(m) * int(n) * int(k) / median(results[key]) / 1e9 if right(work, results[key], results) else "wrong"
        numbers = {l: r for l, r in rate.items() if l != "Weft" and r != "wrong"}
        own, best = rate.get("Weft"), max(numbers, key=numbers.get, default=None)
        ratio = own / numbers[best] if best and isinstance(own, float) else None
        if ratio:
            ratios.append(ratio)
        show = lambda r: "–" if r is None else r if isinstance(r, str) else f"{r:.1f}"
        out.append(f"| {title(work)} | **{show(own)}** | {f'{100 * own / peak:.0f} %' if peak and isinstance(own, float) else ''} | {best or '–'} "
                   f"| {f'{ratio:.2f}' if ratio else '–'} | " + " | ".join(show(rate.get(l)) for l in peers) + " |")
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        out.append(f"| geometric mean | | | | {mean:.2f} |" + " |" * len(peers))
    return out + [""]


def function_table(isa, works, run, results):
    """Nanoseconds a number, one row for each function, one column for each library."""
    labels = [l for l in dict.fromkeys(k[1] for k in results) if any((w, l, isa, 1) in results for w in works)]
    if "Weft" not in labels:
        return []
    peers = [l for l in labels if l != "Weft"]
    out = [f"### Functions, {'AVX-512' if isa == 'avx512' else 'AVX2'}, nanoseconds a number", ""]
    out.append("| | **Weft** | best peer / Weft | " + " | ".join(peers) + " |")
    out.append("| --- |" + " ---: |" * (2 + len(peers)))
    for work in works:
        each = {l: median(results[key]) / int(work.split()[2]) * 1e9 if right(work, results[key], results) else "wrong"
                for l in labels if (key := (work, l, isa, 1)) in results}
        numbers = [each[l] for l in peers if isinstance(each.get(l), float)]
        own = each.get("Weft")
        ratio = f"{min(numbers) / own:.2f}" if numbers and isinstance(own, float) else "–"
        show = lambda v: "–" if v is None else v if isinstance(v, str) else f"{v:.3g}"
        out.append(f"| {title(work)} | **{show(own)}** | {ratio} | " + " | ".join(show(each.get(l)) for l in peers) + " |")
    return out + [""]


def tables(path):
    run, versions, results, missing = read(path)
    works = list(dict.fromkeys(k[0] for k in [*results, *missing]))
    out = [f"{run.get('cpu')}, {run.get('date')}, {run.get('data')}, medians of {run.get('rounds')} rounds.", ""]
    for work in works:
        if work.startswith(("train", "rows")):
            out += network_table(work, run, results, missing)
    products = [w for w in works if w.startswith("sgemm")]
    for isa in ("avx512", "avx2"):
        for t in run.get("threads", []):
            out += product_table(isa, t, products, run, results)
        out += function_table(isa, [w for w in works if w.startswith("map")], run, results)
    if versions:
        out += ["Versions: " + "; ".join(f"{f}: {v}" for f, v in sorted(versions.items())) + ".", ""]
    reasons = defaultdict(list)
    for (work, label, isa, threads), reason in missing.items():
        reasons[label, reason].append(title(work) if work.startswith(("sgemm", "map")) else work)
    if reasons:
        out += ["Not measured:", ""]
        out += [f"- {label}: {reason} ({', '.join(dict.fromkeys(w))})" for (label, reason), w in reasons.items()] + [""]
    return "\n".join(out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: table.py RESULTS.jsonl")
    print(tables(sys.argv[1]))
