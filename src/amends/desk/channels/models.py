"""Channels with their health, what was heard in them, and the answers that are posted there."""

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Message
from amends.desk.channels.kinds import Kind, kind_of
from amends.desk.clock.leases import Leased
from amends.desk.customers.models import ContactPoint
from amends.desk.intake.taking_in import plain
from amends.desk.sealed import SealedTextField
from amends.desk.states import Stateful, known_values
from amends.desk.tokens import new_token, public_id

__all__ = ["LONGEST_ID", "Answer", "Channel", "HeardItem", "as_stored", "key_of"]

LONGEST_ID = 400

_WATCHED_FOR = timedelta(days=14)


def key_of(remote_id: str) -> str:
    """An id of the other side as every database takes it: no NUL, no half of a character, not too long."""
    return plain(remote_id)[:LONGEST_ID]


def as_stored(data: Any) -> Any:
    """Plain data from the other side as every database takes it."""
    if isinstance(data, str):
        return plain(data)
    if isinstance(data, Mapping):
        return {plain(str(name)): as_stored(value) for name, value in data.items()}
    return [as_stored(one) for one in data] if isinstance(data, (list, tuple)) else data


def _hook_key() -> str:
    return new_token()[0]


class _Channels(models.Manager["Channel"]):
    """Leaves secrets sealed until somebody asks for them: a changed key then troubles one channel, not every page."""

    def get_queryset(self) -> "models.QuerySet[Channel]":
        """All channels."""
        return super().get_queryset().defer("secrets", "hook_key")


class Channel(Leased):
    """One place that is listened to, such as our account at a Mastodon server.

    Attributes:
        kind: The name of its kind; see `kinds`.
        settings: What its form holds but secrets, and what the kind has learnt.
        secrets: JSON of the secrets, sealed; read them as `secret_values`.
        cursor: Where to go on listening; the kind's own.
        hook_key: Secret part of the address at which the other side tells us.
        on: Whether it is listened to.
        look_at: When it is looked at next; None when it is off.
        looked_at: When it was looked at last without trouble.
        last_heard_at: When something new came in last.
        last_trouble, what_to_do: What is wrong, in words; "" when nothing is.
        troubles: How often in a row looking failed; `failing_since` since when.
        removed_at: It is not there any more; the row stays for what was heard in it.
    """

    objects: ClassVar[models.Manager["Channel"]] = _Channels()

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    kind = models.CharField(max_length=32)
    name = models.CharField(_("name"), max_length=80)
    settings = models.JSONField(default=dict, blank=True)
    secrets = SealedTextField(blank=True)
    cursor = models.JSONField(default=dict, blank=True)
    hook_key = SealedTextField(default=_hook_key, blank=True)
    on = models.BooleanField(default=True)
    look_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    looked_at = models.DateTimeField(null=True, blank=True)
    last_heard_at = models.DateTimeField(null=True, blank=True)
    last_trouble = models.TextField(blank=True)
    what_to_do = models.TextField(blank=True)
    troubles = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "pk")
        indexes = (models.Index(fields=["look_at"], name="channel_look_at"),)

    def __str__(self) -> str:
        return self.name

    @property
    def of_kind(self) -> Kind | None:
        """Its kind; None when its folder is not there any more."""
        return kind_of(self.kind)

    @property
    def secret_values(self) -> dict[str, str]:
        """Its secrets by the names of their fields."""
        return dict(json.loads(self.secrets)) if self.secrets else {}

    @property
    def hook_address(self) -> str:
        """Where the other side tells us of what is new."""
        return settings.PUBLIC_URL + reverse("channels:hook", args=[self.public_id, self.hook_key])

    def watched(self, most: int = 40) -> list[str]:
        """Ids of what customers wrote in the last two weeks in cases that are in hand: to be looked at again for edits
        and deletions, the one that was seen longest ago first.
        """
        gone = self.items.filter(state="gone").values("remote_id")
        rows = self.items.filter(
            state="read",
            read_at__gte=timezone.now() - _WATCHED_FOR,
            case__state__in=Case.IN_HAND,
        ).exclude(remote_id__in=gone)
        return list(dict.fromkeys(rows.order_by("seen_at", "pk").values_list("remote_id", flat=True)[: 2 * most]))[
            :most
        ]


class HeardState(models.TextChoices):
    """What became of it."""

    WAITING = "waiting", _("Waiting to be read")
    READ = "read", _("Read")
    UNREADABLE = "unreadable", _("Cannot be read")
    OWN = "own", _("Our own")
    GONE = "gone", _("Deleted there")


class HeardItem(Stateful, Leased):
    """One edition of one thing that was heard: its bytes as they came, and what became of them. What we post ourselves
    has a row too, so that answers to it are known.

    Attributes:
        remote_id: The other side's id.
        version: Names this edition.
        content: The bytes; blanked when the customer is erased.
        author: Who wrote it: the other side's id.
        address: Where it can be read.
        words: Why it cannot be read.
        seen_at: When the other side showed it last.
    """

    State = HeardState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("read", "unreadable", "own", "gone"),
        "unreadable": ("waiting",),
        "read": ("gone",),
        "own": ("gone",),
        "gone": (),
    }

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="items")
    remote_id = models.CharField(max_length=LONGEST_ID)
    version = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=HeardState.choices, default=HeardState.WAITING)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="heard_items")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="heard_items")
    contact = models.ForeignKey(ContactPoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=2000, blank=True)
    words = models.TextField(blank=True)
    came_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=["state", "id"], name="heard_item_state"),
            models.Index(fields=["case"], name="heard_item_case"),
        )
        constraints = (
            models.UniqueConstraint(fields=["channel", "remote_id", "version"], name="heard_item_once"),
            known_values("state", HeardState.values, "heard_item_state_known"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.remote_id}"


class AnswerState(models.TextChoices):
    """How far it has got."""

    WAITING = "waiting", _("Waits to be posted")
    POSTED = "posted", _("Posted")
    FAILED = "failed", _("Not posted")
    HELD = "held", _("Held back")


class Answer(Stateful, Leased):
    """One answer on its way to where the customer wrote, part by part.

    Attributes:
        to: The other side's id of what it answers.
        parts: Its parts in order, each within the limit. `portal.services.PLACE` stands for the secret link, which is
            put in as it leaves.
        remote_ids: The ids of the parts that stand there.
        private: Whether only the customer can read it.
        address: Where it begins.
        words: Why it was not posted.
        troubles: How often in a row posting failed.
    """

    State = AnswerState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "waiting": ("posted", "failed", "held"),
        "failed": ("waiting", "held"),
        "held": ("waiting",),
        "posted": (),
    }

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="answer")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="answers")
    to = models.CharField(max_length=LONGEST_ID)
    parts = models.JSONField(default=list)
    remote_ids = models.JSONField(default=list, blank=True)
    private = models.BooleanField(default=False)
    address = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=16, choices=AnswerState.choices, default=AnswerState.WAITING)
    words = models.TextField(blank=True)
    troubles = models.PositiveSmallIntegerField(default=0)
    post_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    posted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["state", "post_at"], name="channel_answer_due"),)
        constraints = (known_values("state", AnswerState.values, "channel_answer_state_known"),)

    def __str__(self) -> str:
        return f"{self.state} {self.to}"
