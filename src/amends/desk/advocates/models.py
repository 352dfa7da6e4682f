"""Advocates: customers who speak for the house, and those who might be asked (G5.4)."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from amends.desk.cases.models import Case, Message
from amends.desk.clock.leases import Leased
from amends.desk.customers.models import Customer
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["Advocate", "AdvocateSettings", "Consent", "Deed", "Reward", "Sign", "Thanks", "Use"]


class Use(models.TextChoices):
    """What a customer can agree to."""

    QUOTE = "quote", _("To be quoted")
    CALL = "call", _("To be called by other customers")
    TRY = "try", _("To try new things")
    REVIEW = "review", _("A review of their own accord")


class AdvocateState(models.TextChoices):
    """How far it has come."""

    FOUND = "found", pgettext_lazy("advocate", "Found")
    LATER = "later", pgettext_lazy("advocate", "Not now")
    NEVER = "never", pgettext_lazy("advocate", "Never")
    LAPSED = "lapsed", _("Not to be asked any more")
    TAKEN_UP = "taken-up", _("Somebody will ask")
    ASKED = "asked", pgettext_lazy("advocate", "Asked")
    AGREED = "agreed", _("Speaks for us")
    DECLINED = "declined", _("Would rather not")
    WITHDRAWN = "withdrawn", _("Has taken it back")
    ERASED = "erased", pgettext_lazy("advocate", "Erased")


class AdvocateSettings(models.Model):
    """There is one row, number 1; get it with `services.advocate_settings()`.

    Attributes:
        per_year: What rewards of a calendar year may cost together, in the currency of the remedies. While it is 0
            there are none.
        thank_months: After so many months without a word of thanks somebody is reminded.
        heard_until: Number of the newest message that was looked at for praise.
    """

    per_year = models.DecimalField(_("for rewards in a year"), max_digits=12, decimal_places=2, default=0)
    thank_months = models.PositiveSmallIntegerField(_("months between thanks"), default=6)
    heard_until = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(pk=1), name="advocate_settings_are_one"),
            models.CheckConstraint(condition=models.Q(per_year__gte=0), name="advocate_budget_not_below_0"),
        )


class Advocate(Stateful, Leased):
    """One customer who might be asked, was asked, or speaks for us. It hangs on the customer and not on a case, so
    that a "never" holds although the case was blanked.

    Attributes:
        quiet_until: For "not now": the day on which they come up again.
        keeper: Who of ours takes care of them.
        note: Why somebody said "not now" or "never"; it stays with us.
        agreed_to: Values of `Use`; empty unless they speak for us.
        thanked_on: When we last thanked them.
        thank_from: From this day on thanks are due; None while they do not speak for us.
        look_at: When the clock reminds of it next.
    """

    State = AdvocateState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "found": ("taken-up", "later", "never", "lapsed", "erased"),
        "later": ("found", "taken-up", "never", "lapsed", "erased"),
        "never": ("erased",),
        "lapsed": ("found", "never", "erased"),
        "taken-up": ("asked", "agreed", "later", "never", "lapsed", "erased"),
        "asked": ("agreed", "declined", "withdrawn", "erased"),
        "agreed": ("withdrawn", "erased"),
        "declined": ("erased",),
        "withdrawn": ("erased",),
        "erased": (),
    }
    NOT_ASKED_YET: ClassVar[tuple[str, ...]] = ("found", "later", "taken-up")

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="advocate")
    state = models.CharField(max_length=16, choices=State.choices, default=State.FOUND)
    found_at = models.DateTimeField(default=timezone.now)
    quiet_until = models.DateField(null=True, blank=True)
    keeper = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    agreed_to = models.JSONField(default=list, blank=True)
    thanked_on = models.DateField(null=True, blank=True)
    thank_from = models.DateField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-found_at", "-pk")
        indexes = (
            models.Index(fields=["state", "-found_at", "-id"], name="advocate_state_found"),
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="advocate_look"),
            models.Index(fields=["thank_from"], condition=models.Q(thank_from__isnull=False), name="advocate_thank"),
        )
        constraints = (known_values("state", AdvocateState.values, "advocate_state_known"),)

    def __str__(self) -> str:
        return str(self.customer)

    @property
    def agreed_words(self) -> list[str]:
        """What they agreed to, in words."""
        return [str(use.label) for use in Use if use.value in self.agreed_to]


class Sign(models.Model):
    """Why somebody may be asked. It goes with its case, when that is erased or blanked.

    Attributes:
        kind: "recovered": their first failure was put right, by their own word. "praise": a message that thanks or
            praises, as the desk hears it. "told": somebody of ours heard it.
        standing: Of praise: "heard" until a person says "praise" or "none"; the others are "praise" at once.
        words: Of "told" what was said.
        moment: When it happened.
        person: Who said what it is.
    """

    class Kind(models.TextChoices):
        """Where it is from."""

        RECOVERED = "recovered", _("A first failure was put right")
        PRAISE = "praise", _("Praise that came in")
        TOLD = "told", _("Praise that somebody heard")

    class Standing(models.TextChoices):
        """Whether it counts."""

        HEARD = "heard", _("Is it praise?")
        PRAISE = "praise", _("Praise")
        NONE = "none", _("No praise")

    advocate = models.ForeignKey(Advocate, on_delete=models.CASCADE, related_name="signs")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.PRAISE)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    words = models.TextField(blank=True)
    moment = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-moment", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(kind="recovered"), name="advocate_sign_once_a_case"
            ),
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(kind="praise"), name="advocate_sign_once_a_message"
            ),
            known_values("kind", ["recovered", "praise", "told"], "advocate_sign_kind_known"),
            known_values("standing", ["heard", "praise", "none"], "advocate_sign_standing_known"),
        )


class Consent(models.Model):
    """One step between asking and taking back, with the words that were said.

    Attributes:
        words: Of "asked" ours, else the customer's own.
        agreed_to: What they have agreed to from then on.
        day: When it was said.
    """

    class Step(models.TextChoices):
        """What was said."""

        ASKED = "asked", _("We asked")
        AGREED = "agreed", _("They agreed")
        CHANGED = "changed", _("They changed what they agree to")
        DECLINED = "declined", _("They would rather not")
        WITHDRAWN = "withdrawn", _("They took it back")

    advocate = models.ForeignKey(Advocate, on_delete=models.CASCADE, related_name="consents")
    step = models.CharField(max_length=16, choices=Step.choices)
    words = models.TextField()
    agreed_to = models.JSONField(default=list, blank=True)
    day = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-day", "-pk")
        indexes = (models.Index(fields=["day"], name="advocate_consent_day"),)
        constraints = (
            known_values(
                "step", ["asked", "agreed", "changed", "declined", "withdrawn"], "advocate_consent_step_known"
            ),
        )


class Thanks(models.Model):
    """We thanked them: a person did, in their own words."""

    advocate = models.ForeignKey(Advocate, on_delete=models.CASCADE, related_name="thanks")
    words = models.TextField()
    day = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-day", "-pk")
        indexes = (models.Index(fields=["day"], name="advocate_thanks_day"),)


class Deed(models.Model):
    """What they did for us.

    Attributes:
        use: A value of `Use`, or "" for anything else.
    """

    advocate = models.ForeignKey(Advocate, on_delete=models.CASCADE, related_name="deeds")
    use = models.CharField(max_length=8, choices=Use.choices, blank=True)
    words = models.TextField()
    day = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-day", "-pk")
        constraints = (known_values("use", ["", *Use.values], "advocate_deed_use_known"),)


class Reward(models.Model):
    """Something for them, which is never for a review. The row stays when the customer is erased, without words, so
    that the budget of the year holds.

    Attributes:
        year: The calendar year whose budget it is from, in the house's time zone.
        cost: In the currency of the remedies.
        dropped_at: When somebody said that it was not given after all; then it costs nothing.
    """

    advocate = models.ForeignKey(Advocate, on_delete=models.CASCADE, related_name="rewards")
    what = models.CharField(max_length=200)
    why = models.TextField()
    cost = models.DecimalField(max_digits=12, decimal_places=2)
    year = models.PositiveSmallIntegerField()
    day = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-day", "-pk")
        indexes = (models.Index(fields=["year"], name="advocate_reward_year"),)
        constraints = (models.CheckConstraint(condition=models.Q(cost__gte=0), name="advocate_reward_not_below_0"),)
