"""Cases and everything that hangs on them."""

from amends.desk.cases.models.case import Case, CaseLog, Channel
from amends.desk.cases.models.hearing import Hearing, HearingCorrection
from amends.desk.cases.models.message import Attachment, Message, RawMessage
from amends.desk.cases.models.outline import Outline, OutlineEvent

__all__ = [
    "Attachment",
    "Case",
    "CaseLog",
    "Channel",
    "Hearing",
    "HearingCorrection",
    "Message",
    "Outline",
    "OutlineEvent",
    "RawMessage",
]
