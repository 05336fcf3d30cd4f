#!/usr/bin/env python3
"""Counts the instructions of each stage over the pages of fixtures/articles, and compares them with fixtures/instructions.toml.

    scripts/instructions.py           a stage that takes over 5 % more than is written there fails
    scripts/instructions.py --write   writes what was counted: the commit that brings it says why

Instructions are counted by valgrind's callgrind, so a busy machine changes nothing; another compiler may, which is why the
file names the one it was counted with, and a difference in that is told beside the figures.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEPT = ROOT / "fixtures" / "instructions.toml"
STAGES = ["dom", "read", "route", "fingerprint"]
RISE_MAX = 1.05
REPEATS = (1, 3)


def count(stage, repeats):
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/callgrind"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(ROOT / "target/release/examples/cost")]
        done = subprocess.run(command + [stage, str(repeats)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def main():
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--example", "cost"], cwd=ROOT, check=True)
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    few, many = REPEATS
    found = {stage: (count(stage, many) - count(stage, few)) // (many - few) for stage in STAGES}
    if "--write" in sys.argv[1:]:
        lines = [f'compiler = "{compiler}"'] + [f"{stage} = {instructions}" for stage, instructions in found.items()]
        KEPT.write_text("# Instructions of one reading of all pages of fixtures/articles; scripts/instructions.py\n" + "\n".join(lines) + "\n")
    kept = tomllib.loads(KEPT.read_text())
    if kept["compiler"] != compiler:
        print(f"counted with {kept['compiler']}, now with {compiler}: a difference may be the compiler's")
    risen = []
    for stage, instructions in found.items():
        ratio = instructions / kept[stage]
        print(f"{stage:12} {instructions:>12,}   {ratio:6.3f} of what is kept")
        if ratio > RISE_MAX:
            risen.append(stage)
    if risen:
        sys.exit(f"{', '.join(risen)}: more than {RISE_MAX - 1:.0%} above {KEPT.name}. If that is meant: --write, and say why in the commit.")


main()
