"""Make .venv match requirements/lock.txt, then become the product or its tests.

Standard library only, and no network once the environment is in place.

CONSENTRY_VENV        where the environment lives; default: .venv in this checkout
CONSENTRY_INSTALLER   `pip` to leave uv out
PYTHON                (read by ./run and ./test) the interpreter to build on
"""

import sys

if sys.version_info < (3, 11):  # the syntax below is kept such that an old python3 gets as far as this
    sys.exit("Python 3.11 or newer is needed; this is %d.%d.%d." % sys.version_info[:3])

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "lock.txt"
UV_LOCK = ROOT / "requirements" / "tool-uv.txt"
UV_HOME = ROOT / ".cache" / "tools"
EVERY_TEST = ["-n", "2", "--dist", "loadgroup"]  # what ./test alone means
TRIES = 2  # a registry that stumbles once should not cost a newcomer the first minute

Command = list[str]


def main(arguments: list[str]) -> None:
    verb, *rest = arguments or ["run"]
    targets = {"run": ["consentry", *(rest or ["demo"])], "test": ["pytest", *(rest or EVERY_TEST)], "env": []}
    if verb not in targets:
        sys.exit(f"bootstrap.py knows run, test and env, not {verb!r}.")
    environment = Path(os.environ.get("CONSENTRY_VENV") or ROOT / ".venv").absolute()
    python = environment / "bin" / "python"
    ensure(environment, python)
    if not targets[verb]:
        return
    if verb == "test":
        os.chdir(ROOT)
    os.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.execv(python, [str(python), "-m", *targets[verb]])


def ensure(environment: Path, python: Path) -> None:
    """Build the environment unless its stamp says that it is the one we want."""
    with only_one_at_a_time(environment):
        wanted, stamp = fingerprint(), environment / ".stamp"
        if stamp.is_file() and stamp.read_text() == wanted and works(str(python), "-c", ""):
            return
        started = time.monotonic()
        clear(environment)
        say(f"setting up {environment}")
        # Without pip the standard library needs neither ensurepip nor Debian's python3-venv.
        venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
        install(python)
        link_source(python)
        stamp.write_text(wanted)
        say(f"ready in {time.monotonic() - started:.0f} s")


@contextmanager
def only_one_at_a_time(environment: Path) -> Iterator[None]:
    environment.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{environment}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint() -> str:
    """Name what the environment is made from: the locked versions, the interpreter, the checkout's place."""
    made_from = LOCK.read_bytes() + f"{sys.version}{sys.base_prefix}{ROOT}".encode()
    return hashlib.sha256(made_from).hexdigest()


def clear(environment: Path) -> None:
    """Remove a stale environment, but never a folder that is not one."""
    if not environment.exists():
        return
    ours = (environment / "pyvenv.cfg").is_file() or not any(environment.iterdir())
    if not ours:
        sys.exit(f"{environment} is not a Python environment; it was left alone. Set CONSENTRY_VENV to another place.")
    say("the environment is stale and is made anew")
    shutil.rmtree(environment)


def install(python: Path) -> None:
    pip = pip_command()
    commands = installers(python, pip, find_uv(pip))
    if not commands:
        sys.exit("Neither uv nor pip is here. On Debian or Ubuntu: apt-get install -y python3-pip")
    quiet_tools = os.environ | {
        "UV_PYTHON_DOWNLOADS": "never",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    for name, command in commands:
        say(f"installing the locked dependencies with {name}")
        if subprocess.run(command, env=quiet_tools, check=False).returncode == 0:
            return
    sys.exit("The dependencies could not be installed; the lines above say why.")


def installers(python: Path, pip: Command | None, uv: str | None) -> list[tuple[str, Command]]:
    """Every way to install here, in the order to try them."""
    ways: list[tuple[str, Command]] = []
    if uv:
        sync = [uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(LOCK)]
        ways += [("uv", sync)] * TRIES
    if pip:
        options = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement", str(LOCK)]
        ways += [("pip", [*pip, "--python", str(python), "install", *options])] * TRIES
    return ways


def pip_command() -> Command | None:
    pip = [sys.executable, "-m", "pip"]
    return pip if works(*pip, "--version") else None


def find_uv(pip: Command | None) -> str | None:
    """Find uv on the path or fetch it once into the checkout; None if it is unwanted or out of reach."""
    if os.environ.get("CONSENTRY_INSTALLER") == "pip":
        return None
    uv = shutil.which("uv") or str(UV_HOME / "bin" / "uv")
    if not works(uv, "--version") and pip:
        # --target is allowed where PEP 668 forbids a plain install.
        options = ["--target", str(UV_HOME), "--upgrade", "--no-deps", "--require-hashes"]
        works(*pip, "install", *options, "--requirement", str(UV_LOCK))
    return uv if works(uv, "--version") else None


def link_source(python: Path) -> None:
    """Put src/ on the environment's path: no build, no editable install, nothing to go stale."""
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site_packages = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    Path(site_packages, "_consentry_src.pth").write_text(f"{ROOT / 'src'}\n")


def works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def say(line: str) -> None:
    print("==", line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
