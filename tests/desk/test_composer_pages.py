"""The case page's composer, the check while writing, and the pages of a second person and of a talk."""

import json

import pytest
from django.urls import reverse

from amends.desk.cases.services import add_event, change_fault, change_outline
from amends.desk.composer.models import Draft, Reply
from amends.desk.composer.services import keep_draft, send

GOOD = "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I will bring you a new one tomorrow by 5 pm."
IFS = "Dear Rūta, we are sorry if the cake 🎂 caused any inconvenience."


def at(name, case, kind="reply"):
    return reverse(f"composer:{name}", args=[case.public_id, kind])


def page_of(browser, case, query=""):
    return browser.get(reverse("cases:case", args=[case.public_id]) + query).content.decode()


@pytest.fixture
def check(signed_in, agent):
    def ask(case, text, person=agent, kind="reply", **fields):
        answer = signed_in(person).post(at("check", case, kind), {"text": text, **fields})
        assert answer.status_code == 200
        return answer.json()

    return ask


def test_the_check_gives_places_as_browsers_count(make_case, agent, check):
    case = change_fault(agent, make_case(), "team")
    text = "🎂🎂 " + IFS
    found = check(case, text)
    units = text.encode("utf-16-le")
    marked = {units[2 * start : 2 * end].decode("utf-16-le") for _kind, start, end, _target in found["marks"]}
    assert any("if the cake 🎂" in words for words in marked)
    assert found["errors"] >= 1
    assert found["language"] == "en"


def test_line_ends_of_the_network_do_not_shift_places(make_case, agent, check):
    case = change_fault(agent, make_case(), "team")
    text = "Dear Rūta,\r\n\r\nWe are sorry if it upset you."
    plain = text.replace("\r\n", "\n")
    marked = [plain[start:end] for kind, start, end, _target in check(case, text)["marks"] if kind == "error"]
    assert any("if it upset you" in words for words in marked)


def test_what_stands_in_the_outline_is_asked_for(make_case, agent, check):
    case = make_case()
    change_outline(agent, case, "cause", "The order slip fell behind the oven.")
    panel = check(case, "Dear Rūta, I am sorry that the cake did not come on Saturday.")["panel"]
    assert "The order slip fell behind the oven." in panel
    assert "it stands in the outline" in panel


def test_who_failed_is_asked_for_as_long_as_nobody_has_said_it(make_case, agent, check):
    case = make_case()
    half = "Dear Rūta, I am sorry if you felt sent away."
    assert "Nobody has said yet who failed" in check(case, half)["panel"]
    change_fault(agent, case, "team")
    assert "Nobody has said yet who failed" not in check(case, half)["panel"]


def test_facts_that_the_outline_contradicts_are_shown(make_case, agent, check):
    case = make_case()
    change_outline(agent, case, "record", "Paid 28 € for it.")
    add_event(agent, case, words="Tomas packed the wrong box.")
    text = "Dear Rūta, I am sorry. You paid 38 € and Jonas packed the wrong box."
    found = check(case, text)
    asked = {text[start:end] for kind, start, end, _target in found["marks"] if kind == "fact"}
    assert asked == {"38 €", "Jonas"}
    assert "28 €" in found["panel"]


def test_the_check_keeps_nothing(make_case, check):
    case = make_case()
    check(case, GOOD)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("text", ["", " ", "\0\0", "🎂", "א", "<script>alert(1)</script>", "x" * 60_000])
def test_odd_texts_are_answered(make_case, check, text):
    found = check(make_case(), text)
    assert "<script>alert" not in found["panel"]


def test_words_of_customers_are_shown_as_words(make_case, signed_in, agent):
    evil = "<img src=x onerror=alert(1)> I expected the cake on Saturday and it never came."
    case = make_case(text=evil)
    page = page_of(signed_in(agent), case)
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_draft_is_kept_as_typed_and_comes_back(make_case, signed_in, agent):
    case = make_case()
    browser = signed_in(agent)
    answer = browser.post(at("draft", case), {"text": GOOD, "revision": "0", "reason": ""})
    assert answer.json() == {"revision": 1}
    assert "I will bring you a new one" in page_of(browser, case)
    stale = browser.post(at("draft", case), {"text": "Older", "revision": "0"})
    assert (stale.status_code, stale.json()["revision"]) == (409, 1)
    assert Draft.objects.get().text == GOOD.replace("\r\n", "\n")


def test_without_scripts_two_windows_lose_nothing(make_case, signed_in, agent):
    case = make_case()
    browser = signed_in(agent)
    browser.post(at("draft", case), {"text": "From the first window", "revision": "0"})
    browser.post(at("compose", case), {"text": "From the second", "revision": "0", "do": "send"})
    text = Draft.objects.get().text
    assert "From the first window" in text
    assert "From the second" in text
    assert not Reply.objects.exists()


def test_without_scripts_one_checks_mends_and_sends(make_case, signed_in, agent):
    case = change_fault(agent, make_case(), "team")
    browser = signed_in(agent)
    text = "Dear Rūta, we would like to apologise for the cake that did not come on Saturday. We forgot it."
    answer = browser.post(at("compose", case), {"text": text, "revision": "0", "do": "check"}, follow=True)
    page = answer.content.decode()
    assert 'value="fix-' in page
    number = page.partition('value="fix-')[2].partition('"')[0]
    revision = str(Draft.objects.get().revision)
    browser.post(at("compose", case), {"text": text, "revision": revision, "do": f"fix-{number}"})
    mended = Draft.objects.get()
    assert "would like to" not in mended.text
    browser.post(at("compose", case), {"text": mended.text, "revision": str(mended.revision), "do": "send"})
    assert Reply.objects.get().text == mended.text
    assert Draft.objects.get().text == ""


def test_errors_come_back_with_the_words(make_case, signed_in, agent):
    case = change_fault(agent, make_case(), "team")
    browser = signed_in(agent)
    answer = browser.post(at("compose", case), {"text": IFS, "revision": "0", "do": "send"}, follow=True)
    page = answer.content.decode()
    assert "Something in it would hurt" in page
    assert "🎂" in page
    assert not Reply.objects.exists()


def test_corrections_of_promises_are_kept_with_the_draft(make_case, signed_in, agent):
    case = make_case()
    browser = signed_in(agent)
    rows = browser.post(at("check", case), {"text": GOOD}).json()["promises"]
    key = rows.partition('name="promise-')[2].partition('-act"')[0]
    fields = {
        f"promise-{key}-act": "Bring a new cake", f"promise-{key}-was-act": "something else",
        f"promise-{key}-day": "2031-05-02", f"promise-{key}-was-day": "2031-05-02",
    }  # fmt: skip
    browser.post(at("draft", case), {"text": GOOD, "revision": "0", **fields})
    assert Draft.objects.get().corrections == {"found": {key: {"act": "Bring a new cake"}}}
    assert 'value="Bring a new cake"' in page_of(browser, case)


def test_a_second_person_finds_it_and_lets_it_go(make_case, signed_in, agent, junior):
    case = make_case()
    reply = send(junior, keep_draft(junior, case, "reply", text=GOOD))
    theirs, ours = signed_in(junior), signed_in(agent)
    listed = ours.get(reverse("composer:replies")).content.decode()
    assert "I will bring you a new one" in listed
    assert reverse("composer:approve", args=[reply.pk]) in listed
    assert reverse("composer:approve", args=[reply.pk]) not in theirs.get(reverse("composer:replies")).content.decode()
    assert theirs.post(reverse("composer:approve", args=[reply.pk])).status_code == 403
    assert ours.post(reverse("composer:approve", args=[reply.pk])).status_code == 302
    reply.refresh_from_db()
    assert reply.state == "waiting"


def test_undo_by_page_brings_the_words_back(make_case, signed_in, agent):
    case = make_case()
    browser = signed_in(agent)
    reply = send(agent, keep_draft(agent, case, "reply", text=GOOD))
    assert "Undo" in page_of(browser, case)
    browser.post(reverse("composer:undo", args=[reply.pk]))
    assert "I will bring you a new one" in page_of(browser, case)
    assert Draft.objects.get().text == GOOD


@pytest.mark.parametrize("name", ["compose", "check", "draft"])
def test_strangers_are_asked_to_sign_in(make_case, client, name):
    answer = client.post(at(name, make_case()), {"text": GOOD})
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]
    assert not Draft.objects.exists()


def test_the_call_sheet_holds_the_outline_and_takes_down_what_was_said(make_case, signed_in, agent):
    case = make_case()
    change_outline(agent, case, "make_good", "A cake of her choice for Sunday.")
    browser = signed_in(agent)
    address = reverse("composer:talk", args=[case.public_id])
    assert "A cake of her choice for Sunday." in browser.get(address).content.decode()
    typed = {
        "theirs": "She wants it at ten.", "ours": "I said I was sorry.", "channel": "call", "at": "", "confirm": "yes",
        "promise-new-0-act": "Bring it at ten", "promise-new-0-day": "2031-05-02", "promise-new-0-clock": "10:00",
        "promise-new-0-owner": str(agent.pk),
    }  # fmt: skip
    page = browser.post(address, typed, follow=True).content.decode()
    assert case.promises.get().act == "Bring it at ten"
    assert "Promised by word of mouth" in page
    refused = browser.post(address, {"channel": "call"})
    assert refused.status_code == 422


def test_history_with_us_counts_promises(make_case, make_customer, make_promise, signed_in, agent):
    from amends.desk.ledger.services import break_promise

    customer = make_customer()
    break_promise(agent, make_promise(make_case(customer)))
    page = page_of(signed_in(agent), make_case(customer))
    assert "Broken: 1" in page


def test_the_answer_of_the_check_is_plain_data(make_case, check):
    assert json.dumps(check(make_case(), GOOD))


def test_who_can_let_go_is_told_that_something_waits(make_case, signed_in, agent, junior):
    case = make_case()
    send(junior, keep_draft(junior, case, "reply", text=GOOD))
    address = reverse("composer:replies")
    assert address in page_of(signed_in(agent), case)
    assert f'href="{address}"' not in page_of(signed_in(junior), case)


def test_a_mail_that_was_refused_can_be_sent_again_from_its_case(make_case, signed_in, agent, junior):
    from amends.desk.cases.services import record_out
    from amends.desk.outbox.services import note_failure, queue

    case = make_case()
    message = record_out(agent, case, text="Sorry.", channel="mail", mail_id="<a@bakery.example>", delivery="waiting")
    row = queue(
        agent, purpose="reply", to=["r@mail.test"], subject="", text="Sorry.", message=message, mail_id=message.mail_id
    )
    note_failure(row, "550 nobody here")
    assert "550 nobody here" in page_of(signed_in(agent), case)
    address = reverse("composer:settle", args=[row.pk])
    assert signed_in(junior).post(address, {"do": "again"}).status_code == 403
    signed_in(agent).post(address, {"do": "again"})
    row.refresh_from_db()
    assert row.state == "waiting"
