"""What is heard in a message: the labels of the hearing's models."""

__all__ = ["ASKS", "COMPLAINT", "FLAGS", "KINDS", "MARKS", "MESSAGE_LABELS", "STAKES", "TONES"]

COMPLAINT = "complaint"

KINDS: tuple[str, ...] = (
    "late",
    "missing",
    "wrong",
    "broken",
    "billing",
    "rude",
    "unanswered",
    "promise-broken",
    "information",
    "quality",
    "access",
    "other",
)
"""Kinds of failure."""

ASKS: tuple[str, ...] = ("refund", "replacement", "repair", "cancellation", "answer", "apology", "call")
"""What a customer may ask for; nothing of it is a request for nothing."""

TONES: tuple[str, ...] = ("mild", "firm", "angry", "threatening")
"""How it is said, from the mildest on. Threatening announces consequences: leaving, the public, a lawyer, worse."""

STAKES: tuple[str, ...] = ("threat", "safety", "legal", "money", "health", "vulnerable")
"""What is at stake; `threat` menaces people, `vulnerable` is a child, an old, ill, disabled or bereaved person hit."""

FLAGS: tuple[str, ...] = ("repeat", "public", "urgent", "contact")
"""Not the first time; public or threatens to be; needs an answer today; says how or when to be reached."""

MARKS: tuple[str, ...] = ("expected", "happened", "harm", "ask", "repeat", "contact", "public")
"""What a sentence of a message tells."""

MESSAGE_LABELS: tuple[str, ...] = (
    COMPLAINT,
    *(f"kind:{name}" for name in KINDS),
    *(f"ask:{name}" for name in ASKS),
    *(f"tone:{name}" for name in TONES[1:]),
    *(f"stake:{name}" for name in STAKES),
    *(f"flag:{name}" for name in FLAGS),
    *(f"mark:{name}" for name in MARKS),
)
"""The columns of a model: those of the whole message, then (``mark:``) those of a sentence. A tone's column tells that
the message is at least as sharp."""
