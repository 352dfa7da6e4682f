"""Reads one mail: headers, text, safe HTML, attachments, whether a person wrote it, and what is wrong with it.

    from amends.archive.mail import parse

    mail = parse(raw)
    print(mail.sender, mail.subject, mail.text)

`parse` takes any bytes and never raises. Mail is written by thousands of programs and by people who mean harm; what
breaks the standards is read as far as a person would read it, and `Mail.defects` says what was made of it.
"""

from amends.archive.mail.attachments import Attachment, safe_name, sniffed_type
from amends.archive.mail.automatic import Automatic, DeliveryReport, Recipient
from amends.archive.mail.defects import Defect
from amends.archive.mail.headers import Address
from amends.archive.mail.pages import safe_page
from amends.archive.mail.parsing import CalendarEvent, Mail, parse

__all__ = [
    "Address",
    "Attachment",
    "Automatic",
    "CalendarEvent",
    "Defect",
    "DeliveryReport",
    "Mail",
    "Recipient",
    "parse",
    "safe_name",
    "safe_page",
    "sniffed_type",
]
