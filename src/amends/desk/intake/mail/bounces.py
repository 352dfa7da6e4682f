"""Mails of ours that came back: the report goes to the case of the mail, and the case is ours to move again."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.archive.mail import DeliveryReport, Mail
from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import log, move
from amends.desk.house.services import house
from amends.desk.intake.mail.joining import in_brackets
from amends.desk.intake.mail.reply_address import case_of_addresses
from amends.desk.people.roles import Acting
from amends.desk.states import lock

__all__ = ["mark_returned", "returned_message"]

_LONGEST_WORDS = 500


def returned_message(mail: Mail, recipients: list[str]) -> Message | None:
    """Our message that a delivery report is about; None when it is none that the desk knows.

    Args:
        mail: A mail with a report.
        recipients: All addresses at which it may have arrived: a signed reply address tells the case when the report
            does not name the mail.
    """
    ours = Message.objects.filter(direction=Message.Direction.OUT).select_related("case__customer")
    if mail.report is not None and mail.report.message_id:
        return ours.filter(mail_id=in_brackets(mail.report.message_id)).order_by("-pk").first()
    case = case_of_addresses(recipients)
    if case is None:
        return None
    return ours.filter(~Q(mail_id=""), case=case).order_by("-sent_at", "-pk").first()


def mark_returned(acting: Acting, message: Message, report: DeliveryReport | None) -> None:
    """Note on a message of ours that it did not arrive, or is late; call it inside a transaction.

    When a person's words did not arrive, the customer still waits for us.
    """
    failed = report is None or not report.recipients or report.failed
    words = _words(report)
    case = lock(message.case)
    before = message.delivery
    message.delivery_words = words
    if failed:
        message.delivery = Message.Delivery.BOUNCED
    message.save(update_fields=["delivery", "delivery_words"])
    log(
        acting,
        case,
        "message.returned" if failed else "message.delayed",
        before={"message": message.pk, "delivery": before},
        after={"message": message.pk, "delivery": message.delivery, "words": words},
    )
    if failed and not message.automatic and case.state == Case.State.WAITING_FOR_CUSTOMER:
        move(acting, case, Case.State.WAITING_FOR_US)


def _words(report: DeliveryReport | None) -> str:
    told = [one for one in report.recipients if one.action in ("failed", "delayed", "")] if report else []
    with override(house().language):
        parts = [
            _("%(address)s: the other server answered “%(reason)s”.") % {"address": one.address, "reason": one.reason}
            if one.reason
            else _("%(address)s could not be reached (%(status)s).") % {"address": one.address, "status": one.status}
            if one.status
            else _("%(address)s could not be reached.") % {"address": one.address}
            for one in told
        ] or [_("The other server sent it back without saying why.")]
    return " ".join(parts)[:_LONGEST_WORDS]
