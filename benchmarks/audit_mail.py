"""One mail: what reading it costs beside the standard library's parser, in time and in memory.

    python benchmarks/audit_mail.py
    python benchmarks/audit_mail.py --rounds 3 --dry

The peer only finds the structure (`email.message_from_bytes`, policy compat32; and policy default with its body and
addresses asked for); ours reads everything: headers decoded, text, threads' ids, who wrote it, defects. They take
turns on the same mails. Hostile mails are read in processes of their own that are ended after half a minute.
"""

import argparse
import base64
import email
import email.policy
import json
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from measuring import keep, ratio_of_rounds

from amends.archive.mail import parse

WAIT = 30
_WORDS = "Sveiki, mano užsakymas vis dar neatėjo, jau dvi savaitės. Kodėl niekas neatsako? "


def mails() -> dict[str, bytes]:
    """Mails as people send them."""
    chance = random.Random(1)

    def mail() -> EmailMessage:
        made = EmailMessage()
        made["From"] = "Ona Kalnė <ona@mail.example>"
        made["To"] = "Harbour <hello@shop.example>"
        made["Subject"] = "Re: Užsakymas 48213"
        made["Date"] = "Tue, 11 Feb 2025 13:05:00 +0200"
        made["Message-ID"] = "<one@mail.example>"
        made["References"] = "<zero@shop.example> <half@mail.example>"
        made["Received"] = "from mail.example by mx.shop.example; Tue, 11 Feb 2025 13:05:09 +0200"
        return made

    quoted = "\n\nOn Mon, 10 Feb 2025 at 09:00, Harbour <hello@shop.example> wrote:\n" + "> We are sorry.\n" * 8
    page = "<html><body><div dir=ltr>" + f"<p>{_WORDS}</p>" * 6
    page += "<blockquote>" + "<p>We are <b>sorry</b>.</p>" * 20 + "</blockquote></div></body></html>"
    plain, both, rich, picture = mail(), mail(), mail(), mail()
    plain.set_content(_WORDS * 3 + quoted)
    both.set_content(_WORDS * 3 + quoted)
    both.add_alternative(page, subtype="html")
    rich.set_content(page, subtype="html")
    picture.set_content(_WORDS * 3 + quoted)
    picture.add_attachment(chance.randbytes(200_000), maintype="image", subtype="png", filename="crack.png")
    made = {"plain": plain, "plain and HTML": both, "HTML only": rich, "with a picture of 200 kB": picture}
    return {name: one.as_bytes() for name, one in made.items()}


def hostile() -> dict[str, bytes]:
    """Mails that somebody made to keep a parser busy, each of some hundred kilobytes."""
    head = b"From: fay@mail.example\nMIME-Version: 1.0\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(300))
    rich = head + b"Content-Type: text/html\n\n"
    return {
        "parts in parts, then many lines": head + nested + b"\nx\n" + b"--\n" * 80_000,
        "parameters without end": head + b"Content-Type: multipart/mixed" + b"; a=b" * 60_000 + b"\n\nx",
        "HTML that nests": rich + "".join(f"<b a={n}><p>" for n in range(20_000)).encode(),
    }


def with_structure(raw: bytes) -> object:
    """What the standard library's fast parser finds."""
    return email.message_from_bytes(raw)


def with_policy(raw: bytes) -> object:
    """What its newer one gives for the same questions that ours answers."""
    made: Any = email.message_from_bytes(raw, policy=email.policy.default)
    body = made.get_body(("plain", "html"))
    return made["subject"], made["from"], made["to"], body.get_content() if body is not None else None


CONTENDERS: dict[str, Callable[[bytes], object]] = {
    "amends": parse,
    "stdlib compat32, structure only": with_structure,
    "stdlib default, body and addresses": with_policy,
}


def seconds(read: Callable[[bytes], object], raw: bytes, times: int) -> float:
    begin = time.process_time()
    for _ in range(times):
        read(raw)
    return (time.process_time() - begin) / times


def memory(read: Callable[[bytes], object], raw: bytes) -> float:
    """Megabytes that are allocated at most while a mail is read, beside its own bytes."""
    tracemalloc.start()
    held = read(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del held
    return peak / 1e6


def hostile_seconds(contender: str, name: str) -> float | None:
    """Seconds for a hostile mail in a process of its own; None when it was ended."""
    code = f"import audit_mail as a, time; r = a.hostile()[{name!r}]; t = time.process_time(); "
    # Words of the page belong to reading it; the standard library leaves them to others.
    code += f"a.CONTENDERS[{contender!r}](r); print(time.process_time() - t)"
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=WAIT, check=False)
    except subprocess.TimeoutExpired:
        return None
    return round(float(done.stdout), 2) if done.returncode == 0 else None


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--times", type=int, default=150)
    parser.add_argument("--megabytes", type=int, default=50, help="of the large attachment")
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    ratios: dict[str, Any] = {}
    aside: dict[str, Any] = {}
    for name, raw in mails().items():
        taken: dict[str, list[float]] = {contender: [] for contender in CONTENDERS}
        for read in CONTENDERS.values():
            seconds(read, raw, 20)
        for _ in range(arguments.rounds):
            for contender, read in CONTENDERS.items():
                taken[contender].append(seconds(read, raw, arguments.times))
        rates = {contender: round(1 / min(found)) for contender, found in taken.items()}
        print(f"{name}: " + ", ".join(f"{contender} {rate:,}/s" for contender, rate in rates.items()))
        aside[name] = rates
        ratios[name] = {
            contender: ratio_of_rounds(found, taken["amends"])
            for contender, found in taken.items()
            if contender != "amends"
        }
    head = b"From: Ona <ona@mail.example>\r\nTo: hello@shop.example\r\nMIME-Version: 1.0\r\n"
    data = base64.encodebytes(bytes(arguments.megabytes * 1_000_000))
    body = b"--zz\r\n\r\nSee.\r\n--zz\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + data
    large_mail = head + b"Content-Type: multipart/mixed; boundary=zz\r\n\r\n" + body + b"\r\n--zz--\r\n"
    for contender, read in (("amends", parse), ("stdlib compat32, structure only", with_structure)):
        told = {"seconds": round(seconds(read, large_mail, 1), 2), "megabytes": round(memory(read, large_mail), 1)}
        print(f"{arguments.megabytes} MB attached: {contender} {told}")
        aside[f"{arguments.megabytes} MB attached, {contender}"] = told
    for name in hostile():
        told_seconds = {contender: hostile_seconds(contender, name) for contender in list(CONTENDERS)[:2]}
        print(f"{name}: {told_seconds}")
        aside[name] = told_seconds
    print(json.dumps(ratios, indent=1))
    if not arguments.dry:
        keep("audit_mail", ratios, aside)


if __name__ == "__main__":
    main()
