"""The ledger: every promise to a customer, with owner, act, due moment and what became of it."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from amends.desk.cases.models import Case, Message
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["CalendarLink", "Promise", "WordOwed"]


class PromiseState(models.TextChoices):
    """What became of it."""

    OPEN = "open", _("Open")
    KEPT = "kept", _("Kept")
    LATE = "late", _("Kept late")
    BROKEN = "broken", pgettext_lazy("promise", "Broken")
    RELEASED = "released", _("Released by the customer")


class Precision(models.TextChoices):
    """How exactly the words say when."""

    MINUTE = "minute", _("to the minute")
    HOUR = "hour", _("to the hour")
    DAY = "day", _("to the day")
    WEEK = "week", _("to the week")
    MONTH = "month", _("to the month")
    YEAR = "year", _("to the year")


class Promise(Stateful, Leased):
    """One commitment.

    Attributes:
        message: Where it was made: a reply, an acknowledgement, a call written down.
        quote, start, end: Its words there, and their code point offsets in the message's text.
        act: What is promised, in short.
        due_day: The day until whose end it is kept, when it names a day.
        due_at: The moment by which it is kept, for a day its end in the house's time zone; None when no time is named.
        precision: How exact the words are: "minute", "hour", "day", "week", "month", "year" or "".
        conditional: Whether it hangs on something; `condition` says what.
        found: What was found in the text before a person corrected it; None when written by hand.
        confirmed_at: When the writer said that it is so.
        evidence: What shows that it was kept, in words; `evidence_message` the message that shows it.
        settled_at: When it left "open".
        kept_at: When what was promised was done.
        warned_at: When the customer was told, before it lapsed, that it cannot be kept in time.
        look_at: When the clock looks at it next, for reminders and lapsing.
        reminders: What was sent: [{"kind": "before", "at": "..."}].
        bundle: Names the promises that were made to many alike; one promise outside the bundle stands for them on the
            board and reminds of them. "" for a promise of its own.
    """

    State = PromiseState

    Precision = Precision

    # A settled promise is opened again only to correct a mistake; one that broke can still be done late.
    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "open": ("kept", "late", "broken", "released"),
        "broken": ("late", "released", "open"),
        "kept": ("open",),
        "late": ("open",),
        "released": ("open",),
    }

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="promises")
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="promises")
    quote = models.TextField(blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="promises")
    act = models.CharField(_("what is promised"), max_length=500)
    due_day = models.DateField(_("by the end of"), null=True, blank=True)
    due_at = models.DateTimeField(_("by"), null=True, blank=True)
    precision = models.CharField(max_length=8, choices=Precision.choices, blank=True)
    conditional = models.BooleanField(default=False)
    condition = models.CharField(_("hangs on"), max_length=300, blank=True)
    found = models.JSONField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    evidence = models.TextField(_("what shows it"), blank=True)
    evidence_message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence_for"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    reminders = models.JSONField(default=list, blank=True)
    bundle = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = (models.F("due_at").asc(nulls_last=True), "pk")
        indexes = (
            models.Index(fields=["state", "due_at"], name="promise_state_due"),
            models.Index(fields=["owner", "state", "due_at"], name="promise_owner_state_due"),
            models.Index(fields=["case", "due_at"], name="promise_case_due"),
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="promise_look"),
            models.Index(fields=["settled_at"], name="promise_settled"),
            models.Index(fields=["bundle", "state", "due_at"], name="promise_bundle_state_due"),
        )
        constraints = (
            known_values("state", PromiseState.values, "promise_state_known"),
            known_values("precision", ["", *Precision.values], "promise_precision_known"),
        )

    def __str__(self) -> str:
        return self.act

    @property
    def is_overdue(self) -> bool:
        """Whether it is open and its moment has passed."""
        return self.state == "open" and self.due_at is not None and self.due_at < timezone.now()


class WordOwed(models.Model):
    """A word to the customer that must go out before a promise lapses, because it cannot be kept in time (G2.2).

    It is a task on the case: the case's next word is due by `by`, and the promise's part of the case page asks for it.

    Attributes:
        why: Why the promise cannot be kept in time. It stays with us.
        offer_day: The day that could be offered instead, as far as known.
        by: By when the customer should have heard, before the promise lapses.
        done_at, outcome: When it was over and how: "told" or "not-needed"; None and "" while it is owed.
        message: What told them.
    """

    class Outcome(models.TextChoices):
        """How it ended."""

        TOLD = "told", _("The customer was told")
        NOT_NEEDED = "not-needed", _("Not needed any more")

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="words_owed")
    why = models.TextField(_("why it cannot be kept in time"))
    offer_day = models.DateField(_("a day that could be kept"), null=True, blank=True)
    by = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("by", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["promise"], condition=models.Q(done_at__isnull=True), name="word_owed_once_a_promise"
            ),
            known_values("outcome", ["", "told", "not-needed"], "word_owed_outcome_known"),
        )

    def __str__(self) -> str:
        return self.why


class CalendarLink(models.Model):
    """A secret address from which a person's calendar reads their promises. Only the hash of the secret is stored."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="calendar_links")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
