"""The apology checker: what a reply holds, what spoils it, what is missing."""

from amends.checker.check import CHANNELS, Checker, check
from amends.checker.review import Component, Finding, Fix, Missing, Review
from amends.checker.scoring import FAULT_PARTIES, Weights
from amends.checker.similarity import EarlierReplies

__all__ = [
    "CHANNELS",
    "FAULT_PARTIES",
    "Checker",
    "Component",
    "EarlierReplies",
    "Finding",
    "Fix",
    "Missing",
    "Review",
    "Weights",
    "check",
]
