"""Renew what the pages take from elsewhere: htmx, and those Lucide icons that are used.

For maintainers, by hand, with npm at hand: `python3 tools/vendor_assets.py`.  Nothing is fetched when Consentry is
installed or runs.  The suite checks the files against the manifest that this writes.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "src/consentry/web/static"
HTMX = ("htmx.org", "4.0.1")
LUCIDE = ("lucide-static", "1.62.0")
ICONS = (
    "activity arrow-left ban bell bot calendar-clock check chevron-down chevron-left chevron-right circle- "
    "alert circle-check clock contact copy door-open download ellipsis external-link eye file-text "
    "fingerprint-pattern folder globe hand heart-pulse history hourglass house image inbox info key-round "
    "laptop layers link lock lock-open log-in log-out mail monitor pause pencil play plus rotate-ccw search "
    "server settings share-2 shield shield-check smartphone star tag timer trash-2 triangle-alert undo-2 user "
    "user-check user-plus user-round user-x users x app-window"
).split()


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        htmx = unpack(*HTMX, into=Path(scratch))
        lucide = unpack(*LUCIDE, into=Path(scratch))
        files = {
            "htmx.js": (htmx / "dist/htmx.min.js").read_text() + "\n" + (htmx / "dist/ext/hx-csp.min.js").read_text(),
            "icons.svg": sprite(lucide),
        }
        licences = {"htmx.js": (htmx / "LICENSE").read_text(), "icons.svg": (lucide / "LICENSE").read_text()}
    for name, text in files.items():
        (STATIC / name).write_text(without_source_map(text))
    (STATIC / "VENDORED.txt").write_text(
        "\n\n".join(f"{name}\n\n{text.strip()}" for name, text in licences.items()) + "\n"
    )
    (STATIC / "vendored.json").write_text(json.dumps(manifest(), indent=2) + "\n")


def unpack(name: str, version: str, *, into: Path) -> Path:
    done = subprocess.run(["npm", "pack", f"{name}@{version}"], cwd=into, check=True, capture_output=True, text=True)
    target = into / name
    with tarfile.open(into / done.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def sprite(lucide: Path) -> str:
    symbols = "\n".join(symbol(name, (lucide / f"icons/{name}.svg").read_text()) for name in sorted(ICONS))
    note = f"<!-- Icons by Lucide {LUCIDE[1]}, ISC licence; see VENDORED.txt -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{note}\n{symbols}\n</svg>\n'


def symbol(name: str, svg: str) -> str:
    shapes = re.sub(r"\s+", " ", svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def without_source_map(text: str) -> str:
    return re.sub(r"\n?//# sourceMappingURL=\S+", "", text)


def manifest() -> list[dict[str, str]]:
    facts = {"htmx.js": (*HTMX, "0BSD"), "icons.svg": (*LUCIDE, "ISC")}
    return [
        {
            "file": file,
            "name": name,
            "version": version,
            "licence": licence,
            "sha256": hashlib.sha256((STATIC / file).read_bytes()).hexdigest(),
        }
        for file, (name, version, licence) in facts.items()
    ]


if __name__ == "__main__":
    main()
