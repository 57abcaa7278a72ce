"""One page, made by Flask."""

import os
from pathlib import Path

from flask import Flask, render_template

VERSION = Path(__file__).with_name("VERSION").read_text(encoding="utf-8").strip()

app = Flask(__name__)


@app.get("/")
def home():
    """Show the greeting, a setting of the app, and which version and instance answer."""
    return render_template(
        "page.html",
        greeting=os.environ.get("GREETING", "Hello"),
        version=VERSION,
        instance=os.environ.get("INSTANCE_ID", "a builder"),
    )
