"""Setting up whom a second opinion is asked of; asking; keeping in the log that it was asked."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services import log as case_log
from amends.desk.composer.models import Kind
from amends.desk.composer.situation import situation_of
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import log
from amends.desk.opinion.asking import AskFailedError, ask_model
from amends.desk.opinion.judging import Line, Rewording, judged_questions, judged_rewording
from amends.desk.opinion.models import OpinionSettings
from amends.desk.opinion.prompting import for_questions, for_rewording, for_trying
from amends.desk.outward import NotThereError, checked_address
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = ["ask_questions", "ask_rewording", "change_settings", "opinion_settings", "switch_off", "try_out"]

_END = "/chat/completions"
LONGEST_SENTENCE = 1_000


def opinion_settings() -> OpinionSettings:
    """Whom a second opinion is asked of; made with its defaults when first asked for."""
    return OpinionSettings.objects.filter(pk=1).first() or OpinionSettings.objects.get_or_create(pk=1)[0]


def change_settings(
    acting: Person, *, address: str, model: str, key: str = "", confirmed: bool = False
) -> OpinionSettings:
    """Set up whom a second opinion is asked of, and switch it on.

    Args:
        acting: The owner.
        address: The beginning of the addresses of an OpenAI-compatible service.
        model: The model's name there.
        key: A new key; "" keeps the one there is, unless the address changes: a key goes to no other place.
        confirmed: Whether the owner has said, for this address, that texts may leave.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: A value is not possible, or the owner has not said yes.
    """
    require(acting, "opinion.edit")
    address = _checked(address)
    model = " ".join(model.split())
    if not model or len(model) > 200:
        raise WrongInput(_("Write the model’s name as the service calls it."), "model")
    if any(not sign.isascii() or not sign.isprintable() or sign == " " for sign in key):
        raise WrongInput(_("Paste the key as the service shows it."), "key")
    if not confirmed:
        raise WrongInput(_("Say yes to it first: without it nothing may leave."), "confirmed")
    row = opinion_settings()
    with transaction.atomic():
        lock(row)
        before = {"on": row.on, "address": row.address, "model": row.model}
        if key or row.address != address:
            row.key = key
        row.on, row.address, row.model = True, address, model
        row.confirmed_for, row.confirmed_by, row.confirmed_at = address, acting, timezone.now()
        row.save()
        after = {"on": True, "address": address, "model": model}
        log(acting, "opinion", "opinion.changed" if before["on"] else "opinion.on", before=before, after=after)
    return row


def switch_off(acting: Person) -> OpinionSettings:
    """Ask nobody any more.

    Raises:
        NotAllowed: Only the owner may.
    """
    require(acting, "opinion.edit")
    row = opinion_settings()
    with transaction.atomic():
        lock(row)
        if row.on:
            row.on = False
            row.save()
            log(acting, "opinion", "opinion.off")
    return row


def try_out(acting: Person) -> str:
    """Ask for one word, without anything of a case.

    Returns:
        What came back.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: It failed; the words say why.
    """
    require(acting, "opinion.edit")
    row = _ready()
    try:
        return ask_model(row, for_trying())[:200]
    except AskFailedError as error:
        raise WrongInput(error.words) from error


def ask_questions(acting: Person, case: Case, text: str, kind: str = Kind.REPLY) -> tuple[Line, ...]:
    """Ask for questions to the writer: what a reader would still want to know, what the outline holds and the draft
    does not say.

    Args:
        acting: Who writes.
        case: Whose reply it is.
        text: The draft, plain.
        kind: A value of `composer.models.Kind`.

    Raises:
        NotAllowed: They may not.
        NotFound: It is not switched on.
        WrongInput: There is no draft, or it failed; the words say why.
    """
    require(acting, "opinion.ask")
    row = _ready()
    if not text.strip():
        raise WrongInput(_("Write something first."), "text")
    at = situation_of(case)
    said = _asked(acting, case, row, for_questions(at, text, everyone=kind == Kind.PUBLIC), "questions")
    return judged_questions(said, at)


def ask_rewording(acting: Person, case: Case, text: str, span: tuple[int, int], kind: str = Kind.REPLY) -> Rewording:
    """Ask for a rewording of one sentence of a draft.

    Args:
        acting: Who writes.
        case: Whose reply it is.
        text: The draft, plain.
        span: The sentence, as code point offsets.
        kind: A value of `composer.models.Kind`.

    Raises:
        NotAllowed: They may not.
        NotFound: It is not switched on.
        WrongInput: There is no sentence, or it failed; the words say why.
    """
    require(acting, "opinion.ask")
    row = _ready()
    sentence = text[span[0] : span[1]]
    if not sentence.strip():
        raise WrongInput(_("Mark the sentence in your words, then ask."), "text")
    if len(sentence) > LONGEST_SENTENCE:
        raise WrongInput(_("This is long. Mark one sentence."), "text")
    at = situation_of(case)
    messages = for_rewording(at, text, sentence, everyone=kind == Kind.PUBLIC)
    said = _asked(acting, case, row, messages, "rewording")
    return judged_rewording(said, text, span, at, kind=kind, writer=str(acting.pk))


def _asked(acting: Person, case: Case, row: OpinionSettings, messages: list[dict[str, str]], what: str) -> str:
    if case.customer.erased_at is not None:
        raise NotFound(_("What the customer said is erased."))
    about = f"{row.model} · {urlsplit(row.address).netloc}"
    with transaction.atomic():
        lock(case)
        case_log(acting, case, f"opinion.{what}", note=about)
    try:
        return ask_model(row, messages)
    except AskFailedError as error:
        with transaction.atomic():
            lock(case)
            case_log(acting, case, "opinion.failed", note=f"{about}: {error.detail}"[:500])
        raise WrongInput(error.words) from error


def _ready() -> OpinionSettings:
    row = opinion_settings()
    if not row.may_be_asked:
        raise NotFound(_("A second opinion is not switched on."))
    return row


def _checked(address: str) -> str:
    address = address.strip().rstrip("/").removesuffix(_END).rstrip("/")
    try:
        parts = checked_address(address, inside=settings.OPINION_TO_PRIVATE)
    except NotThereError as error:
        raise WrongInput(_("Nothing can be posted there: %(why)s.") % {"why": error}, "address") from error
    if parts.query:
        raise WrongInput(_("Write it without a part behind the question mark."), "address")
    if parts.scheme != "https" and not settings.OPINION_TO_PRIVATE:
        raise WrongInput(_("Write an https address: texts of customers must not travel open."), "address")
    return address
