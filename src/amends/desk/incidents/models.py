"""Incidents: one cause, many customers. What happened, whom it hurt, what we say to all of them and to each."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Channel, Message
from amends.desk.clock.leases import Leased
from amends.desk.customers.models import Customer
from amends.desk.customers.reaching import normalised
from amends.desk.ledger.models import Promise
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values
from amends.desk.tokens import public_id

__all__ = [
    "FASTEST",
    "SLOWEST",
    "Incident",
    "IncidentCase",
    "Link",
    "MassPromise",
    "Note",
    "RecipientList",
    "Sending",
    "Subscriber",
    "Suspicion",
    "Update",
    "Writing",
    "WritingKind",
]

SLOWEST, FASTEST = 1, 6_000
"""Notes a minute: what may be chosen."""


class IncidentState(models.TextChoices):
    """Where an incident stands."""

    OPEN = "open", _("Going on")
    FIXED = "fixed", _("Stopped, being made good")
    CLOSED = "closed", _("Closed")


class Incident(Stateful):
    """One cause that hurt many customers (G1.8).

    Attributes:
        public_id: Its random name in the desk's addresses.
        slug: Its name in the address of the public page.
        salt: Keys the hashes of addresses, so that who was written to is known after an address was erased.
        title: In a few words, for us.
        happened, cause: What happened and why, in free words, for us.
        cause_key: The cause's name in the list of causes, when it has one.
        since: When it began.
        house_case: The case that stands for everybody: promises made to all hang on it, and what was said in public.
        published_at: When the public page first appeared; None while there is none.
        language: The language in which the page was first published; readers of other languages get it last.
    """

    State = IncidentState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "open": ("fixed", "closed"),
        "fixed": ("open", "closed"),
        "closed": ("open",),
    }

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    salt = models.CharField(max_length=64, editable=False)
    title = models.CharField(_("what it is, in a few words"), max_length=160)
    happened = models.TextField(_("what happened"), blank=True)
    cause = models.TextField(_("why, as far as we know"), blank=True)
    cause_key = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField(_("since when"))
    state = models.CharField(max_length=16, choices=IncidentState.choices, default=IncidentState.OPEN)
    led_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("who leads"))
    house_case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="incident")
    cases: "models.ManyToManyField[Case, IncidentCase]" = models.ManyToManyField(
        Case, through="IncidentCase", related_name="incidents"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    fixed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-since", "-pk")
        indexes = (models.Index(fields=["state", "-since"], name="incident_state_since"),)
        constraints = (known_values("state", IncidentState.values, "incident_state_known"),)

    def __str__(self) -> str:
        return self.title

    @property
    def log_subject(self) -> str:
        """What the log of the desk calls it."""
        return f"incident {self.public_id}"

    def address_key(self, address: str) -> str:
        """The hash under which a mail address is known to this incident, whatever its capital letters."""
        plain = normalised("mail", address).encode("utf-8", "surrogatepass")
        return hmac.new(self.salt.encode(), plain, hashlib.sha256).hexdigest()


class Link(models.TextChoices):
    """How a case came to an incident."""

    HAND = "hand", _("by hand")
    SEARCH = "search", _("from a search")
    SUGGESTED = "suggested", _("suggested, and confirmed by a person")
    SUSPICION = "suspicion", _("from a suspicion")
    NOTE = "note", _("opened by our note")


class IncidentCase(models.Model):
    """A case that an incident has."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="incident_links")
    how = models.CharField(max_length=16, choices=Link.choices)
    linked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-linked_at", "-pk")
        indexes = (models.Index(fields=["incident", "how", "-linked_at"], name="incident_case_how"),)
        constraints = (
            models.UniqueConstraint(fields=["incident", "case"], name="incident_case_once"),
            known_values("how", Link.values, "incident_case_how_known"),
        )


class UpdateState(models.TextChoices):
    """Whether readers see it."""

    DRAFT = "draft", _("Being written")
    PUBLISHED = "published", _("On the page")


class Update(Stateful):
    """One update on the public page.

    Attributes:
        next_by: By when the next one follows; that moment is a promise.
        promise: That promise in the ledger.
        mailed_to: The last subscriber to whom its mail was queued; None once all have it, 0 at the beginning.
    """

    State = UpdateState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {"draft": ("published",), "published": ()}

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="updates")
    state = models.CharField(max_length=16, choices=UpdateState.choices, default=UpdateState.DRAFT)
    next_by = models.DateTimeField(_("next update by"), null=True, blank=True)
    promise = models.ForeignKey(Promise, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    mailed_to = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-published_at", "-pk")
        indexes = (
            models.Index(fields=["incident", "-published_at"], name="update_incident_published"),
            models.Index(fields=["mailed_to"], condition=models.Q(mailed_to__isnull=False), name="update_to_mail"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["incident"], condition=models.Q(state="draft"), name="update_one_draft_at_a_time"
            ),
            known_values("state", UpdateState.values, "update_state_known"),
        )


class WritingKind(models.TextChoices):
    """What a text is for."""

    PAGE = "page", _("Public page")
    UPDATE = "update", _("Update")
    NOTE = "note", _("Personal note")


class Writing(models.Model):
    """A text in one language, written by a person, saved as typed; what readers see is `published`.

    Attributes:
        update: For an update: which.
        subject: A page's headline, or a note's subject.
        text: The apology, the update, or the note with its places for facts ("{name}").
        happened, doing: For a page: what happened, and what we do.
        corrections: Of the promises found in it, as the composer keeps them.
        reason: Why it goes out although errors are found.
        revision: Counts the saves, so that a second window cannot overwrite newer words unseen.
        published: {"subject", "text", "happened", "doing"} as readers see it; None while they see nothing.
        review: What the checker said of it when it was published.
    """

    Kind = WritingKind

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="writings")
    kind = models.CharField(max_length=8, choices=WritingKind.choices)
    update = models.ForeignKey(Update, on_delete=models.CASCADE, null=True, blank=True, related_name="writings")
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    happened = models.TextField(blank=True)
    doing = models.TextField(blank=True)
    corrections = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    review = models.JSONField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "kind", "language"],
                condition=models.Q(update__isnull=True),
                name="writing_one_a_language",
            ),
            models.UniqueConstraint(
                fields=["update", "language"], condition=models.Q(update__isnull=False), name="writing_one_an_update"
            ),
            known_values("kind", WritingKind.values, "writing_kind_known"),
        )

    @property
    def whole(self) -> str:
        """All that it says, as it is checked: the text first, so that places in it stay what they are."""
        return "\n\n".join(part for part in (self.text, self.happened.strip(), self.doing.strip()) if part.strip())


class Subscriber(models.Model):
    """Somebody who wants the updates by mail. The row goes when they want no more.

    Attributes:
        key: Part of the signed links in their mail.
        confirmed_at: When they said yes by the link in the mail; before, they get nothing but that mail, once.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="subscribers")
    address = models.CharField(max_length=320)
    address_key = models.CharField(max_length=64)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    key = models.CharField(max_length=32)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["incident", "address_key"], name="subscriber_once"),)


class SuspicionState(models.TextChoices):
    """What became of it."""

    RAISED = "raised", _("To look at")
    DISMISSED = "dismissed", _("Dismissed")
    TAKEN = "taken", _("Made an incident")


class Suspicion(Stateful):
    """More complaints of one kind on one channel than that time of the week has seen: perhaps an incident.

    Attributes:
        channel, kind: A channel, and a kind of failure in hearing's words; "" for any kind.
        hours: Length of the stretch of time in which they came.
        began, until: That stretch.
        count: How many customers complained in it.
        usual: How many were to be expected.
        before: How many there were in the same stretch of each earlier week, the latest first.
        chance: How likely so many are by chance.
        quiet_until: Until when it is not raised again after it was dismissed.
    """

    State = SuspicionState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "raised": ("dismissed", "taken"),
        "dismissed": ("raised",),
        "taken": (),
    }

    channel = models.CharField(max_length=16, choices=Channel.choices)
    kind = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=16, choices=SuspicionState.choices, default=SuspicionState.RAISED)
    hours = models.PositiveSmallIntegerField()
    began = models.DateTimeField()
    until = models.DateTimeField()
    count = models.PositiveIntegerField()
    usual = models.FloatField()
    before = models.JSONField(default=list)
    chance = models.FloatField()
    cases = models.ManyToManyField(Case, related_name="suspicions")
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True, blank=True, related_name="suspicions")
    raised_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-raised_at", "-pk")
        indexes = (models.Index(fields=["state", "-raised_at"], name="suspicion_state_raised"),)
        constraints = (
            models.UniqueConstraint(
                fields=["channel", "kind"], condition=models.Q(state="raised"), name="suspicion_one_raised"
            ),
            known_values("state", SuspicionState.values, "suspicion_state_known"),
        )


class RecipientListState(models.TextChoices):
    """How far a list got."""

    PREVIEW = "preview", _("Waits for its columns to be named")
    TAKEN = "taken", _("Taken over")


class RecipientList(Stateful):
    """A list of people that was uploaded. Its content is thrown away once it is taken over.

    Attributes:
        content: The file as text.
        delimiter: "," ";" or a tab.
        header: Names of its columns.
        lines: How many rows it has.
        mapping: For each column: "address", "name", "language", "" to leave it out, or "fact:order".
        taken, doubled, wrong: How many rows became recipients, named somebody again, could not be used.
        problems: [[line, words], ...] for the latter two, in the importer's language.
    """

    State = RecipientListState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {"preview": ("taken",), "taken": ()}

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="lists")
    name = models.CharField(max_length=200)
    content = models.TextField(blank=True)
    delimiter = models.CharField(max_length=1)
    header = models.JSONField(default=list)
    lines = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=16, choices=RecipientListState.choices, default=RecipientListState.PREVIEW)
    taken = models.PositiveIntegerField(default=0)
    doubled = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    uploaded_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (known_values("state", RecipientListState.values, "recipient_list_state_known"),)


class SendingState(models.TextChoices):
    """How far the notes of an incident are."""

    PREPARING = "preparing", _("Not started")
    SENDING = "sending", _("Being sent")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("All that can go has gone")


class Sending(Stateful, Leased):
    """The sending of an incident's personal notes: planned, throttled, paused, resumed, stopped.

    Attributes:
        per_minute: How many notes leave in a minute at most.
        look_at: When the clock looks at it next: to check notes, hand them over, or count what became of them; None
            while there is nothing to do.
        handed_at: When notes were handed over last, from which the throttle counts.
        started_by: Who let them go: they sign, and own the promises.
        notice: What stopped the clock's work on it, for people.
    """

    State = SendingState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "preparing": ("sending", "stopped"),
        "sending": ("paused", "stopped", "done"),
        "paused": ("sending", "stopped"),
        "stopped": ("sending",),
        "done": ("sending",),
    }

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="sending")
    state = models.CharField(max_length=16, choices=SendingState.choices, default=SendingState.PREPARING)
    per_minute = models.PositiveIntegerField(_("notes a minute, at most"), default=300)
    look_at = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="sending_look"),)
        constraints = (
            known_values("state", SendingState.values, "sending_state_known"),
            models.CheckConstraint(
                condition=models.Q(per_minute__gte=SLOWEST, per_minute__lte=FASTEST), name="sending_pace_possible"
            ),
        )


class NoteState(models.TextChoices):
    """How far one person's note is."""

    PLANNED = "planned", _("To be checked")
    READY = "ready", _("Checked, ready to go")
    HELD = "held", _("Held: to mend, or to leave out")
    LEFT_OUT = "left-out", _("Left out")
    HANDED = "handed", _("On its way")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Refused by the mail server")
    UNKNOWN = "unknown", _("Nobody knows whether it left")


class Note(Stateful):
    """One person's note. There is one for each address of an incident, whatever it is imported, linked or written from.

    Attributes:
        address: As given; "" once erased. `address_key` stays and keeps the address from being written to again.
        name, language: As given; language "" while not known.
        facts: Their own facts by name, from the list.
        source: "case" or "list"; `from_list` and `line` say where in a list.
        customer, case: As far as known; both are there once the note is handed over.
        held_why: Why it is held or left out: a code of `services.noting.WHY`; `held_words` is the detail.
        allowed: Codes that a person has let pass for this note.
        checked_day: The day for which its promises were reckoned, as "by tomorrow" depends on it.
        promises: What the note promises, as plain data of `amends.promises`.
        outgoing: Its mail.
    """

    State = NoteState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "planned": ("ready", "held", "left-out"),
        "ready": ("planned", "held", "left-out", "handed"),
        "held": ("planned", "left-out"),
        "left-out": ("planned", "handed"),
        "handed": ("sent", "failed", "unknown", "left-out"),
        "failed": ("handed", "sent"),
        "unknown": ("handed", "sent", "failed"),
        "sent": (),
    }
    BEFORE: ClassVar[tuple[str, ...]] = ("planned", "ready", "held", "left-out")
    """States in which nothing of it has left the desk."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notes")
    address = models.CharField(max_length=320, blank=True)
    address_key = models.CharField(max_length=64)
    name = models.CharField(max_length=160, blank=True)
    language = models.CharField(max_length=8, blank=True)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=8, default="list")
    from_list = models.ForeignKey(RecipientList, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    line = models.PositiveIntegerField(null=True, blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="incident_notes")
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    outgoing = models.OneToOneField(
        OutgoingMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="incident_note"
    )
    state = models.CharField(max_length=16, choices=NoteState.choices, default=NoteState.PLANNED)
    held_why = models.CharField(max_length=24, blank=True)
    held_words = models.TextField(blank=True)
    allowed = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    promises: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    checked_day = models.DateField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=["incident", "state", "id"], name="note_incident_state"),
            models.Index(fields=["incident", "customer"], name="note_incident_customer"),
        )
        constraints = (
            models.UniqueConstraint(fields=["incident", "address_key"], name="note_once_an_address"),
            known_values("state", NoteState.values, "note_state_known"),
        )

    def __str__(self) -> str:
        return self.name or self.address


class MassPromise(models.Model):
    """A promise that the notes of an incident make to many people alike.

    Each person has a row of their own in the ledger, in the case of theirs; `promise` stands for all of them on the
    board, with reminders, and when it is settled the clock settles the others alike.

    Attributes:
        bundle: The name under which the many rows are known in the ledger.
        count: How many people it was made to.
        settled: The state of `promise` that was carried over to the others last.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="mass_promises")
    bundle = models.CharField(max_length=64, unique=True)
    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="+")
    count = models.PositiveIntegerField(default=0)
    settled = models.CharField(max_length=16, blank=True)

    def __str__(self) -> str:
        return self.bundle
