"""Fetches the tools that the benchmarks compare with, by their plain package names, into `.peers/` (not committed)."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

PEERS = Path(__file__).resolve().parent / ".peers"
PYTHON = PEERS / "python"
NODE = PEERS / "node"
PROSELINT = "proselint==0.16.0"
WRITE_GOOD = "write-good@1.0.8"


def proselint() -> None:
    """Make `import proselint` work in this process, installing it if need be."""
    if find_spec("proselint"):
        return
    if not (PYTHON / "proselint").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PYTHON), PROSELINT]
        subprocess.run(command, check=True, stdout=sys.stderr)
    sys.path.append(str(PYTHON))


def write_good() -> Path:
    """The folder from which node can require write-good.

    Raises:
        SystemExit: There is no node on this machine.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise SystemExit("benchmarks: node and npm are needed for write-good; --without write-good leaves it out")
    if not (NODE / "node_modules" / "write-good").is_dir():
        NODE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(NODE), WRITE_GOOD]
        subprocess.run(command, check=True, stdout=sys.stderr)
    return NODE
