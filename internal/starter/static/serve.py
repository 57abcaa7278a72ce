"""Serves the files in site/ on $HOST:$PORT, and fills in the three words that index.html leaves open."""

import html
import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from string import Template

HERE = Path(__file__).resolve().parent
SITE = HERE / "site"


def page():
    """Return index.html with the greeting, a setting of the app, the version and the instance."""
    words = {
        "greeting": os.environ.get("GREETING", "Hello"),
        "version": (HERE / "VERSION").read_text(encoding="utf-8").strip(),
        "instance": os.environ.get("INSTANCE_ID", "a builder"),
    }
    text = (SITE / "index.html").read_text(encoding="utf-8")
    return Template(text).safe_substitute({name: html.escape(word) for name, word in words.items()}).encode()


PAGE = page()


class Site(SimpleHTTPRequestHandler):
    """Answers with files, and lists no folder."""

    def send_head(self):
        if self.path.split("?")[0] not in ("/", "/index.html"):
            return super().send_head()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        return BytesIO(PAGE)

    def list_directory(self, path):
        self.send_error(404)


class Server(ThreadingHTTPServer):
    """Lets more than five visitors arrive at a time."""

    request_queue_size = 128


Server((os.environ["HOST"], int(os.environ["PORT"])), partial(Site, directory=str(SITE))).serve_forever()
