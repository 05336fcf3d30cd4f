#!/usr/bin/env python3
"""Finds the weights of the router: logistic regression over what `examples/route_evidence.rs` prints.

  cargo build --release --example route_evidence
  V/bin/pip install numpy
  V/bin/python scripts/train_route.py CASES.jsonl[.gz]:WEIGHT[:RECALL] … > data/names/weights.toml

RECALL multiplies the weight of what the labels name. Each file has `{id,title,text,lang,countries}` a line and counts by its weight: the sets differ in size and in what their labels say (Reuters:
what a story concerns; NEREL and BSNLP: every country named; fixtures/route: hard cases). The sets stay outside the repository; a few dozen numbers come out.
A half of each set, by the hash of its ids, is kept apart, and its figures are printed to standard error.
"""
import collections
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys

import numpy

# With FINAL=1 in the environment nothing is kept apart: for the weights that are shipped, once the figures are known.
FINAL = os.environ.get("FINAL") == "1"
# How strongly.
PULL = float(os.environ.get("PULL", "4"))
EVIDENCE = "target/release/examples/route_evidence"
# What only articles of all lengths can teach. The hard cases are a few sentences each: learned from them, these would refuse
# every long article.
OF_LENGTH = ("long", "once_in_long", "late", "density", "often", "sentences", "name_body", "adjective_body", "in_short_lead", "in_short_title")
# Words never speak against their country.
POSITIVE = ("name", "adjective", "capital", "town", "power", "thing", "people", "tag")


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def kept_apart(case):
    return int(hashlib.sha256(case["id"].encode()).hexdigest()[2], 16) % 2 == 1


def evidence(cases):
    lines = "".join(json.dumps({k: c.get(k, "") for k in ("id", "title", "text", "lang")}) + "\n" for c in cases)
    out = subprocess.run([EVIDENCE], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return out[0].split("\t")[3:], [line.split("\t") for line in out[1:]]


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


def train(x, y, weights, positive, prior, penalty, fixed, rounds=4000):
    """Accelerated projected gradient (Nesterov): the loss is convex, and words never speak against their country."""
    w = prior.copy()
    step = 1.0 / (0.25 * numpy.linalg.norm(x * numpy.sqrt(weights)[:, None], 2) ** 2 + penalty)
    z, t = w.copy(), 1.0
    for _ in range(rounds):
        p = 1 / (1 + numpy.exp(-(x @ z)))
        new = z - step * (x.T @ (weights * (p - y)) + penalty * (z - prior))
        new[positive & (new < 0)] = 0
        new[fixed] = prior[fixed]
        t_new = (1 + (1 + 4 * t * t) ** 0.5) / 2
        z, w, t = new + (t - 1) / t_new * (new - w), new, t_new
    return w


def main():
    with open("data/countries.toml", encoding="utf-8") as file:
        lands = set(re.findall(r'code = "(\w\w)"', file.read().split("\n# Not lands")[0]))
    sets = []
    for argument in sys.argv[1:]:
        path, weight, recall = (argument.split(":") + ["1"])[:3]
        cases = read(path)
        names, rows = evidence(cases)
        gold = {c["id"]: set(c["countries"]) for c in cases}
        apart = {c["id"]: kept_apart(c) for c in cases}
        x = numpy.array([[float(v) for v in row[3:]] for row in rows])
        y = numpy.array([row[1] in gold[row[0]] for row in rows], float)
        # Labels that tell of names alone say nothing against a country that its towns and leaders speak for.
        plain = [i for i, name in enumerate(names) if name.startswith(("name_", "adjective_", "people_"))]
        silent = numpy.array(["nerel" in path or "bsnlp" in path] * len(rows)) & (y == 0) & (x[:, plain].sum(axis=1) == 0)
        w = numpy.where(y == 1, float(weight) * float(recall), float(weight)) * ~silent
        sets.append((path, cases, rows, x, y, w, apart))
    positive = numpy.array([name.split("_")[0] in POSITIVE and not name.startswith("things") for name in names])
    print("# Learned by scripts/train_route.py; what each number means: src/route/evidence.rs. A sum of 0 is as likely as not.")
    learned = {}
    prior, penalty = numpy.zeros(len(names)), 1.0
    of_length = numpy.array([name in OF_LENGTH for name in names])
    # The other sets are small: their weights are drawn towards those of the one before.
    for flag in ("wire", "english", "russian", "world"):
        xs, ys, ws = [], [], []
        for path, cases, rows, x, y, weights, apart in sets:
            keep = numpy.array([row[2] == flag and not (apart[row[0]] and not FINAL) for row in rows], bool)
            xs.append(x[keep]); ys.append(y[keep]); ws.append(weights[keep])
        # Of Russian there are long articles, as there are wires.
        fixed = of_length & (flag in ("english", "world"))
        prior = numpy.where(fixed, learned.get("wire", prior), prior)
        learned[flag] = train(numpy.vstack(xs), numpy.concatenate(ys), numpy.concatenate(ws), positive, prior, penalty, fixed)
        prior, penalty = learned[flag], PULL
        print(f"\n[{flag}]")
        for name, value in zip(names, learned[flag]):
            print(f"{name} = {value:.3f}")
    for path, cases, rows, x, y, weights, apart in sets:
        scores = numpy.array([x[i] @ learned[row[2]] for i, row in enumerate(rows)])
        pairs = [(row[0], row[1]) for row in rows]
        for label, wanted in (("trained", False), ("apart", True)):
            some = [c for c in cases if apart[c["id"]] == wanted]
            ids = {c["id"] for c in some}
            chosen = [i for i, pair in enumerate(pairs) if pair[0] in ids]
            for scope, only in (("all", None), ("lands", lands)):
                figures(f"{path.split('/')[-1]} {label} {scope}", some, [pairs[i] for i in chosen], scores[chosen], only)


if __name__ == "__main__":
    main()
