"""The time limits that are shipped. A business changes them as it needs; they are not legal advice."""

from typing import TypedDict

__all__ = ["SHIPPED", "ShippedProfile"]


class ShippedProfile(TypedDict):
    """A profile as plain data; `limits` gives what, amount and unit."""

    key: str
    name: str
    country: str
    source: str
    limits: list[tuple[str, int, str]]


SHIPPED: list[ShippedProfile] = [
    {
        "key": "lt",
        "name": "Lietuva",
        "country": "LT",
        "source": "Consumer complaints to sellers: 14 calendar days.",
        "limits": [("answer", 14, "days")],
    },
    {
        "key": "hr",
        "name": "Hrvatska",
        "country": "HR",
        "source": "Written consumer complaints: 15 calendar days.",
        "limits": [("answer", 15, "days")],
    },
    {
        "key": "ee",
        "name": "Eesti",
        "country": "EE",
        "source": "Consumer complaints to traders: 15 calendar days.",
        "limits": [("answer", 15, "days")],
    },
    {
        "key": "sk",
        "name": "Slovensko",
        "country": "SK",
        "source": "Consumer complaints about goods and services: 30 calendar days.",
        "limits": [("answer", 30, "days")],
    },
    {
        "key": "uk-fca",
        "name": "United Kingdom, financial firms (FCA DISP)",
        "country": "GB",
        "source": "FCA DISP 1.5 and 1.6: 3 business days for a summary resolution, 8 weeks for the final response.",
        "limits": [("answer", 3, "working-days"), ("final", 8, "weeks")],
    },
    {
        "key": "us-cfpb",
        "name": "United States, complaints through the CFPB",
        "country": "US",
        "source": "CFPB complaint process: a response within 15 calendar days, a final one within 60.",
        "limits": [("answer", 15, "days"), ("final", 60, "days")],
    },
]
