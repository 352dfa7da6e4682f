"""Figures ready to be read, how far they are reckoned, and the letters to the owner.

From the cases to a page it goes in two steps. A `Fact` is what one case adds to one day, in numbers alone; a `Summary`
is what the facts of a month add up to. Pages read summaries. Facts name no person of ours and no words of anybody, so
that a case's figures outlive its content when a customer is erased.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.clock.leases import Leased
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.models import Person
from amends.desk.states import known_values

__all__ = ["Fact", "Letter", "LetterSettings", "Month", "Progress", "Scope", "Summary"]


class Fact(models.Model):
    """What one case adds to one day of the house's calendar.

    Attributes:
        case_number: The case's key. No foreign key: when a customer is erased, figures stay.
        team_number: The key of the team that takes care of the case; 0 for none.
        counts: How many of what, see `facts`.
        answer, apology, recovery: Seconds from the customer's first word; only on the day of that first word.
    """

    case_number = models.BigIntegerField()
    day = models.DateField()
    team_number = models.BigIntegerField(default=0)
    channel = models.CharField(max_length=16)
    language = models.CharField(max_length=8, blank=True)
    counts = models.JSONField(default=dict)
    answer = models.PositiveBigIntegerField(null=True, blank=True)
    apology = models.PositiveBigIntegerField(null=True, blank=True)
    recovery = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["day"], name="insight_fact_day"),)
        constraints = (models.UniqueConstraint(fields=["case_number", "day"], name="insight_fact_once"),)


class Month(Leased):
    """A month whose summaries are made, or are to be made anew.

    Attributes:
        stale_since: Since when a day of it has changed; None when its summaries are as the facts are.
    """

    first = models.DateField(unique=True)
    stale_since = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("first",)
        indexes = (
            models.Index(
                fields=["stale_since"], condition=models.Q(stale_since__isnull=False), name="insight_month_stale"
            ),
        )


class Scope(models.TextChoices):
    """What a summary tells apart."""

    ALL = "all", _("Everything")
    TEAM = "team", _("Team")
    CHANNEL = "channel", _("Way")
    LANGUAGE = "language", _("Language")
    CELL = "cell", _("Team, way and language")


class Summary(models.Model):
    """What the facts of one month add up to: of everything, of one team, way or language, or of one of each.

    Attributes:
        scope: What it tells apart; the fields that it does not tell apart are 0 and "".
        counts: Sums of the facts' counts.
        answer, apology, recovery: The seconds of each case, as little-endian unsigned 32-bit numbers: every median is
            exact, whatever is chosen.
    """

    first = models.DateField()
    scope = models.CharField(max_length=8, choices=Scope.choices)
    team_number = models.BigIntegerField(default=0)
    channel = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=8, blank=True)
    counts = models.JSONField(default=dict)
    answer = models.BinaryField(default=bytes)
    apology = models.BinaryField(default=bytes)
    recovery = models.BinaryField(default=bytes)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["scope", "first", "team_number", "channel", "language"], name="insight_summary_once"
            ),
            known_values("scope", Scope.values, "insight_summary_scope_known"),
        )


class Progress(models.Model):
    """How far the desk's changes have been taken up. There is one row, number 1.

    Attributes:
        log_mark: Key of the last entry of the log of cases that was taken up; None before the first time.
        case_mark: Key of the last case that the first reckoning, or the walk afterwards, has reached.
        walked: Whether the first reckoning has reached the end.
        looked_at: Up to when promises whose moment has passed were taken up.
        time_zone: Of the house when the facts were reckoned; in another one, days are other days.
        counters: Names of what other rooms count; a further one has all cases counted anew.
        look_again: Cases with words that are on their way still.
        standing: What customers wait for at this moment, see `reckoning.standing`.
    """

    log_mark = models.BigIntegerField(null=True, blank=True)
    case_mark = models.BigIntegerField(default=0)
    walked = models.BooleanField(default=False)
    looked_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    counters = models.JSONField(default=list, blank=True)
    look_again = models.JSONField(default=list, blank=True)
    standing = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="insight_progress_is_one"),)


class LetterSettings(models.Model):
    """Whether the monthly letter is written. There is one row, number 1; get it with `letters.letter_settings()`."""

    on = models.BooleanField(_("Write me a letter every month"), default=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="insight_letters_are_one"),)


class Letter(models.Model):
    """The letter of one month to one owner, as it was written.

    Attributes:
        first: First day of the month that it tells of.
        content: Its parts, each a list of sentences: {"well": [...], "wait": [...], "next": [...]}, and where the
            last part leads.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=300)
    content = models.JSONField(default=dict)
    mail = models.ForeignKey(OutgoingMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-first",)
        constraints = (models.UniqueConstraint(fields=["person", "first"], name="insight_letter_once"),)

    def __str__(self) -> str:
        return self.subject
