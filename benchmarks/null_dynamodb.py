"""A DynamoDB that does nothing: a process on loopback that answers reads with two fixed rows.

What is left of a request's cost against it is the client's own. Run as a module it reads the rows'
replies from its standard input, says its port, and serves until its input ends.
"""

import json
import socketserver
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.work import ROOT, TABLE, rows

_MARK = b'"key#'


def environment(url: str) -> dict[str, str]:
    """What a function's environment says, with this in the place of DynamoDB."""
    return {
        "AWS_ACCESS_KEY_ID": "example",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_DYNAMODB": url,
        "RINGPOST_STORE": f"dynamodb:{TABLE}",
        "TOKIO_WORKER_THREADS": "1",  # as entry/api.py has it
    }


@contextmanager
def running() -> Iterator[str]:
    """The server in a process of its own; its address."""
    key, domain = ({"Item": _item(row.key, row.version, row.body)} for row in rows())
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.null_dynamodb"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        process.stdin.write(f"{json.dumps(key)}\n{json.dumps(domain)}\n")
        process.stdin.flush()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def _item(key: tuple[str, str], version: int, body: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}, "version": {"N": str(version)}, "body": {"S": body}}


def reply(body: bytes) -> bytes:
    """A good answer, with the headers DynamoDB sends."""
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Server: Server\r\n"
        "Content-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: keep-alive\r\n"
        "x-amzn-RequestId: 0000000000000000000000000000000000000000000000000000\r\n"
        f"x-amz-crc32: {zlib.crc32(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(socketserver.StreamRequestHandler):
    """One connection: requests one after the other, each read whole before it is answered."""

    disable_nagle_algorithm = True
    key_reply: bytes
    domain_reply: bytes

    def handle(self) -> None:
        while True:
            length = 0
            while line := self.rfile.readline().rstrip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return
            body = self.rfile.read(length)
            self.wfile.write(self.key_reply if _MARK in body else self.domain_reply)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


def main() -> None:
    """Serve until standard input ends."""
    Connection.key_reply, Connection.domain_reply = (reply(sys.stdin.readline().strip().encode()) for _ in range(2))
    with Server(("127.0.0.1", 0), Connection) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
