"""Mail through providers: their posts are checked, kept before they are read, and each thing happens once."""

import base64
import hashlib
import hmac
import json
import time
from email.message import EmailMessage
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.utils import timezone

from amends.desk.cases.models import Case, CaseLog, RawMessage
from amends.desk.cases.services import record_out
from amends.desk.clock.loop import run_due
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.intake.models import Mailbox
from amends.desk.mailboxes import reading
from amends.desk.mailboxes.kinds import KINDS
from amends.desk.mailboxes.models import MailEvent, MailProvider, ProviderPost
from amends.desk.mailboxes.services import providing
from amends.desk.outbox.services import new_mail_id

KEY = "key-of-our-own-making"


@pytest.fixture
def make_provider(business, lead):
    def make(kind, key=""):
        return providing.add_provider(lead, kind=kind, key=key)

    return make


@pytest.fixture
def post():
    def send(provider, door, content, content_type="application/json", password=None, **headers):
        word = provider.password if password is None else password
        if word:
            headers["Authorization"] = "Basic " + base64.b64encode(f"amends:{word}".encode()).decode()
        return Client(enforce_csrf_checks=True).post(
            f"/mail-events/{provider.public_id}/{door}/", data=content, content_type=content_type, headers=headers
        )

    return send


@pytest.fixture
def sent(make_case, agent):
    """A mail of ours that has left."""

    def make():
        row = record_out(agent, make_case(), text="Sorry.", channel="mail", mail_id=new_mail_id(), delivery="sent")
        row.refresh_from_db()
        return row

    return make


def mime(number=1, to="hello@bakery.example"):
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Rūta <ruta{number}@mail.test>", to, f"Cake {number}"
    made["Message-ID"], made["Date"] = f"<cake{number}@mail.test>", "Mon, 02 Mar 2026 10:00:00 +0200"
    made.set_content("The cake never came. I want my money back. Tortas neatėjo.")
    made.add_attachment(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), maintype="image", subtype="png", filename="cake.png")
    return made.as_bytes()


def signed(fields, token="t1"):
    """Mailgun's signature over a moment and a token."""
    moment = str(int(time.time()))
    signature = hmac.new(KEY.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return fields | {"timestamp": moment, "token": token, "signature": signature}


def mailgun_mail(number=1, token="t1", **more):
    known = {"recipient": "hello@bakery.example", "sender": "ruta@mail.test", "body-mime": mime(number).decode()}
    return urlencode(signed(known | more, token)).encode()


def mailgun_event(mail_id, event="failed", token="e1", **more):
    data = {
        "event": event,
        "timestamp": time.time(),
        "recipient": "ruta@mail.test",
        "message": {"headers": {"message-id": mail_id.strip("<>")}},
        "delivery-status": {"message": "5.1.1 no such user", "description": ""},
        "severity": "permanent",
    }
    return json.dumps({"signature": signed({}, token), "event-data": data | more}).encode()


FORM = "application/x-www-form-urlencoded"


def test_mail_through_mailgun_opens_a_case_once_however_often_it_is_posted(make_provider, post, make_case):
    provider = make_provider("mailgun", KEY)
    Mailbox.objects.create(address="hello@bakery.example", kind="delivered")
    content = mailgun_mail()
    for _number in range(3):
        assert post(provider, "inbound", content, FORM).status_code == 200
    # Nothing is read before it is kept, and it is kept once.
    assert ProviderPost.objects.get().state == "waiting"
    assert not RawMessage.objects.exists()
    run_due(timezone.now())
    case = Case.objects.get()
    message = case.messages.get()
    assert "Tortas neatėjo" in message.text
    assert message.mail_id == "<cake1@mail.test>"
    assert [file.name for file in message.attachments.all()] == ["cake.png"]
    assert message.raw.envelope["to"] == ["hello@bakery.example"]
    assert message.raw.mailbox.startswith("mailbox ")
    kept = ProviderPost.objects.get()
    assert (kept.state, bytes(kept.content)) == ("read", b"")
    post(provider, "inbound", content, FORM)
    run_due(timezone.now())
    assert case.messages.count() == 1
    # The provider may wrap the same mail anew.
    post(provider, "inbound", mailgun_mail(token="t2"), FORM)
    run_due(timezone.now())
    assert Case.objects.count() == 1
    assert case.messages.count() == 1


def test_a_crash_between_keeping_and_reading_loses_and_doubles_nothing(make_provider, post, monkeypatch):
    provider = make_provider("mailgun", KEY)
    post(provider, "inbound", mailgun_mail(), FORM)
    true = reading._take

    def dies(provider, event):
        true(provider, event)
        raise ConnectionError("the process ends here")

    monkeypatch.setattr(reading, "_take", dies)
    run_due(timezone.now())
    assert ProviderPost.objects.get().state == "waiting"
    assert not RawMessage.objects.exists()
    assert not MailEvent.objects.exists()
    monkeypatch.undo()
    ProviderPost.objects.update(lease_until=None)
    run_due(timezone.now())
    run_due(timezone.now())
    assert Case.objects.count() == 1


@pytest.mark.parametrize("wrong", ["password", "none", "signature", "unsigned", "key"])
def test_a_post_that_is_not_genuine_is_refused_and_shown(make_provider, post, lead, signed_in, wrong):
    provider = make_provider("mailgun", KEY)
    content = mailgun_mail()
    more = {}
    if wrong == "password":
        more = {"password": "a guess"}
    elif wrong == "none":
        more = {"password": ""}
    elif wrong == "signature":
        content = content.replace(b"token=t1", b"token=t7")
    elif wrong == "unsigned":
        content = urlencode({"recipient": "hello@bakery.example", "body-mime": mime().decode()}).encode()
    else:
        providing.change_provider(lead, provider, on=True, key="another-key")
    assert post(provider, "inbound", content, FORM, **more).status_code == (401 if wrong == "none" else 403)
    assert not ProviderPost.objects.exists()
    if wrong != "none":
        assert "was refused" in signed_in(lead).get("/settings/mailboxes/").content.decode()


def test_a_provider_that_is_off_removed_or_unknown_has_no_door(make_provider, post, lead):
    provider = make_provider("mailgun", KEY)
    assert post(provider, "elsewhere", mailgun_mail(), FORM).status_code == 404
    providing.change_provider(lead, provider, on=False)
    assert post(provider, "inbound", mailgun_mail(), FORM).status_code == 404
    providing.change_provider(lead, provider, on=True)
    assert post(provider, "inbound", mailgun_mail(), FORM).status_code == 200
    password = provider.password
    providing.remove_provider(lead, provider)
    assert post(provider, "inbound", mailgun_mail(), FORM, password=password).status_code == 404


def test_what_cannot_be_read_is_kept_and_said_and_stops_nothing(make_provider, post, lead, signed_in):
    provider = make_provider("mailgun", KEY)
    post(provider, "inbound", urlencode(signed({"event": "inbound", "attachments": "[]"}, "t8")).encode(), FORM)
    post(provider, "inbound", mailgun_mail(), FORM)
    run_due(timezone.now())
    states = sorted(ProviderPost.objects.values_list("state", flat=True))
    assert states == ["read", "unreadable"]
    assert bytes(ProviderPost.objects.get(state="unreadable").content)
    assert Case.objects.count() == 1
    assert "could not be read" in signed_in(lead).get("/settings/mailboxes/").content.decode()


def test_what_could_not_be_read_can_be_read_again(make_provider, post, lead, signed_in, monkeypatch):
    provider = make_provider("mailgun", KEY)
    post(provider, "inbound", mailgun_mail(), FORM)

    def cannot(*_asked, **_more):
        raise LookupError("a form of post that this release does not know")

    monkeypatch.setattr(reading, "reader", cannot)
    run_due(timezone.now())
    assert ProviderPost.objects.get().state == "unreadable"
    monkeypatch.undo()
    page = f"/settings/mail-providers/{provider.pk}/"
    assert "Read 1 post again" in signed_in(lead).get(page).content.decode()
    assert signed_in(lead).post(page, {"again": "yes"}).status_code == 302
    run_due(timezone.now())
    assert Case.objects.count() == 1
    assert MailProvider.objects.get().trouble == ""


def test_what_waits_is_read_before_a_provider_is_removed(make_provider, post, lead):
    provider = make_provider("mailgun", KEY)
    post(provider, "inbound", mailgun_mail(), FORM)
    providing.remove_provider(lead, provider)
    run_due(timezone.now())
    assert Case.objects.count() == 1


def test_a_bounce_goes_to_the_case_of_the_mail_once(make_provider, post, sent):
    provider = make_provider("mailgun", KEY)
    message = sent()
    assert message.case.state == "waiting-for-customer"
    content = mailgun_event(message.mail_id)
    for _number in range(2):
        assert post(provider, "tracking", content).status_code == 200
        run_due(timezone.now())
    message.refresh_from_db()
    message.case.refresh_from_db()
    assert message.delivery == "bounced"
    assert "no such user" in message.delivery_words
    assert message.case.state == "waiting-for-us"
    assert CaseLog.objects.filter(act="message.returned").count() == 1


def test_delivered_delayed_and_called_spam(make_provider, post, sent):
    provider = make_provider("mailgun", KEY)
    message = sent()
    post(provider, "tracking", mailgun_event(message.mail_id, severity="temporary", token="e1"))
    post(provider, "tracking", mailgun_event(message.mail_id, event="delivered", token="e2"))
    post(provider, "tracking", mailgun_event(message.mail_id, event="complained", token="e3"))
    post(provider, "tracking", mailgun_event(message.mail_id, event="opened", token="e4"))
    post(provider, "tracking", mailgun_event("<nobody@knows>", event="delivered", token="e5"))
    run_due(timezone.now())
    acts = set(CaseLog.objects.filter(act__startswith="message.").values_list("act", flat=True))
    assert {"message.delayed", "message.delivered", "message.called-spam"} <= acts
    message.refresh_from_db()
    assert message.delivery == "sent"
    assert ProviderPost.objects.filter(state="read").count() == 5


def test_an_event_whose_token_was_seen_with_other_words_is_not_believed(make_provider, post, sent):
    # Mailgun signs moment and token, not the words: whoever caught one post could write others with it.
    provider = make_provider("mailgun", KEY)
    message = sent()
    post(provider, "tracking", mailgun_event(message.mail_id, event="opened", token="e1"))
    run_due(timezone.now())
    post(provider, "tracking", mailgun_event(message.mail_id, event="failed", token="e1"))
    run_due(timezone.now())
    message.refresh_from_db()
    assert message.delivery == "sent"


def test_postmark(make_provider, post, sent, make_case):
    provider = make_provider("postmark")
    said = {
        "FromName": "Rūta",
        "From": "ruta9@mail.test",
        "FromFull": {"Email": "ruta9@mail.test", "Name": "Rūta"},
        "To": "hello@bakery.example",
        "ToFull": [{"Email": "hello@bakery.example", "Name": ""}],
        "OriginalRecipient": "hello@bakery.example",
        "Subject": "The cake",
        "MessageID": "a-number-of-postmark",
        "Date": "Mon, 2 Mar 2026 10:00:00 +0200",
        "TextBody": "The cake never came. I want my money back. העוגה לא הגיעה.",
        "HtmlBody": "",
        "Headers": [{"Name": "Message-ID", "Value": "<cake9@mail.test>"}],
        "Attachments": [
            {"Name": "list.txt", "Content": base64.b64encode(b"flour").decode(), "ContentType": "text/plain"}
        ],
    }
    message = sent()
    case_ids = set(Case.objects.values_list("pk", flat=True))
    for _number in range(2):
        assert post(provider, "inbound", json.dumps(said)).status_code == 200
        run_due(timezone.now())
    new = Case.objects.exclude(pk__in=case_ids).get()
    assert new.messages.get().mail_id == "<cake9@mail.test>"
    assert "העוגה" in new.messages.get().text
    assert new.messages.get().attachments.get().name == "list.txt"
    bounce = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 7,
        "MessageID": message.mail_id.strip("<>"),
        "Email": "ruta@mail.test",
        "BouncedAt": "2026-03-02T10:00:00Z",
        "Details": "550 unknown",
    }
    for _number in range(2):
        post(provider, "tracking", json.dumps(bounce))
        run_due(timezone.now())
    message.refresh_from_db()
    assert message.delivery == "bounced"
    assert post(provider, "inbound", json.dumps(said), password="wrong").status_code == 403


def sns(said, kind="Notification", number="n1", **more):
    body = {
        "Type": kind,
        "MessageId": number,
        "TopicArn": "arn:aws:sns:eu-west-1:1:mail",
        "Timestamp": "2026-03-02T10:00:00.000Z",
        "Message": json.dumps(said),
        **more,
    }
    return json.dumps(body), {"X-Amz-Sns-Message-Type": kind, "X-Amz-Sns-Message-Id": number}


def test_amazon_ses(make_provider, post, sent):
    provider = make_provider("amazon-ses")
    received = {
        "notificationType": "Received",
        "receipt": {"action": {"type": "SNS", "encoding": "BASE64"}, "recipients": ["hello@bakery.example"]},
        "mail": {"source": "ruta@mail.test", "messageId": "m"},
        "content": base64.b64encode(mime(5)).decode(),
    }
    message = sent()
    body, headers = sns(received)
    assert post(provider, "inbound", body, "text/plain; charset=UTF-8", password="", **headers).status_code == 401
    for _number in range(2):
        assert post(provider, "inbound", body, "text/plain; charset=UTF-8", **headers).status_code == 200
        run_due(timezone.now())
    assert Case.objects.filter(messages__mail_id="<cake5@mail.test>").count() == 1
    bounced = {
        "notificationType": "Bounce",
        "mail": {
            "messageId": "a number of Amazon",
            "destination": ["ruta@mail.test"],
            "headers": [{"name": "Message-ID", "value": message.mail_id}],
        },
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": "ruta@mail.test", "diagnosticCode": "550 unknown"}],
        },
    }
    body, headers = sns(bounced, number="n2")
    assert post(provider, "tracking", body, "text/plain; charset=UTF-8", **headers).status_code == 200
    run_due(timezone.now())
    message.refresh_from_db()
    assert message.delivery == "bounced"


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.eu-west-1.amazonaws.com/?x",
        "https://sns.eu-west-1.amazonaws.com.evil.example/",
        "https://127.0.0.1/",
        "https://user@evil.example/sns.eu-west-1.amazonaws.com",
        "https://sns.eu-west-1.amazonaws.com:8443/",
    ],
)
def test_nobody_but_amazon_is_called_when_amazon_asks_to_be_let_in(make_provider, post, monkeypatch, address):
    called = []
    monkeypatch.setattr(reading.requests, "get", lambda *asked, **_more: called.append(asked))
    provider = make_provider("amazon-ses")
    body, headers = sns({}, kind="SubscriptionConfirmation", SubscribeURL=address, Token="t")
    post(provider, "tracking", body, "text/plain", **headers)
    run_due(timezone.now())
    assert not called
    assert ProviderPost.objects.get().state == "unreadable"


def test_sendgrid_signs_what_became_of_mail(make_provider, post, sent):
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    provider = make_provider("sendgrid", base64.b64encode(public).decode())
    message, other = sent(), sent()
    events = [
        {"event": "bounce", "email": "a@mail.test", "timestamp": 1, "sg_event_id": "1", "smtp-id": message.mail_id},
        {"event": "delivered", "email": "b@mail.test", "timestamp": 1, "sg_event_id": "2", "smtp-id": other.mail_id},
    ]

    def send(body, signs=None):
        signature = private.sign(b"170" + (signs or body), ec.ECDSA(hashes.SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": "170",
        }
        return post(provider, "tracking", body, **headers).status_code

    body = json.dumps(events).encode()
    assert send(body, signs=b"something else") == 403
    assert send(body) == 200
    # One of them again, in another batch.
    assert send(json.dumps(events[:1]).encode()) == 200
    run_due(timezone.now())
    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.delivery, other.delivery) == ("bounced", "sent")
    assert CaseLog.objects.filter(act="message.returned").count() == 1


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"Type": 7}', b"a=b", b"[[[]]]"])
def test_whatever_is_posted_nothing_breaks(make_provider, post, kind, content):
    provider = make_provider(kind, KEY if kind == "mailgun" else "")
    for door in ("inbound", "tracking"):
        assert post(provider, door, content).status_code in (200, 403)
        assert post(provider, door, content, "multipart/form-data; boundary=x").status_code in (200, 403)
    run_due(timezone.now())
    assert not ProviderPost.objects.filter(state="waiting").exists()
    assert not Case.objects.exists()


def test_a_post_that_is_too_large_is_refused_before_it_is_kept(make_provider, post, settings):
    provider = make_provider("postmark")
    settings.LARGEST_UPLOAD = 1_000
    assert post(provider, "inbound", b"x" * 2_001).status_code == 413
    assert not ProviderPost.objects.exists()


def test_only_leads_and_the_owner_set_providers_up(make_provider, agent, junior, lead, signed_in):
    provider = make_provider("mailgun", KEY)
    for person in (agent, junior):
        for act in (
            lambda: providing.add_provider(person, kind="mailgun", key=KEY),  # noqa: B023 - called at once
            lambda: providing.change_provider(person, provider, on=False),  # noqa: B023
            lambda: providing.remove_provider(person, provider),  # noqa: B023
            lambda: providing.read_again(person, provider),  # noqa: B023
        ):
            with pytest.raises(NotAllowed):
                act()
        assert signed_in(person).get(f"/settings/mail-providers/{provider.pk}/").status_code == 403
    for kind, key in (("nobody", ""), ("mailgun", ""), ("sendgrid", "no key")):
        with pytest.raises(WrongInput):
            providing.add_provider(lead, kind=kind, key=key)


def test_the_pages(business, lead, signed_in, post):
    desk = signed_in(lead)
    assert desk.get("/settings/mail-providers/new/").status_code == 200
    assert desk.post("/settings/mail-providers/new/", {"kind": "mailgun"}).status_code == 422
    made = desk.post("/settings/mail-providers/new/", {"kind": "mailgun", "key": KEY})
    row = MailProvider.objects.get()
    page = desk.get(made["Location"])
    assert f"amends:{row.password}@" in page.content.decode()
    assert f"/mail-events/{row.public_id}/inbound/" in page.content.decode()
    assert KEY not in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert desk.post(made["Location"], {"key": "", "switch": "yes"}).status_code == 302
    assert not MailProvider.objects.get().on
    assert MailProvider.objects.get().key == KEY
    desk.post(made["Location"], {"key": "", "switch": "yes"})
    post(row, "inbound", mailgun_mail(), FORM)
    assert "listening" in desk.get("/settings/mailboxes/").content.decode()
    assert desk.post(f"{made['Location']}remove/").status_code == 302
    assert not MailProvider.objects.exists()
