"""The audit's words of gratitude, without the audit."""

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path

import amends.archive

__all__ = ["thanks"]


@cache
def _heard() -> Callable[[str, str | None], bool]:
    # Importing the package would bring the whole audit along, and a desk may be installed without what that needs.
    path = Path(amends.archive.__file__).parent / "audit" / "gratitude.py"
    spec = importlib.util.spec_from_file_location("amends.desk.advocates.gratitude", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[str, str | None], bool] = module.thanks
    return found


def thanks(words: str, language: str | None) -> bool:
    """Whether words that complain of nothing thank or praise; see `amends.archive.audit.gratitude`."""
    return _heard()(words, language)
