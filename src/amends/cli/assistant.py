"""The tools that an assistant gets over the Model Context Protocol."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

import amends
from amends.cli.open_case import Desk, DeskError
from amends.guarding import Policy, PromiseKind
from amends.messages import translated

__all__ = ["server"]

_INSTRUCTIONS = (
    "Amends reads what a business writes to a customer whom it failed. Hear the customer's message first. Before a "
    "reply is sent, ask guard: send only what passes, write anew what needs it, give the rest to a person. Amends "
    "says what to change and asks for facts; the words are yours, and only what is known may be claimed."
)
_LONGEST = 100_000
_READING = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_OPENING = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

Fault = Literal["owner", "team", "system", "supplier", "expectation", "nobody", "unknown"]
_Text = Annotated[str, Field(max_length=_LONGEST)]
_Reply = Annotated[str, Field(max_length=_LONGEST, description="The reply to the customer, plain text.")]
_Complaint = Annotated[str | None, Field(max_length=_LONGEST, description="The customer's message.")]
_Name = Annotated[str | None, Field(max_length=300, description="The customer's name.")]
_Fault = Annotated[Fault | None, Field(description="Who failed, when it is known.")]
_Channel = Annotated[Literal["private", "public"] | None, Field(description="Who reads it.")]
_Language = Annotated[str | None, Field(max_length=20, description="ISO 639-1 code; recognised if absent.")]
_Sent = Annotated[datetime | None, Field(description="When it is sent (ISO 8601); now if absent.")]
_Country = Annotated[str | None, Field(max_length=2, description="ISO 3166 code: whose holidays are no working days.")]
_Zone = Annotated[str | None, Field(max_length=60, description="The business's time zone, such as Europe/Vilnius.")]


def server(policy: Policy, desk: Desk | None) -> MCPServer[Any]:
    """The server with its tools.

    Args:
        policy: What makes the guard hold a reply.
        desk: Where cases are opened; without one there is no tool for it.
    """
    made: MCPServer[Any] = MCPServer(
        "amends", title="Amends", version=amends.__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )

    @made.tool(annotations=_READING, structured_output=True)
    def check(
        reply: _Reply,
        complaint: _Complaint = None,
        name: _Name = None,
        fault: _Fault = None,
        channel: _Channel = None,
        language: _Language = None,
    ) -> dict[str, Any]:
        """Check a reply to a customer: which parts of a sincere apology it holds, what spoils it, what is missing."""
        return _told(
            lambda: amends.check(
                reply, complaint=complaint, name=name, fault=fault, channel=channel, language=_code(language)
            ).to_dict()
        )

    @made.tool(annotations=_READING, structured_output=True)
    def hear(
        message: Annotated[str, Field(max_length=_LONGEST, description="The customer's message, plain text.")],
        channel: _Channel = None,
        language: _Language = None,
    ) -> dict[str, Any]:
        """Hear a customer's message: a complaint or not, what failed, how severe, what is asked, the facts in it."""
        return _told(lambda: amends.hear(message, channel=channel, language=_code(language)).to_dict())

    @made.tool(annotations=_READING, structured_output=True)
    def promises(
        reply: _Reply,
        sent: _Sent = None,
        country: _Country = None,
        zone: _Zone = None,
        channel: _Channel = None,
        language: _Language = None,
    ) -> dict[str, Any]:
        """List what a reply promises: who does what, until when."""
        moment = sent or datetime.now().astimezone()

        def found() -> dict[str, Any]:
            listed = amends.promises(
                reply, sent=moment, country=country, zone=zone, channel=channel, language=_code(language)
            )
            return {"promises": [promise.to_dict() for promise in listed]}

        return _told(found)

    @made.tool(annotations=_READING, structured_output=True)
    def guard(
        reply: _Reply,
        complaint: _Complaint = None,
        name: _Name = None,
        fault: _Fault = None,
        channel: _Channel = None,
        language: Annotated[
            str | None, Field(max_length=20, description="The language in which the customer is to be answered.")
        ] = None,
        may_promise: Annotated[
            list[PromiseKind] | None,
            Field(description="Kinds of promises that this reply may hold; those of the house's policy if absent."),
        ] = None,
        confirmed: Annotated[
            list[_Text] | None,
            Field(max_length=100, description="Sentences that somebody at the business confirmed, word for word."),
        ] = None,
        first: Annotated[bool, Field(description="Whether it is the first answer to this complaint.")] = True,
        sent: _Sent = None,
        country: _Country = None,
        zone: _Zone = None,
    ) -> dict[str, Any]:
        """Ask whether a reply may go to the customer: pass, rewrite-needed or hold, why, and what to change."""
        moment = sent or datetime.now().astimezone()
        return _told(
            lambda: amends.guard(
                reply,
                complaint=complaint,
                name=name,
                fault=fault,
                channel=channel,
                language=language,
                may_promise=may_promise,
                confirmed=confirmed or (),
                first=first,
                sent=moment,
                country=country,
                zone=zone,
                policy=policy,
            ).to_dict()
        )

    if desk is not None:
        _with_desk(made, desk)
    return made


def _with_desk(made: MCPServer[Any], desk: Desk) -> None:
    @made.tool(annotations=_OPENING, structured_output=True)
    def open_case(
        text: Annotated[
            str, Field(min_length=1, max_length=_LONGEST, description="The customer's own words, unchanged.")
        ],
        customer_name: Annotated[str, Field(max_length=160, description="The customer's name.")] = "",
        contact_kind: Annotated[
            Literal["mail", "phone"] | None, Field(description="What the contact is; seen by its @ if absent.")
        ] = None,
        contact: Annotated[str, Field(max_length=300, description="The mail address or phone number.")] = "",
        channel: Annotated[
            Literal["mail", "form", "page", "call", "counter", "letter", "chat", "social", "review"],
            Field(description="Where the customer said it."),
        ] = "chat",
        subject: Annotated[str, Field(max_length=300, description="A short title.")] = "",
        language: Annotated[
            Literal["en", "lt", "hr", "he", "et", "sk"] | None, Field(description="The customer's language.")
        ] = None,
    ) -> dict[str, Any]:
        """Open a case at the business's desk, so that a person takes care of a complaint."""
        if contact_kind is not None and not contact.strip():
            raise ToolError(translated("contact: the mail address or the phone number is missing."))
        # A contact is never dropped because nobody said what it is; the desk refuses what is neither.
        seen = contact_kind or ("mail" if "@" in contact else "phone")
        known = (seen, contact) if contact.strip() else None
        try:
            return desk.open_case(
                text, channel=channel, name=customer_name, contact=known, subject=subject, language=language
            )
        except DeskError as error:
            raise ToolError(str(error)) from error


def _told(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a reader finds; what it says against its arguments is told to the assistant, so that it can mend them."""
    try:
        return read()
    except ValueError as error:
        raise ToolError(str(error)) from error


def _code(language: str | None) -> str | None:
    """The code of a language; "en-GB" is English."""
    return language.replace("_", "-").split("-")[0].strip().casefold() or None if language else None
