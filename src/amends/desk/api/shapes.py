"""What goes into and out of the API, as pydantic models: they check what comes in and describe it in the OpenAPI
document.

JSON has no moments: one is a string of RFC 3339 with its offset. A field that is null counts as absent, but where its
model says otherwise.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from amends.desk.cases.models.case import CaseState, Channel, Fault, SetAsideWhy
from amends.desk.cases.models.message import Direction
from amends.desk.composer.models import Kind, ReplyState, SecondLook
from amends.desk.customers.models import ContactPoint, FormOfAddress, GenderedForm, Reach
from amends.desk.intake.taking_in import plain
from amends.desk.ledger.models import PromiseState
from amends.desk.people.roles import Role

__all__ = [
    "Assign",
    "Break",
    "CaseList",
    "CaseOut",
    "Check",
    "Contact",
    "ContactKind",
    "Correct",
    "CustomerChange",
    "CustomerList",
    "CustomerOut",
    "CustomerRef",
    "DraftOut",
    "EventOut",
    "Guard",
    "GuardReason",
    "Health",
    "Hear",
    "HearingOut",
    "Keep",
    "Line",
    "LogEntry",
    "LogList",
    "Me",
    "MessageList",
    "MessageOut",
    "Move",
    "NewCase",
    "NewDraft",
    "NewMessage",
    "NewNote",
    "NewPromise",
    "NewReply",
    "Note",
    "Number",
    "OutlineChange",
    "OutlineOut",
    "Part",
    "Parts",
    "PersonList",
    "PersonOut",
    "ProblemOut",
    "PromiseList",
    "PromiseOut",
    "PromisesInText",
    "PublicId",
    "Release",
    "ReplyOut",
    "ReviewOut",
    "RulingOut",
    "Text",
    "TextPromise",
    "TextPromises",
]

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEARS = (1970, 2200)
_LONGEST = 50_000
_LARGEST_NUMBER = 2**53 - 1


def _cleaned(value: Any) -> Any:
    """A text that every database takes; anything else is left for the check of the type."""
    return plain(value) if isinstance(value, str) else value


def _read_moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("write a moment as 2031-05-02T09:00:00+03:00")
    moment = datetime.fromisoformat(value.upper())
    if not _YEARS[0] <= moment.year < _YEARS[1]:
        raise ValueError(f"write a moment of the years {_YEARS[0]} to {_YEARS[1] - 1}")
    return moment


def _read_day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("write a day as 2031-05-02")
    day = date.fromisoformat(value)
    if not _YEARS[0] <= day.year < _YEARS[1]:
        raise ValueError(f"write a day of the years {_YEARS[0]} to {_YEARS[1] - 1}")
    return day


def _speaks(value: str) -> str:
    if not value.strip():
        raise ValueError("write something")
    return value


def _whole(value: Any) -> Any:
    """A whole number as JSON writes it, also 3.0, but no text and no truth."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("write a whole number")
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2031-05-02T09:00:00+03:00"]}),
]
Day = Annotated[
    date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2031-05-02"]})
]
Number = Annotated[int, Field(ge=1, le=_LARGEST_NUMBER), BeforeValidator(_whole)]
Line = Annotated[str, Field(max_length=300), BeforeValidator(_cleaned)]
Text = Annotated[str, Field(max_length=_LONGEST), BeforeValidator(_cleaned)]
Words = Annotated[str, Field(min_length=1, max_length=_LONGEST), AfterValidator(_speaks), BeforeValidator(_cleaned)]
Act = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_speaks), BeforeValidator(_cleaned)]
Note = Annotated[str, Field(max_length=2_000), BeforeValidator(_cleaned)]
PublicId = Annotated[str, Field(pattern=r"^[0-9a-z]{1,12}$")]
Language = Literal["en", "lt", "hr", "he", "et", "sk"]
# Two enumerations of the desk are called Kind; in the document each stands where it is used.
ContactKind = Annotated[
    ContactPoint.Kind, WithJsonSchema({"type": "string", "enum": ContactPoint.Kind.values, "title": "Contact kind"})
]
ReplyKind = Annotated[Kind, WithJsonSchema({"type": "string", "enum": Kind.values, "title": "Reply kind"})]


class _In(BaseModel):
    """A body: fields that are not known are refused, so that a slip of the pen is not passed over."""

    model_config = ConfigDict(extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


# Problems, health, the token itself.


class FieldProblem(_Out):
    """What is wrong with one field."""

    field: str
    detail: str


class ProblemOut(_Out):
    """Problem details (RFC 9457)."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)


class Health(_Out):
    """Whether the desk answers and its database with it."""

    status: Literal["ok"]
    version: str


class PersonOut(_Out):
    """Somebody who works at the desk."""

    id: int
    name: str
    role: Role


class PersonList(_Out):
    """People who work at the desk."""

    items: list[PersonOut]


class Me(_Out):
    """The token that asks, and whose it is."""

    person: PersonOut
    language: str
    name: str
    prefix: str
    scopes: list[str]
    per_minute: int
    expires_at: Moment


# Cases.


class CustomerRef(_In):
    """Whose case: a customer who is known, or a contact that leads to one; made when there is none."""

    id: PublicId | None = None
    kind: ContactKind | None = None
    value: Line = ""
    network: Annotated[str, Field(max_length=32), BeforeValidator(_cleaned)] = ""
    name: Annotated[str, Field(max_length=160), BeforeValidator(_cleaned)] = ""
    language: Language | None = None


class NewCase(_In):
    """A case to open: with what the customer said, or, where we knew first, without."""

    customer: CustomerRef
    channel: Channel
    text: Text = ""
    subject: Line = ""
    language: Language | None = None
    sent_at: Moment | None = None
    opened_by_us: StrictBool = False


class CustomerShort(_Out):
    """A customer, in short."""

    id: str
    name: str


class CaseOut(_Out):
    """A case."""

    id: str
    customer: CustomerShort
    subject: str
    channel: Channel
    language: str
    state: CaseState
    severity: int
    urgency: int
    kinds: list[str]
    stakes: list[str]
    flags: list[str]
    fault: Fault
    assignee: PersonOut | None
    team: str | None
    waits_since: Moment | None
    next_word_at: Moment | None
    next_word_why: str
    opened_by_us: bool
    failure_number: int
    set_aside_why: str
    created_at: Moment
    updated_at: Moment
    first_reply_at: Moment | None
    last_in_at: Moment | None
    last_out_at: Moment | None
    recovered_at: Moment | None
    closed_at: Moment | None
    page: str


class CaseList(_Out):
    """A page of cases."""

    items: list[CaseOut]
    next_cursor: str | None


class Assign(_In):
    """Who takes care of a case: a person's number, or null for nobody."""

    person: Number | None


class Move(_In):
    """Where a case goes.

    "again" takes it up again. "recovered" needs `word`: the number of the customer's message that says so. "set-aside"
    needs `why`.
    """

    to: Literal["open", "waiting-for-us", "waiting-for-customer", "recovered", "closed-silent", "set-aside", "again"]
    why: SetAsideWhy | None = None
    word: Number | None = None
    note: Note = ""


class EventOut(_Out):
    """One event of the story; `day` and `time` in the house's time zone, as far as known."""

    id: int
    day: Day | None
    time: str | None
    words: str


class OutlineOut(_Out):
    """The outline of a case: what the customer perceived and what the record shows are never merged.

    `seen` holds a stamp of each field: send it back with a change, and nothing that somebody else wrote in the
    meantime is overwritten.
    """

    perceived: str
    record: str
    cause: str
    fix: str
    prevention: str
    make_good: str
    longer_answer: str
    fault: Fault
    events: list[EventOut]
    seen: dict[str, str]


_OutlineText = Annotated[str, Field(max_length=20_000), BeforeValidator(_cleaned)]


class OutlineChange(_In):
    """Fields of the outline to change; those that are absent stay."""

    perceived: _OutlineText | None = None
    record: _OutlineText | None = None
    cause: _OutlineText | None = None
    fix: _OutlineText | None = None
    prevention: _OutlineText | None = None
    make_good: _OutlineText | None = None
    longer_answer: _OutlineText | None = None
    fault: Fault | None = None
    seen: dict[
        Literal["perceived", "record", "cause", "fix", "prevention", "make_good", "longer_answer"],
        Annotated[str, Field(max_length=64)],
    ] = Field(default_factory=dict)


class LogEntry(_Out):
    """One change of a case."""

    id: int
    at: Moment
    person: PersonOut | None
    actor: str
    act: str
    before: dict[str, Any]
    after: dict[str, Any]
    note: str


class LogList(_Out):
    """A page of a log."""

    items: list[LogEntry]
    next_cursor: str | None


# Customers.


class Contact(_Out):
    """Where a customer can be reached."""

    kind: ContactKind
    network: str
    value: str
    verified: bool
    private: bool


class CustomerOut(_Out):
    """A customer."""

    id: str
    name: str
    form_of_address: str
    gendered_form: str
    language: str
    reach: str
    reach_words: str
    cares_about: str
    notes: str
    contacts: list[Contact]
    cases: int
    erased: bool
    created_at: Moment
    updated_at: Moment
    page: str


class CustomerList(_Out):
    """Customers that were found."""

    items: list[CustomerOut]


class CustomerChange(_In):
    """What is to be changed; "" takes out what was known."""

    name: Annotated[str, Field(max_length=160), BeforeValidator(_cleaned)] | None = None
    form_of_address: FormOfAddress | Literal[""] | None = None
    gendered_form: GenderedForm | Literal[""] | None = None
    language: Language | Literal[""] | None = None
    reach: Reach | Literal[""] | None = None
    reach_words: Annotated[str, Field(max_length=200), BeforeValidator(_cleaned)] | None = None
    cares_about: Note | None = None
    notes: Annotated[str, Field(max_length=20_000), BeforeValidator(_cleaned)] | None = None


# Messages.


class MessageOut(_Out):
    """Something said by one side, or a note of ours.

    `words` are the writer's own, without quoted mail and signature; `text` is all of it.
    """

    id: int
    case: str
    direction: Direction
    channel: Channel
    public: bool
    automatic: bool
    author: PersonOut | None
    sender_name: str
    sender_address: str
    subject: str
    words: str
    text: str
    language: str
    sent_at: Moment
    received_at: Moment
    delivery: str
    attachments: list[str]


class MessageList(_Out):
    """A page of messages."""

    items: list[MessageOut]
    next_cursor: str | None


class NewMessage(_In):
    """What a customer said, in their words."""

    text: Words
    channel: Channel
    subject: Line = ""
    language: Language | None = None
    sent_at: Moment | None = None


class NewNote(_In):
    """A note that stays inside the house."""

    text: Words


class NewDraft(_In):
    """A reply proposed to a person, who reads, changes and sends it, or not."""

    text: Words
    kind: ReplyKind = Kind.REPLY
    subject: Line | None = None
    person: Number | None = Field(default=None, description="Who shall send it; you if absent.")


class NewReply(_In):
    """A reply to send. `reason` says why it is sent although errors are found; it is kept in the log."""

    text: Words
    kind: ReplyKind = Kind.REPLY
    subject: Line | None = None
    reason: Note = ""
    send_at: Moment | None = None


_REVIEW = {"type": "object", "x-shape": "Review"}
ReviewOut = Annotated[dict[str, Any], WithJsonSchema(_REVIEW)]
"""A review as `Review.to_dict` gives it; described by the core's own schema."""


class DraftOut(_Out):
    """A proposed reply with its review."""

    case: str
    kind: ReplyKind
    person: PersonOut
    subject: str
    text: str
    revision: int
    review: ReviewOut
    page: str


class ReplyOut(_Out):
    """A reply on its way."""

    id: int
    case: str
    kind: ReplyKind
    channel: Channel
    state: ReplyState
    author: PersonOut
    subject: str
    text: str
    not_before: Moment
    second_look: SecondLook
    sent_despite: str
    word: str
    stopped_why: str
    message: int | None
    created_at: Moment


# Promises.


class PromiseOut(_Out):
    """A promise. With `due_day` it is kept until the end of that day in the house's time zone, which is `due_at`."""

    id: int
    case: str
    message: int | None
    act: str
    quote: str
    owner: PersonOut | None
    due_day: Day | None
    due_at: Moment | None
    precision: str
    condition: str
    state: PromiseState
    overdue: bool
    evidence: str
    created_at: Moment
    kept_at: Moment | None
    settled_at: Moment | None


class PromiseList(_Out):
    """A page of promises."""

    items: list[PromiseOut]
    next_cursor: str | None


class NewPromise(_In):
    """A promise to record; `due_day` or `due_at` or neither."""

    act: Act
    owner: Number | None = None
    due_day: Day | None = None
    due_at: Moment | None = None
    quote: Note = ""
    condition: Line = ""
    message: Number | None = None


class Correct(_In):
    """What to correct of an open promise; what is absent stays. `due_day` and `due_at` null take the time away."""

    act: Act | None = None
    owner: Number | None = None
    due_day: Day | None = None
    due_at: Moment | None = None
    condition: Line | None = None
    note: Note = ""


class Keep(_In):
    """What was promised is done; `evidence` says what shows it."""

    evidence: Note = ""
    message: Number | None = None
    kept_at: Moment | None = None


class Break(_In):
    """It was not kept."""

    note: Note = ""


class Release(_In):
    """The customer lets us off: what they said, or the number of their message."""

    evidence: Note = ""
    message: Number | None = None


# Reading texts; nothing is stored.

_Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
_Name = Annotated[str, Field(max_length=160), BeforeValidator(_cleaned)]


class Check(_In):
    """A reply to check, with what is known of its case; or the number of a case that knows it."""

    text: Text
    language: Language | None = None
    complaint: Text | None = None
    name: _Name | None = None
    fault: Fault | None = None
    channel: Literal["private", "public"] | None = None
    jurisdiction: _Country | None = None
    case: PublicId | None = None
    utf16: StrictBool = Field(default=False, description="Spans count UTF-16 units, as JavaScript does.")
    promises: StrictBool = Field(default=False, description="Whether `promises` is filled too, with what it promises.")


class Part(_Out):
    """A part of a sincere apology."""

    label: str
    title: str


class Parts(_Out):
    """The parts of a sincere apology, in the order in which they are shown."""

    parts: list[Part]


class Hear(_In):
    """A customer's words."""

    text: Text
    language: Language | None = None
    channel: Literal["private", "public"] | None = None


class HearingOut(_Out):
    """What was heard: passages as their words."""

    model_config = ConfigDict(extra="allow")

    lang: str | None
    complaint: bool | None
    probability: float
    because: list[str]
    severity: Literal["none", "disappointment", "reproach", "anger", "threat", "grave"]
    urgency: Literal["none", "soon", "today"]
    kinds: list[str]
    stakes: list[str]
    asks: list[str]
    repeated: bool
    public: bool
    expected: list[str]
    happened: list[str]
    harm: list[str]
    contact: list[str]
    reason: str | None


class PromisesInText(_In):
    """A reply to look for promises in; without country and zone those of the house."""

    text: Text
    language: Language | None = None
    channel: Literal["private", "public"] | None = None
    sent_at: Moment | None = None
    utf16: StrictBool = Field(default=False, description="Spans count UTF-16 units, as JavaScript does.")


class TextPromise(_Out):
    """One promise of a text; `due` is a day or a moment in ISO 8601."""

    model_config = ConfigDict(extra="allow")

    quote: str
    span: list[int]
    who: Literal["I", "we", "other"]
    name: str | None
    act: str
    when: str | None
    due: str | None
    precision: str | None
    conditional: bool
    everyone: bool


class TextPromises(_Out):
    """The promises of a text, in their order."""

    promises: list[TextPromise]


class Guard(_In):
    """A reply that software wrote, with what is known of its case."""

    reply: Text
    complaint: Text | None = None
    name: _Name | None = None
    fault: Fault | None = None
    channel: Literal["private", "public"] | None = None
    language: Language | None = None
    may_promise: list[Literal["remedy", "time", "act"]] | None = Field(
        default=None, description="Kinds of promises that the reply may hold; those of the policy if absent."
    )
    confirmed: Annotated[list[Note], Field(max_length=50)] = Field(
        default_factory=list, description="Sentences that somebody at the business has confirmed, word for word."
    )
    first: StrictBool = Field(default=True, description="Whether it is the first answer to this complaint.")
    case: PublicId | None = Field(default=None, description="A case that knows the rest.")
    utf16: StrictBool = False


class GuardReason(_Out):
    """One thing that keeps a reply from being sent."""

    model_config = ConfigDict(extra="allow")

    kind: str
    outcome: Literal["pass", "rewrite-needed", "hold"]
    label: str | None
    words: str
    change: str
    mendable: bool
    spans: list[list[int]]
    quotes: list[str]


class RulingOut(_Out):
    """What becomes of a reply."""

    model_config = ConfigDict(extra="allow")

    version: int
    ruling: Literal["pass", "rewrite-needed", "hold"]
    words: str
    mendable: bool
    feedback: str
    reasons: list[GuardReason]
    promises: list[TextPromise]
    review: ReviewOut
    complaint: HearingOut | None
