"""What somebody is writing, and what is on its way from the writer to the outbox."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Message
from amends.desk.clock.leases import Leased
from amends.desk.people.models import Person
from amends.desk.states import Stateful, known_values

__all__ = ["UNDO", "Draft", "Kind", "Reply", "ReplyFile", "ReplyState", "SecondLook"]

UNDO = timedelta(seconds=10)
"""How long a reply can be taken back before it leaves."""


class Kind(models.TextChoices):
    """Whom an answer is for."""

    REPLY = "reply", _("To the customer")
    PUBLIC = "public", _("In public")


class Draft(models.Model):
    """What one person is writing in one case, saved as typed.

    Attributes:
        corrections: What the writer corrected of the promises found, see `composer.promised`.
        reason: Why it is to be sent although errors are found.
        send_at: A time for sending that was chosen, as the form gave it ("2031-05-02T09:00"); "" for at once.
        revision: Counts the saves, so that a second window cannot overwrite newer words unseen.
        send_key: Names the next sending of this draft, so that a form sent twice is one sending.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    corrections = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)
    send_at = models.CharField(max_length=32, blank=True)
    revision = models.PositiveIntegerField(default=0)
    send_key = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case", "person", "kind"], name="draft_one_a_person"),
            known_values("kind", Kind.values, "draft_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"


class ReplyState(models.TextChoices):
    """Where a reply stands between its writer and the outbox."""

    APPROVAL = "approval", _("Waits for a second person")
    WAITING = "waiting", _("About to leave")
    TO_POST = "to-post", _("To be posted")
    GONE = "gone", _("Handed to the outbox")
    UNDONE = "undone", _("Taken back")
    SENT_BACK = "sent-back", _("Sent back to its writer")
    STOPPED = "stopped", _("Stopped")


class SecondLook(models.TextChoices):
    """Why a second person reads a reply before it leaves."""

    NONE = "", _("Not needed")
    JUNIOR = "junior", _("The writer is new")
    SECOND_FAILURE = "second-failure", _("We have failed this customer before")


class Reply(Stateful, Leased):
    """A finished reply until it is handed to the outbox. Until then nothing of it is in the case or the ledger, so
    that taking it back leaves no trace but in the log.

    Attributes:
        author: Who wrote it.
        channel: A value of `cases.Channel`: by mail, on the customer's page, or where it stands in public.
        to: Mail addresses; none for a page or a public answer.
        corrections: Of the promises found in it, see `composer.promised`.
        review: What the checker said of it when the writer sent it.
        sent_despite: The reason given for sending it although errors were found.
        mail_id: Its Message-ID, fixed here.
        not_before: When it leaves: ten seconds after sending, or a chosen time.
        scheduled: Whether the time was chosen.
        second_look: Why a second person reads it.
        decided_by: Who approved it or sent it back; `word` is what they said.
        stopped_why: Why it did not leave, in words for people.
        posting_at: When a program began to post it where the world reads it; set before the first byte goes out, so
            that after a crash nobody posts it a second time unseen.
        posting_why, posting_words: Why a person posts it although a program could: "refused" with its words, "unknown"
            when it may stand there already; "" when no program can.
        message: What became of it in the case.
    """

    State = ReplyState

    MOVES: ClassVar[Mapping[str, Collection[str]]] = {
        "approval": ("waiting", "sent-back", "undone"),
        "waiting": ("gone", "to-post", "undone", "stopped"),
        "to-post": ("gone", "undone", "stopped"),
        "stopped": ("undone", "waiting"),
        "gone": (),
        "undone": (),
        "sent-back": (),
    }

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    channel = models.CharField(max_length=16)
    to = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=8, blank=True)
    corrections = models.JSONField(default=dict, blank=True)
    review = models.JSONField(null=True, blank=True)
    sent_despite = models.TextField(blank=True)
    mail_id = models.CharField(max_length=255, unique=True)
    send_key = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=16, choices=ReplyState.choices)
    not_before = models.DateTimeField()
    scheduled = models.BooleanField(default=False)
    second_look = models.CharField(max_length=24, choices=SecondLook.choices, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    word = models.TextField(blank=True)
    stopped_why = models.TextField(blank=True)
    posting_at = models.DateTimeField(null=True, blank=True)
    posting_why = models.CharField(max_length=16, blank=True)
    posting_words = models.TextField(blank=True)
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="reply")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at", "pk")
        indexes = (
            models.Index(fields=["not_before"], condition=models.Q(state="waiting"), name="reply_due"),
            models.Index(fields=["created_at"], condition=models.Q(state="approval"), name="reply_for_approval"),
            models.Index(fields=["created_at"], condition=models.Q(state="to-post"), name="reply_to_post"),
            models.Index(fields=["case", "-created_at"], name="reply_case_created"),
        )
        constraints = (
            known_values("state", ReplyState.values, "reply_state_known"),
            known_values("kind", Kind.values, "reply_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.mail_id}"


class ReplyFile(models.Model):
    """A file that goes with a reply; its content is in the store under its hash. When the reply leaves, it becomes an
    attachment of the message; when it is taken back or sent back, it is with the draft again.

    Attributes:
        draft, reply: What it goes with: one of the two.
        name: Made safe for a file system and a header.
        content_type: As sniffed from the content.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="files")
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, null=True, blank=True, related_name="files")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120, default="application/octet-stream")
    size = models.PositiveBigIntegerField(default=0)
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["content_hash"], name="reply_file_content"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(draft__isnull=True, reply__isnull=False)
                | models.Q(draft__isnull=False, reply__isnull=True),
                name="reply_file_goes_with_one",
            ),
        )

    def __str__(self) -> str:
        return self.name
