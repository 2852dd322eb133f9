"""The peer: npm's oidc-provider, installed once into the checkout's cache."""

import json
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).parent / "peer"
HOME = Path(__file__).resolve().parent.parent / ".cache" / "bench" / "peer"
FILES = ("package.json", "server.mjs")


class NoPeer(Exception):
    """The peer cannot run here; the text says why."""


def install() -> Path:
    """Return the folder with the peer, which is installed if it is not there yet."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NoPeer("node and npm are not on the path")
    installed = HOME / "node_modules" / "oidc-provider" / "package.json"
    HOME.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(SOURCE / name, HOME / name)
    if not installed.is_file() or json.loads(installed.read_text())["version"] != wanted_version():
        options = ["--no-package-lock", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"]
        done = subprocess.run(["npm", "install", *options], cwd=HOME, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoPeer(f"npm could not install it: {done.stderr.strip()[-500:]}")
    return HOME


def wanted_version() -> str:
    """Return the version of oidc-provider that is compared with."""
    package = json.loads((SOURCE / "package.json").read_text())
    return str(package["dependencies"]["oidc-provider"])


def node_version() -> str:
    """Return the version of Node.js."""
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
