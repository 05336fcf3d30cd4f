#!/usr/bin/env python3
"""Finds the weights of the router: logistic regression over what `examples/route_evidence.rs` prints.

  cargo build --release --example route_evidence
  V/bin/pip install numpy
  V/bin/python scripts/train_route.py CASES.jsonl[.gz]:WEIGHT … > data/names/weights.toml

Each file has `{id,title,text,lang,countries}` a line and counts by its weight: the sets differ in size and in what their labels say (Reuters:
what a story concerns; NEREL and BSNLP: every country named; fixtures/route: hard cases). The sets stay outside the repository; 48 numbers come out.
A half of each set, by the hash of its ids, is kept apart, and its figures are printed to standard error.
"""
import collections
import gzip
import hashlib
import json
import subprocess
import sys

import numpy

EVIDENCE = "target/release/examples/route_evidence"
# Words never speak against their country.
POSITIVE = ("name", "adjective", "capital", "town", "power", "thing", "tag")


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def kept_apart(case):
    return int(hashlib.sha256(case["id"].encode()).hexdigest()[2], 16) % 2 == 1


def evidence(cases):
    lines = "".join(json.dumps({k: c.get(k, "") for k in ("id", "title", "text", "lang")}) + "\n" for c in cases)
    out = subprocess.run([EVIDENCE], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return out[0].split("\t")[2:], [line.split("\t") for line in out[1:]]


def figures(name, cases, rows, scores, lands=None):
    told = collections.defaultdict(set)
    for (case, code), score in zip(rows, scores):
        if score >= 0:
            told[case].add(code)
    right = wrong = missed = 0
    for case in cases:
        gold = {c for c in case["countries"] if lands is None or c in lands}
        mine = {c for c in told[case["id"]] if lands is None or c in lands}
        right, wrong, missed = right + len(gold & mine), wrong + len(mine - gold), missed + len(gold - mine)
    f1 = 2 * right / max(1, 2 * right + wrong + missed)
    print(f"{name:40} P {right / max(1, right + wrong):.3f} R {right / max(1, right + missed):.3f} F1 {f1:.4f}", file=sys.stderr)


def train(x, y, weights, positive, penalty=1.0, rounds=3000):
    """Projected gradient with momentum (Nesterov): the loss is convex, the bounds are a box."""
    w = numpy.zeros(x.shape[1])
    step = 1.0 / (0.25 * numpy.linalg.norm(x * numpy.sqrt(weights)[:, None], 2) ** 2 + penalty)
    z, t = w.copy(), 1.0
    ridge = numpy.full(x.shape[1], penalty)
    ridge[-len(ridge) + positive.size - positive.size:] = penalty
    for _ in range(rounds):
        p = 1 / (1 + numpy.exp(-(x @ z)))
        new = z - step * (x.T @ (weights * (p - y)) + ridge * z)
        new[positive & (new < 0)] = 0
        t_new = (1 + (1 + 4 * t * t) ** 0.5) / 2
        z, w, t = new + (t - 1) / t_new * (new - w), new, t_new
    return w


def main():
    with open("data/countries.toml", encoding="utf-8") as file:
        import re
        lands = set(re.findall(r'code = "(\w\w)"', file.read().split("\n# Not lands")[0]))
    sets, xs, ys, ws, names = [], [], [], [], None
    for argument in sys.argv[1:]:
        path, weight = argument.rsplit(":", 1)
        cases = read(path)
        names, rows = evidence(cases)
        gold = {c["id"]: set(c["countries"]) for c in cases}
        apart = {c["id"]: kept_apart(c) for c in cases}
        x = numpy.array([[float(v) for v in row[2:]] for row in rows])
        y = numpy.array([row[1] in gold[row[0]] for row in rows], float)
        keep = numpy.array([not apart[row[0]] for row in rows])
        sets.append((path, cases, rows, x, y, apart))
        xs.append(x[keep]); ys.append(y[keep]); ws.append(numpy.full(keep.sum(), float(weight)))
    positive = numpy.array([name.split("_")[0] in POSITIVE for name in names])
    x, y, weights = numpy.vstack(xs), numpy.concatenate(ys), numpy.concatenate(ws)
    w = train(x, y, weights, positive)
    for path, cases, rows, x, y, apart in sets:
        scores = x @ w
        pairs = [(row[0], row[1]) for row in rows]
        for label, wanted in (("trained", False), ("apart", True)):
            some = [c for c in cases if apart[c["id"]] == wanted]
            ids = {c["id"] for c in some}
            chosen = [i for i, pair in enumerate(pairs) if pair[0] in ids]
            for scope, only in (("all", None), ("lands", lands)):
                figures(f"{path.split('/')[-1]} {label} {scope}", some, [pairs[i] for i in chosen], scores[chosen], only)
    print("# Learned by scripts/train_route.py; what each number means: src/route/evidence.rs. A sum of 0 is as likely as not.")
    for name, value in zip(names, w):
        print(f"{name} = {value:.3f}")


if __name__ == "__main__":
    main()
