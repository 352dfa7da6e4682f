"""What people can be told of. Other rooms add their own kinds with `register`, and tell with `services.tell_people`."""

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

__all__ = ["KINDS", "WAY_OFF", "Kind", "register"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event.

    Attributes:
        name: "promise.overdue".
        words: What happened, for people: a line of the settings, and the head of a push notification.
        urgent: May pass quiet hours, when the person says so.
        by_mail: Whether people are mailed unless they choose otherwise.
        personal: It concerns one person's own work, and is not told to a team.
        act: Only people who may do this act are ever told; "" for all of staff.
        choosable: Whether a person may choose how they are told; the others always come by mail.
    """

    name: str
    words: str | Lazy
    urgent: bool = False
    by_mail: bool = True
    personal: bool = False
    act: str = ""
    choosable: bool = True


KINDS: dict[str, Kind] = {}
"""All kinds by name, in the order in which they are shown."""

WAY_OFF = "way.off"
"""A way to a person does not work any more."""


def register(kind: Kind) -> None:
    """Add a kind; call it in the app's `AppConfig.ready`."""
    KINDS.setdefault(kind.name, kind)


for _kind in (
    Kind("case.given", _("A case was given to you"), by_mail=False, personal=True),
    Kind("case.answered", _("A customer wrote on your case"), by_mail=False),
    Kind("promise.soon", _("A promise is due soon"), personal=True),
    Kind("promise.overdue", _("A promise is overdue"), urgent=True),
    Kind("promise.day", _("The promises of the day"), personal=True),
    Kind("reply.to-read", _("A reply waits for a second look"), act="message.approve"),
    Kind("reply.read", _("Your reply was looked at"), personal=True),
    Kind("remedy.to-decide", _("A remedy waits for a decision"), act="remedy.approve"),
    Kind("remedy.decided", _("Your remedy was decided"), personal=True),
    Kind("cause.again", _("A cause came back"), urgent=True, act="recurrence.see"),
    Kind("prevention.due", _("A prevention needs you")),
    Kind("disclosure.due", _("A customer is to be told first")),
    Kind("incident.suspected", _("Many customers at once"), urgent=True, act="incident.edit"),
    Kind("channel.trouble", _("A channel is in trouble"), urgent=True, act="telling.hear-of-trouble"),
    Kind("advocate.thank", _("Somebody to thank"), personal=True),
    Kind(WAY_OFF, _("A way to tell you is switched off"), personal=True, choosable=False),
):
    register(_kind)
