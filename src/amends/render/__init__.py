"""One type of result and many renderers of it: text, JSON, JSON lines, SARIF, GitHub annotations."""

from amends.render.result import Checked, NotChecked, Renderer, Result

__all__ = ["FORMATS", "Checked", "NotChecked", "Renderer", "Result", "renderer"]

FORMATS = ("text", "json", "jsonl", "sarif", "github")
"""The forms of output."""


def renderer(form: str, *, width: int = 100, colour: bool = False) -> Renderer:
    """The renderer of a form; only that one is loaded.

    Args:
        form: One of `FORMATS`.
        width: Columns of a line of text.
        colour: Whether text has colours.

    Raises:
        ValueError: There is no such form.
    """
    if form == "text":
        from amends.render.text import TextRenderer

        return TextRenderer(width=width, colour=colour)
    if form == "json":
        from amends.render.structured import render_json

        return render_json
    if form == "jsonl":
        from amends.render.structured import render_jsonl

        return render_jsonl
    if form == "sarif":
        from amends.render.sarif import render_sarif

        return render_sarif
    if form == "github":
        from amends.render.github import render_github

        return render_github
    raise ValueError(f"the format is one of {', '.join(FORMATS)}, not {form!r}")
