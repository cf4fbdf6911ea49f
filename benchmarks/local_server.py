"""The local server: what a request costs it, what idle connections weigh, and what others get while it is tried.

python -m benchmarks.local_server, on a machine that has /proc. Nothing leaves loopback.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

BODY = json.dumps({"action": "domain-details", "domain_name": "fusionpbx.example.net"}).encode()
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
ROUNDS = 3
TICKS = os.sysconf("SC_CLK_TCK")
Ask = Callable[[int], None]


class Serving:
    """A server process on a demo store."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        said = ""
        while "RINGPOST_TOKEN=" not in said:
            said += process.stdout.readline()
        self.port = int(re.findall(r"answers at http://127\.0\.0\.1:(\d+)", said)[0])
        self.token = re.findall(r"RINGPOST_TOKEN=(\S+)", said)[0]
        self._about = Path(f"/proc/{process.pid}")

    @property
    def cpu(self) -> float:
        """Seconds of it so far."""
        found = (self._about / "stat").read_text().rpartition(")")[2].split()
        return (int(found[11]) + int(found[12])) / TICKS

    @property
    def memory(self) -> int:
        """KiB that are resident."""
        return int(re.findall(r"VmRSS:\s+(\d+)", (self._about / "status").read_text())[0])

    @property
    def disk(self) -> int:
        """Bytes in files that have no name any more."""
        size = 0
        for one in (self._about / "fd").iterdir():
            with suppress(OSError):
                size += one.stat().st_size if "(deleted)" in os.readlink(one) else 0  # noqa: PTH115 - a Path drops that
        return size

    def line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), 30)

    def ask(self, line: socket.socket, connection: bytes = b"keep-alive") -> None:
        about = b"Authorization: Bearer %b\r\nConnection: %b\r\nContent-Length: %d\r\n\r\n"
        line.sendall(HEAD + about % (self.token.encode(), connection, len(BODY)) + BODY)
        said = b""
        while not said.endswith((b"}\n", b"\r\n0\r\n\r\n")):
            piece = line.recv(1 << 16)
            if not piece:
                raise ConnectionResetError
            said += piece
        assert b" 200 " in said[:20], said

    def kept(self, count: int) -> None:
        """Requests on one connection."""
        with self.line() as line:
            for _ in range(count):
                self.ask(line)

    def anew(self, count: int) -> None:
        """Requests, each on a connection of its own."""
        for _ in range(count):
            with self.line() as line:
                self.ask(line, b"close")

    def quick(self) -> str:
        """How long somebody else's request takes now."""
        started = time.perf_counter()
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as line:
                line.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")
                line.settimeout(5)
                assert b" 401 " in line.recv(1 << 16)
        except OSError:
            return "no answer in 5 s"
        return f"{(time.perf_counter() - started) * 1000:.0f} ms"


@contextmanager
def serving() -> Iterator[Serving]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "ringpost.entry.cli.main", "serve", "--no-deliver", "--port", "0"],
            env={**os.environ, "RINGPOST_DATA": folder, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield Serving(process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def a_second(server: Serving, ask: Ask, at_once: int, count: int) -> str:
    """Requests a second of its CPU: the median of some rounds."""
    found = []
    with suppress(ConnectionResetError), ThreadPoolExecutor(at_once) as pool:
        for _ in range(ROUNDS):
            before = server.cpu
            list(pool.map(ask, [count // at_once] * at_once))
            found.append(count / (server.cpu - before))
    return f"{sorted(found)[len(found) // 2]:.0f}" if found else "it keeps no connection"


def idle(server: Serving) -> str:
    before, held = server.memory, [server.line() for _ in range(1000)]
    time.sleep(1)
    weight = server.memory - before
    for line in held:
        line.close()
    return f"{weight} KiB"


def dribbling(server: Serving) -> str:
    """What others get while 120 send a byte, and 5 seconds later the next."""
    held, times = [server.line() for _ in range(120)], []
    for byte in HEAD[:4]:
        for line in held:
            with suppress(OSError):
                line.send(bytes([byte]))
        times.append(server.quick())
        time.sleep(5)
    for line in held:
        line.close()
    return ", ".join(times)


def announcing(server: Serving) -> str:
    """What 60 that announce 8 MB, and send all but a little, have it keep."""
    memory, disk, held = server.memory, server.disk, [server.line() for _ in range(60)]
    for line in held:
        with suppress(OSError):
            line.sendall(HEAD + b"Content-Length: 8000000\r\n\r\n" + b"x" * 7_900_000)
    time.sleep(1)
    kept = f"{(server.disk - disk) >> 20} MiB on the disk, {(server.memory - memory) >> 10} MiB in memory"
    found = f"{kept}; somebody else: {server.quick()}"
    for line in held:
        line.close()
    return found


def main() -> None:
    with serving() as server:
        server.anew(50)
        for at_once in (1, 8):
            print(
                f"a second and core, {at_once} at once, kept connections:", a_second(server, server.kept, at_once, 1600)
            )
            print(
                f"a second and core, {at_once} at once, new connections:", a_second(server, server.anew, at_once, 800)
            )
        print("1,000 idle connections:", idle(server))
        print("120 that dribble; somebody else:", dribbling(server))
        print("60 that announce 8 MB:", announcing(server))


if __name__ == "__main__":
    main()
