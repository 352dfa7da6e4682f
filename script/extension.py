"""Makes the browser extension for each browser from one source: `extension/` with the manifest that the browser wants.

usage: script/extension [FOLDER]

FOLDER (default `dist/`) then holds `amends-chromium/` and `amends-firefox/`, to be loaded unpacked, and a zip of each,
alike to the byte whenever it is made from the same files. Python's own library is enough for it.
"""

import json
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "extension"
BROWSERS = ("chromium", "firefox")
_NOT_TAKEN = ("manifests", "README.md", "icons/icon.svg")
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def manifest(browser: str) -> dict[str, Any]:
    """The manifest of one browser: what both have in common, what it alone wants, and the project's version."""
    made: dict[str, Any] = {}
    for name in ("common", browser):
        made |= json.loads((SOURCE / "manifests" / f"{name}.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return made | {"version": project["version"]}


def sources() -> list[Path]:
    """The files that belong into the extension, by their names."""
    left_out = [SOURCE / name for name in _NOT_TAKEN]
    return sorted(
        path for path in SOURCE.rglob("*") if path.is_file() and not any(path.is_relative_to(one) for one in left_out)
    )


def make(browser: str, folder: Path) -> Path:
    """One browser's extension as a folder and a zip.

    Args:
        browser: One of `BROWSERS`.
        folder: Where to; what an earlier run has left there is replaced.

    Returns:
        The folder to load unpacked.
    """
    target = folder / f"amends-{browser}"
    shutil.rmtree(target, ignore_errors=True)
    for path in sources():
        place = target / path.relative_to(SOURCE)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    text = json.dumps(manifest(browser), ensure_ascii=False, indent=2) + "\n"
    (target / "manifest.json").write_text(text, encoding="utf-8")
    with zipfile.ZipFile(folder / f"amends-{browser}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(target.rglob("*")):
            if path.is_file():
                about = zipfile.ZipInfo(path.relative_to(target).as_posix(), _EARLIEST)
                about.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(about, path.read_bytes())
    return target


def main(folder: str = "dist") -> None:
    """Make all."""
    for browser in BROWSERS:
        print(make(browser, Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:2])
