"""Photogallery as the lesson has it: one page that shows the photos of one folder."""

import os
from pathlib import Path

from flask import Flask, render_template

PHOTOS = Path(__file__).with_name("photos")

app = Flask(__name__, static_folder=str(PHOTOS), static_url_path="/photos")


@app.get("/")
def gallery():
    """Show every photo, and which instance has answered."""
    photos = sorted(photo.name for photo in PHOTOS.iterdir() if not photo.name.startswith("."))
    return render_template(
        "gallery.html",
        photos=photos,
        instance=os.environ.get("INSTANCE_ID", "this machine"),
        zone=os.environ.get("ZONE", "no zone"),
        release=os.environ.get("RELEASE", "none"),
    )
