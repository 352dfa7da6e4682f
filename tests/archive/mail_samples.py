"""Mails that the tests write themselves."""

import base64
from collections.abc import Iterable

HEAD = {
    "From": "Fay Moore <fay@mail.example>",
    "To": "Harbour Shop <hello@shop.example>",
    "Subject": "Parcel 48213",
    "Date": "Tue, 11 Feb 2025 13:05:00 +0200",
    "Message-ID": "<one@mail.example>",
    "MIME-Version": "1.0",
}


def mail(body: bytes | str = b"It never came.\n", *, head: Iterable[str] = (), **headers: str | bytes | None) -> bytes:
    """A mail; names of headers are written with _ for -, None takes one away, `head` adds whole lines."""
    named = {**HEAD, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in named.items()
        if value is not None
    ]
    lines += [line.encode() for line in head]
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body if isinstance(body, bytes) else body.encode())


def part(body: bytes | str, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    """A part of a multipart."""
    lines = [f"Content-Type: {kind}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body if isinstance(body, bytes) else body.encode())


def multipart(*parts: bytes, boundary: str = "b1", end: str = "--") -> bytes:
    """The body of a multipart."""
    line = f"\r\n--{boundary}".encode()
    return b"".join(line + b"\r\n" + one for one in parts) + line + end.encode() + b"\r\n"


def mixed(*parts: bytes, subtype: str = "mixed", **headers: str | None) -> bytes:
    """A mail of several parts."""
    return mail(multipart(*parts), Content_Type=f'multipart/{subtype}; boundary="b1"', **headers)


def file_part(data: bytes, name: str, kind: str = "application/octet-stream", **headers: str) -> bytes:
    """An attached file."""
    headers = {"Content_Disposition": f'attachment; filename="{name}"', **headers}
    return part(base64.encodebytes(data), kind, Content_Transfer_Encoding="base64", **headers)


def page(body: str, **headers: str | None) -> bytes:
    """A mail that is HTML only."""
    return mail(f"<html><body>{body}</body></html>", Content_Type="text/html; charset=utf-8", **headers)
