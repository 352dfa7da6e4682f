"""What the API needs beside the services of the other rooms: tokens, their limits, answers kept, proposals."""

from amends.desk.api.services.limiting import spend
from amends.desk.api.services.tokens import end_tokens_of, make_token, revoke_token, token_of, tokens_seen_by
from amends.desk.api.services.writing import add_received, open_with_words, propose, send_reply

__all__ = [
    "add_received",
    "end_tokens_of",
    "make_token",
    "open_with_words",
    "propose",
    "revoke_token",
    "send_reply",
    "spend",
    "token_of",
    "tokens_seen_by",
]
