"""A server on 127.0.0.1 that notes what it is asked, and answers as a test says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its headers by their names in lower case, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebTarget:
    """What it was asked; `status` and `content` are what it answers.

    It never does while it `hangs`, and a byte at a time while it `drips`.
    """

    port: int = 0
    status: int = 202
    location: str | None = None
    hangs: bool = False
    drips: bool = False
    content: bytes = b""
    asked: list[Asked] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/secret-path"


@contextmanager
def web_target() -> Iterator[WebTarget]:
    """Run such a server, and end it."""
    target = WebTarget()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            named = {name.lower(): value for name, value in self.headers.items()}
            target.asked.append(Asked(self.path, named, self.rfile.read(length)))
            if target.hangs:
                target.released.wait(30)
                return
            self.send_response(target.status)
            if target.location is not None:
                self.send_header("Location", target.location)
            self.send_header("Content-Length", str(len(target.content)))
            self.end_headers()
            step = 1 if target.drips else max(1, len(target.content))
            for place in range(0, len(target.content), step):
                self.wfile.write(target.content[place : place + step])
                if target.drips and target.released.wait(0.05):
                    return

        do_GET = do_CONNECT = do_POST  # noqa: N815  # The server looks for these names.

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    target.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield target
    finally:
        target.released.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
