# What a Python program does with the same photos: each is turned, encoded again at 90, and made a
# thumbnail. Its first argument is a number of threads; Pillow's codecs run beside each other.
import io
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageOps


def develop(content):
    with Image.open(io.BytesIO(content)) as photo:
        photo = ImageOps.exif_transpose(photo)
        photo.save(io.BytesIO(), "JPEG", quality=90)
        photo.thumbnail((720, 360))
        photo.save(io.BytesIO(), "JPEG", quality=78)


contents = [open(name, "rb").read() for name in sys.argv[2:]]
began = time.perf_counter()
with ThreadPoolExecutor(int(sys.argv[1])) as pool:
    list(pool.map(develop, contents))
print(time.perf_counter() - began)
