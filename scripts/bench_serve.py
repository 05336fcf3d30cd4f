#!/usr/bin/env python3
"""CPU that `feedatlas serve` spends on a request, beside nginx on the same files in the same run.

    cargo build --release
    scripts/bench_serve.py [--rounds 5] [--seconds 3] [--workers 1] [--only plain]

Needs nginx (with its brotli_static module for the `br` row) and wrk. Linux: CPU time is read from /proc/PID/stat,
user and system together, before and after each run of wrk. The servers take turns, so that a busy machine slows both;
the median of the rounds is told. nginx keeps open files in its cache, sends by sendfile, takes the packed files as they
lie, logs nothing, and sends the same headers as `serve` (`nginx`), or none but its own (`bare`).
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")

HEADERS = """
        add_header Cache-Control "public, max-age=300";
        add_header X-Content-Type-Options nosniff;
        add_header Referrer-Policy no-referrer;
        add_header Access-Control-Allow-Origin *;
        add_header Content-Security-Policy "default-src 'none'; img-src 'self' http: https:; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
"""

NGINX = """
{modules}
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
daemon off;
events {{ worker_connections 20000; }}
http {{
    types {{ application/rss+xml xml; text/html html; }}
    charset utf-8;
    charset_types application/rss+xml;
    access_log off;
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    keepalive_timeout 75s;
    open_file_cache max=10000 inactive=60s;
    open_file_cache_valid 1s;
    gzip_static on;
    gzip_vary on;
    {brotli}
    server_tokens off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{rich} reuseport; root {public}; {headers} }}
    server {{ listen 127.0.0.1:{bare} reuseport; root {public}; }}
}}
"""


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def family(pid):
    """The process and its children: nginx works in children."""
    pids, found = [pid], []
    while pids:
        pid = pids.pop()
        found.append(pid)
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            pids += map(int, (task / "children").read_text().split())
    return found


def cpu_seconds(pid):
    ticks = 0
    for one in family(pid):
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def headers_of(url):
    with urllib.request.urlopen(url) as answer:
        return answer.headers


def wait_for(port, what):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{what} does not answer on port {port}")


def load(port, path, headers, arguments):
    """Runs wrk once: how many requests were answered, and how many of them badly."""
    command = ["wrk", f"-t{arguments.threads}", f"-c{arguments.connections}", f"-d{arguments.seconds}s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    text = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"{command}: {text}")
    return int(re.search(r"(\d+) requests in", text).group(1)), float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=ROOT / "target/release/feedatlas")
    parser.add_argument("--public", help="a published folder; the demo's where not said")
    parser.add_argument("--path", default="/feeds/kndr.xml")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="threads of serve, processes of nginx")
    parser.add_argument("--threads", type=int, default=1, help="threads of wrk")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--only", action="append", help="plain, gzip, br or 304")
    parser.add_argument("--bare", action="store_true", help="also nginx without the headers that serve sends")
    parser.add_argument("--access-log", action="store_true", help="serve writes its access log (nginx does not)")
    arguments = parser.parse_args()
    for tool in ("nginx", "wrk"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is not installed")

    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        # nginx's workers may run as another user.
        folder.chmod(0o755)
        public = pathlib.Path(arguments.public or folder / "public").resolve()
        if not arguments.public:
            subprocess.run([arguments.binary, "demo", "--once", public], check=True, capture_output=True)
        brotli = pathlib.Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
        serve_port, rich, bare = free_port(), free_port(), free_port()
        (folder / "nginx.conf").write_text(NGINX.format(
            modules=f"load_module {brotli};" if brotli.exists() else "",
            brotli="brotli_static on;" if brotli.exists() else "",
            workers=arguments.workers, folder=folder, public=public, rich=rich, bare=bare, headers=HEADERS,
        ))
        (folder / "feeds.toml").write_text(f'[publish]\nto = "{public}"\n')
        log = ["--access-log", str(folder / "access.log")] if arguments.access_log else []
        serve = subprocess.Popen(
            [arguments.binary, "serve", "--config", folder / "feeds.toml", "--listen", f"127.0.0.1:{serve_port}", *log],
            env={**os.environ, "TOKIO_WORKER_THREADS": str(arguments.workers)}, stderr=subprocess.DEVNULL)
        nginx = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log"])
        try:
            for port, what in ((serve_port, "serve"), (rich, "nginx")):
                wait_for(port, what)
            compare(arguments, {"serve": (serve.pid, serve_port), "nginx": (nginx.pid, rich),
                                **({"bare": (nginx.pid, bare)} if arguments.bare else {})}, brotli.exists())
        finally:
            for process in (serve, nginx):
                process.send_signal(signal.SIGTERM)
                process.wait()


def compare(arguments, servers, has_brotli):
    cases = {"plain": {}, "gzip": {"Accept-Encoding": "gzip"}, "br": {"Accept-Encoding": "br"}, "304": None}
    if not has_brotli:
        print("br: left out, nginx has no brotli_static module here")
        del cases["br"]
    print(f"{arguments.path}, {arguments.workers} workers, {arguments.connections} connections; "
          f"µs of CPU a request (requests a second), median of {arguments.rounds}")
    for name, headers in cases.items():
        if arguments.only and name not in arguments.only:
            continue
        spent = {server: [] for server in servers}
        for _ in range(arguments.rounds):
            for server, (pid, port) in servers.items():
                asked = headers
                if asked is None:
                    # What a reader sends: both validators, as it was given them.
                    known = headers_of(f"http://127.0.0.1:{port}{arguments.path}")
                    asked = {"If-None-Match": known["ETag"], "If-Modified-Since": known["Last-Modified"]}
                before = cpu_seconds(pid)
                requests, rate = load(port, arguments.path, asked, arguments)
                spent[server].append(((cpu_seconds(pid) - before) / requests * 1e6, rate))
        middle = {server: statistics.median(cpu for cpu, _ in runs) for server, runs in spent.items()}
        words = ", ".join(f"{server} {middle[server]:5.2f} ({statistics.median(rate for _, rate in runs):,.0f}/s)"
                          for server, runs in spent.items())
        ratios = [f"{middle['serve'] / middle[other]:.2f} × {other}" for other in servers if other != "serve"]
        print(f"{name:5} {words}: {', '.join(ratios)}", flush=True)


if __name__ == "__main__":
    main()
