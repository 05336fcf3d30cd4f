#!/usr/bin/env python3
"""What idle connections cost `feedatlas serve`, and how a fresh client fares beside them.

    cargo build --release
    scripts/bench_idle.py [--connections 10000] [--requests 2000]

Opens connections that each ask once and then stay, as browsers and readers do; tells the memory that each costs
(VmRSS before and after), then lets fresh clients connect, ask and leave, one after the other, and tells their median and
their 99th of a hundred. Linux; needs `ulimit -n` above the number of connections.
"""

import argparse
import os
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REQUEST = b"GET /feeds/kndr.xml HTTP/1.1\r\nHost: a.example\r\nAccept-Encoding: gzip\r\n%s\r\n"


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    sys.exit("the server has ended")


def ask(port, keep):
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(REQUEST % (b"" if keep else b"Connection: close\r\n"))
    answer = b""
    while b"\r\n\r\n" not in answer:
        some = stream.recv(65536)
        if not some:
            sys.exit("a connection was cut")
        answer += some
    head, body = answer.split(b"\r\n\r\n", 1)
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += stream.recv(65536)
    return stream


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / "target/release/feedatlas")
    parser.add_argument("--public", help="a published folder; the demo's where not said")
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=2_000)
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < arguments.connections + 100:
        sys.exit(f"only {hard} files may be open here: `ulimit -Hn`")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        public = pathlib.Path(arguments.public or folder / "public").resolve()
        if not arguments.public:
            subprocess.run([arguments.binary, "demo", "--once", public], check=True, capture_output=True)
        (folder / "feeds.toml").write_text(f'[publish]\nto = "{public}"\n')
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            port = asked.getsockname()[1]
        serve = subprocess.Popen([arguments.binary, "serve", "--config", folder / "feeds.toml", "--listen", f"127.0.0.1:{port}"])
        try:
            for _ in range(100):
                try:
                    ask(port, False).close()
                    break
                except OSError:
                    time.sleep(0.05)
            before = resident(serve.pid)
            begun = time.monotonic()
            idle = [ask(port, True) for _ in range(arguments.connections)]
            opened = time.monotonic() - begun
            each = (resident(serve.pid) - before) / len(idle)
            print(f"{len(idle)} idle connections, opened in {opened:.1f} s: {each:,.0f} bytes each "
                  f"({before / 1e6:.1f} MB before)")
            taken = []
            for _ in range(arguments.requests):
                begun = time.monotonic()
                ask(port, False).close()
                taken.append((time.monotonic() - begun) * 1000)
            taken.sort()
            print(f"a fresh client beside them: median {taken[len(taken) // 2]:.2f} ms, p99 {taken[len(taken) * 99 // 100]:.2f} ms, "
                  f"longest {taken[-1]:.2f} ms")
            print(f"cores: {os.cpu_count()}, load {os.getloadavg()[0]:.1f}")
        finally:
            serve.terminate()
            serve.wait()


if __name__ == "__main__":
    main()
