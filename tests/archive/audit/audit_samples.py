"""A small archive whose figures can be told by hand."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

BEGIN = datetime(2025, 2, 3, 8, tzinfo=UTC)
"""A Monday."""

FULL = (
    "Dear Ines,\n\nyou waited at home all Tuesday and nobody came, and nobody told you. That was our mistake: we "
    "entered your order twice and struck out the wrong one. I am sorry that we left you without a stove in February. "
    "A new one is on our van tomorrow at nine, and I have refunded the delivery, 45 euros. From today a second person "
    "reads every cancelled order before it leaves the list. What else did we get wrong?\n\nTom Harbour"
)
NON_APOLOGY = "We apologise for any inconvenience this may have caused. Thank you for your understanding."
COPY = "Hello {name}, thank you for contacting our team. Please restart the app and clear the cache, order {n}."
COMPLAINT = (
    "I waited all day on Tuesday and the stove never came. Nobody answers the phone. This is really bad service."
)
THANKS = "Thank you so much, that is great service."
QUESTION = "Do you also sell spare parts for older stoves?"


def talk(
    id: str, *messages: tuple[str, str, float], customer: str = "fay", channel: str = "email", **more: Any
) -> dict[str, Any]:
    """A conversation in our own layout: who, what, and hours after the beginning."""
    told = []
    for who, text, hours in messages:
        at = (BEGIN + timedelta(hours=hours)).isoformat()
        one: dict[str, Any] = {"from": "customer" if who == "customer" else "business", "text": text, "at": at}
        if who == "program":
            one["automatic"] = True
        elif who != "customer":
            one |= {"author": who, "address": f"{who.lower()}@shop.example"}
        told.append(one)
    person = {"name": customer.title() + " Moore", "address": f"{customer}@mail.example"}
    return {"id": id, "channel": channel, "subject": f"Order {id}", "customer": person, "messages": told, **more}


def write(path: Path, talks: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in talks), encoding="utf-8")
    return path


def table(out: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return rows


SMALL = [
    # Answered well, and thanked for.
    talk(
        "a",
        ("customer", COMPLAINT, 0),
        ("program", "We got your mail.", 0.1),
        ("Tom", FULL, 3),
        ("customer", THANKS, 30),
    ),
    # Answered badly; the customer is still waiting.
    talk("b", ("customer", COMPLAINT, 10), ("Ana", NON_APOLOGY, 60), ("customer", COMPLAINT, 70), customer="bob"),
    # Never answered.
    talk("c", ("customer", COMPLAINT, 100), customer="cat", channel="review"),
    # A question, answered.
    talk(
        "d", ("customer", QUESTION, 110), ("Tom", "Yes, we sell them in the shop at the harbour.", 112), customer="dan"
    ),
    # Praise.
    talk(
        "e", ("customer", "Excellent service, I love the new stove. Thank you!", 120), customer="eve", channel="review"
    ),
    # The same customer complains again.
    talk("f", ("customer", COMPLAINT, 900), ("Tom", FULL, 902), customer="fay"),
]
