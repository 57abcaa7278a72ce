"""Prints the software bill of materials of an image, CycloneDX 1.6: sbom.py RELEASE FILES FOLDER"""
# FILES is what `sha256sum --zero` says of the bundle, FOLDER where it is installed. Only what cloud-init needs, too, is
# used: Python, as old as Amazon Linux 2023's, and its standard library.
# https://cyclonedx.org/docs/1.6/json/
import json
import os
import re
import subprocess
import sys
from urllib.parse import quote

MOST = 4 << 20  # bytes
release, hashes, folder = sys.argv[1:]
found = {}


# https://github.com/package-url/purl-spec
def package(kind, name, version, more=""):
    url = f"pkg:{kind}/{quote(name)}@{quote(version, ':')}{more}"
    found[url] = {"type": "library", "bom-ref": url, "name": name, "version": version, "purl": url}


def rows(*command):
    try:
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    except FileNotFoundError:
        return []  # another system's
    return [line.split("\t") for line in told.decode(errors="replace").splitlines()]


def read(*path):
    with open(os.path.join(*path), errors="replace") as file:
        return file.read(1 << 20)


system = {}
if os.path.exists("/etc/os-release"):
    system = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]+)', read("/etc/os-release"), re.M))
name, number = system.get("ID", "linux"), system.get("VERSION_ID", "")
distro = f"&distro={name}-{number}" if number else ""
for one in rows("rpm", "-qa", "--qf", r"%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{EPOCHNUM}\n"):
    if one[2] != "(none)":  # a key
        package("rpm/" + name, one[0], one[1], f"?arch={one[2]}{distro}" + (f"&epoch={one[3]}" if one[3] != "0" else ""))
for one in rows("dpkg-query", "-W", "-f", r"${Package}\t${Version}\t${Architecture}\t${db:Status-Abbrev}\n"):
    if one[3][1] == "i":
        package("deb/" + name, one[0], one[1], f"?arch={one[2]}{distro}")

for path, _, files in os.walk(folder):
    try:
        if path.endswith(".dist-info") and "METADATA" in files:
            about = dict(re.findall(r"^(Name|Version): *(\S+)", read(path, "METADATA").split("\n\n")[0], re.M))
            package("pypi", about["Name"].lower().replace("_", "-"), about["Version"])
        elif "package.json" in files and re.search(r"/node_modules/(@[^/]+/)?[^/@]+$", path):
            about = json.loads(read(path, "package.json"))
            package("npm", about["name"], about["version"])
    except (KeyError, TypeError, ValueError, OSError) as problem:
        print(f"{path} is left out of the SBOM: {problem!r}", file=sys.stderr)

parts = [{"type": "operating-system", "name": name, **({"version": number} if number else {})}]
parts += [found[url] for url in sorted(found)]
with open(hashes, "rb") as file:
    for line in sorted(file.read().split(b"\0"), key=lambda line: line[66:]):
        if line:
            digest, name = line[:64].decode(), line[66:].decode(errors="replace")
            parts.append({"type": "file", "name": os.path.normpath(name), "hashes": [{"alg": "SHA-256", "content": digest}]})

lines, size = [], 0
while len(lines) < len(parts) and size < MOST:
    lines.append(json.dumps(parts[len(lines)]))
    size += len(lines[-1])
about = {"component": {"type": "application", "name": "image", "version": release}}
print('{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata":', json.dumps(about) + ', "components": [')
print(",\n".join(lines))
print("]" + (', "compositions": [{"aggregate": "incomplete"}]' if len(lines) < len(parts) else "") + "}")
