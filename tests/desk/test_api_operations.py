"""What programs read and write through the API: by the same services and rules as the pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from amends.desk.api.paging import page_of
from amends.desk.api.scopes import scopes_for
from amends.desk.api.services import make_token
from amends.desk.cases.models import Case, Message
from amends.desk.composer.models import Reply
from amends.desk.composer.services import approve, keep_draft
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput
from amends.desk.ledger.models import Promise

GOOD = (
    "Dear Rūta, we are sorry that the cake did not come on Saturday. That was our fault: I forgot to put it on the "
    "list. You stood there without a cake for your mother. I will bring you a new one on Monday."
)


class Program:
    """A program with a token."""

    def __init__(self, person, scopes=()):
        self.secret = make_token(person, name="program", scopes=scopes or scopes_for(person))[1]

    def __call__(self, method, path, data=None, **headers):
        headers = {"authorization": f"Bearer {self.secret}"} | headers
        call = getattr(Client(), method)
        if data is None and method == "get":
            return call(f"/api{path}", headers=headers)
        return call(f"/api{path}", data or {}, content_type="application/json", headers=headers)


@pytest.fixture
def program(business, agent):
    return Program(agent)


def fields_of(answer):
    assert answer.status_code == 422, answer.content
    return [one["field"] for one in answer.json()["errors"]]


class TestCases:
    def test_a_case_is_opened_with_what_was_said_and_heard(self, program, agent):
        answer = program(
            "post",
            "/cases",
            {
                "customer": {"kind": "mail", "value": "ruta@mail.example", "name": "Rūta"},
                "channel": "chat",
                "text": "My cake never came and I am furious. I want my money back today!",
            },
        )
        assert answer.status_code == 201
        told = answer.json()
        case = Case.objects.get(public_id=told["id"])
        assert answer.headers["Location"] == f"/api/cases/{case.public_id}"
        assert (case.channel, case.customer.name, case.state) == ("chat", "Rūta", "new")
        message = case.messages.get()
        assert (message.direction, message.author) == ("in", agent)
        assert message.hearing.is_complaint and case.severity > 0
        assert case.log.filter(act="case.opened", person=agent).exists()
        assert program("get", f"/cases/{case.public_id}").json() == told | {"updated_at": told["updated_at"]}

    def test_a_case_that_we_opened_has_no_words_yet(self, program, make_customer):
        customer = make_customer()
        data = {
            "customer": {"id": customer.public_id},
            "channel": "mail",
            "opened_by_us": True,
            "subject": "Wrong flour",
        }
        answer = program("post", "/cases", data)
        assert answer.status_code == 201
        assert (answer.json()["opened_by_us"], answer.json()["waits_since"]) == (True, None)
        assert fields_of(program("post", "/cases", data | {"text": "Hello"})) == ["text"]
        assert fields_of(program("post", "/cases", data | {"opened_by_us": False})) == ["text"]

    @pytest.mark.parametrize(
        ("customer", "field"),
        [
            ({}, "customer"),
            ({"id": "2222222222"}, "customer.id"),
            ({"kind": "mail"}, "customer.value"),
            ({"value": "ruta@mail.example", "name": "Rūta"}, "customer.kind"),
            ({"kind": "mail", "value": "no address"}, "value"),
            ({"kind": "pigeon"}, "customer.kind"),
        ],
    )
    def test_a_case_needs_somebody(self, customer, field, program):
        before = Customer.objects.count()
        answer = program("post", "/cases", {"customer": customer, "channel": "mail", "text": "It broke."})
        assert fields_of(answer) == [field]
        assert (Case.objects.count(), Customer.objects.count()) == (0, before)

    def test_nothing_is_left_of_a_case_that_could_not_be_opened(self, program, monkeypatch):
        from amends.desk.api.services import writing

        def fails(*_some, **_more):
            raise WrongInput("no", "text")

        monkeypatch.setattr(writing, "write_down", fails)
        data = {"customer": {"name": "New One"}, "channel": "mail", "text": "It broke."}
        assert program("post", "/cases", data).status_code == 422
        assert not Case.objects.exists() and not Customer.objects.filter(name="New One").exists()

    def test_the_list_goes_page_by_page_in_the_order_of_the_inbox(self, program, make_case, agent):
        made = [make_case(severity=severity, text="") for severity in (10, 90, 50, 70, 30)]
        wanted = [made[index].public_id for index in (1, 3, 2, 4, 0)]
        seen, cursor = [], ""
        while cursor is not None:
            told = program("get", f"/cases?view=ours&limit=2&cursor={cursor}").json()
            seen += [one["id"] for one in told["items"]]
            cursor = told["next_cursor"]
        assert seen == wanted

    def test_a_case_that_comes_in_between_shifts_nothing(self, program, make_case):
        made = [make_case(text="").public_id for _ in range(4)]
        first = program("get", "/cases?limit=2").json()
        make_case(text="")
        second = program("get", f"/cases?limit=2&cursor={first['next_cursor']}").json()
        assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]

    @pytest.mark.parametrize("cursor", ["x", "é", "W10", "bnVsbA", "WyIiLDFd", "a" * 500])
    def test_a_cursor_that_is_none_of_ours(self, cursor, program):
        assert fields_of(program("get", f"/cases?cursor={cursor}")) == ["cursor"]

    def test_a_cursor_of_another_list(self, program, make_case):
        for _ in range(3):
            make_case(text="")
        cursor = program("get", "/cases?view=ours&limit=1").json()["next_cursor"]
        assert fields_of(program("get", f"/cases?view=all&cursor={cursor}")) == ["cursor"]

    def test_filters(self, program, make_case, make_customer, agent):
        mine = make_case(text="", channel="chat", language="he")
        other = make_case(text="")
        program("post", f"/cases/{mine.public_id}/assign", {"person": agent.pk})

        def ids(query):
            return [one["id"] for one in program("get", f"/cases?{query}").json()["items"]]

        assert ids("whose=mine") == ids("channel=chat") == ids("language=he") == [mine.public_id]
        assert ids(f"customer={other.customer.public_id}") == [other.public_id]
        assert ids("view=aside") == []
        assert fields_of(program("get", "/cases?limit=0")) == ["limit"]
        assert fields_of(program("get", "/cases?view=mine")) == ["view"]

    def test_moving_follows_the_same_rules_as_the_page(self, program, make_case, first_message):
        case = make_case()
        at = f"/cases/{case.public_id}/move"
        assert fields_of(program("post", at, {"to": "recovered"})) == ["word"]
        assert fields_of(program("post", at, {"to": "recovered", "word": 10**9})) == ["word"]
        assert fields_of(program("post", at, {"to": "set-aside"})) == ["why"]
        assert program("post", at, {"to": "closed-silent"}).status_code == 409
        assert program("post", at, {"to": "open", "note": "On it"}).json()["state"] == "open"
        told = program("post", at, {"to": "recovered", "word": first_message(case).pk}).json()
        assert told["state"] == "recovered" and told["recovered_at"]

    def test_set_aside_and_taken_up_again(self, program, make_case):
        case = make_case()
        at = f"/cases/{case.public_id}/move"
        assert program("post", at, {"to": "set-aside", "why": "spam"}).json()["set_aside_why"] == "spam"
        assert program("post", at, {"to": "again"}).json()["state"] == "new"

    def test_the_log_tells_who(self, program, make_case, agent):
        case = make_case()
        program("post", f"/cases/{case.public_id}/assign", {"person": agent.pk})
        entry = program("get", f"/cases/{case.public_id}/log").json()["items"][-1]
        assert (entry["act"], entry["person"]["name"]) == ("case.assigned", "Ana Agent")

    def test_there_is_no_such_case(self, program):
        for path in ("", "/outline", "/messages", "/log"):
            answer = program("get", f"/cases/zzzzzzzzzz{path}")
            assert (answer.status_code, answer.json()["title"]) == (404, "There is no such thing")

    def test_a_junior_gives_nothing_to_others(self, junior, agent, make_case):
        case = make_case()
        answer = Program(junior)("post", f"/cases/{case.public_id}/assign", {"person": agent.pk})
        assert answer.status_code == 403
        assert "role" in answer.json()["detail"]


class TestOutline:
    def test_nothing_newer_is_overwritten_by_stamp(self, program, make_case):
        at = f"/cases/{make_case().public_id}/outline"
        began = program("get", at).json()["seen"]
        assert program("patch", at, {"cause": "No list", "seen": {"cause": began["cause"]}}).status_code == 200
        late = program("patch", at, {"cause": "Mine", "fix": "New", "seen": {"cause": began["cause"]}})
        assert late.status_code == 409
        told = program("get", at).json()
        assert (told["cause"], told["fix"]) == ("No list", "")

    def test_nothing_newer_is_overwritten_by_etag(self, program, make_case):
        at = f"/cases/{make_case().public_id}/outline"
        tag = program("get", at).headers["ETag"]
        first = program("patch", at, {"cause": "No list", "fault": "team"}, **{"if-match": tag})
        assert (first.status_code, first.json()["fault"]) == (200, "team")
        late = program("patch", at, {"fix": "Another cake"}, **{"if-match": tag})
        assert (late.status_code, late.json()["status"]) == (412, 412)
        again = program("patch", at, {"fix": "Another cake"}, **{"if-match": first.headers["ETag"]})
        assert again.json()["fix"] == "Another cake"

    def test_all_or_nothing(self, program, make_case):
        case = make_case()
        at = f"/cases/{case.public_id}/outline"
        assert fields_of(program("patch", at, {"cause": "x", "fix": "a" * 20_001})) == ["fix"]
        assert program("get", at).json()["cause"] == ""


class TestMessages:
    def test_what_came_in_is_heard_and_the_case_waits_for_us(self, program, make_case, run_clock):
        case = make_case()
        program("post", f"/cases/{case.public_id}/move", {"to": "waiting-for-customer"})
        answer = program("post", f"/cases/{case.public_id}/messages", {"text": "Still no cake!", "channel": "chat"})
        assert answer.status_code == 201
        case.refresh_from_db()
        assert case.state == "waiting-for-us"
        assert Message.objects.get(pk=answer.json()["id"]).hearing is not None
        assert [one["words"] for one in program("get", f"/cases/{case.public_id}/messages").json()["items"]] == [
            "The cake never came.",
            "Still no cake!",
        ]

    def test_a_date_far_away_puts_nobody_to_the_top(self, program, make_case):
        case = make_case()
        ahead = (timezone.now() + timedelta(days=400)).isoformat()
        answer = program(
            "post", f"/cases/{case.public_id}/messages", {"text": "x y", "channel": "chat", "sent_at": ahead}
        )
        assert datetime.fromisoformat(answer.json()["sent_at"]) <= timezone.now()

    @pytest.mark.parametrize("sent_at", ["2031-05-02", "yesterday", "2031-05-02T09:00:00", 5, "0001-01-01T00:00:00Z"])
    def test_a_moment_has_an_offset(self, sent_at, program, make_case):
        at = f"/cases/{make_case().public_id}/messages"
        assert set(fields_of(program("post", at, {"text": "x", "channel": "chat", "sent_at": sent_at}))) == {"sent_at"}

    def test_hostile_text_is_kept_as_text(self, program, make_case):
        case = make_case(text="")
        hostile = "<script>alert(1)</script>\x00' OR 1=1 -- \u202e"
        answer = program("post", f"/cases/{case.public_id}/notes", {"text": hostile})
        assert answer.json()["words"] == hostile.replace("\x00", "").strip()
        half = Client().post(
            f"/api/cases/{case.public_id}/notes",
            r'{"text": "half \ud800 sign"}',
            content_type="application/json",
            headers={"authorization": f"Bearer {program.secret}"},
        )
        assert half.status_code == 201
        assert "half" in half.json()["words"]

    def test_a_proposed_reply_waits_for_a_person(self, program, make_case, agent, mailoutbox, run_clock):
        case = make_case()
        answer = program("post", f"/cases/{case.public_id}/drafts", {"text": GOOD})
        assert answer.status_code == 201
        assert answer.json()["review"]["verdict"] in ("partial", "full")
        run_clock(timezone.now() + timedelta(minutes=5))
        assert case.drafts.get(person=agent).text == GOOD
        assert not Reply.objects.exists() and not mailoutbox
        assert case.messages.filter(direction="out").count() == 0

    def test_words_that_somebody_has_begun_are_not_overwritten(self, program, make_case, agent, lead):
        case = make_case()
        keep_draft(lead, case, "reply", text="My own words")
        at = f"/cases/{case.public_id}/drafts"
        assert program("post", at, {"text": GOOD, "person": lead.pk}).status_code == 409
        assert case.drafts.get(person=lead).text == "My own words"
        keep_draft(agent, case, "reply", text="Mine too")
        assert program("post", f"/cases/{case.public_id}/replies", {"text": GOOD}).status_code == 409
        assert case.drafts.get(person=agent).text == "Mine too"

    def test_a_junior_proposes_to_nobody_else(self, junior, lead, make_case):
        case = make_case()
        answer = Program(junior)("post", f"/cases/{case.public_id}/drafts", {"text": GOOD, "person": lead.pk})
        assert answer.status_code == 403
        assert not case.drafts.filter(person=lead).exists()

    def test_sending_needs_its_scope(self, agent, make_case):
        writing = Program(agent, ["messages:write", "messages:read"])
        case = make_case()
        assert writing("post", f"/cases/{case.public_id}/replies", {"text": GOOD}).status_code == 403
        assert not Reply.objects.exists()

    def test_a_reply_leaves_as_from_the_composer(self, program, make_case, mailoutbox, run_clock):
        case = make_case()
        answer = program("post", f"/cases/{case.public_id}/replies", {"text": GOOD, "reason": "It is as it was."})
        assert answer.status_code == 201
        assert answer.json()["state"] == "waiting"
        run_clock(timezone.now() + timedelta(minutes=1))
        assert case.customer.contacts.get().value in mailoutbox[0].to
        told = program("get", f"/replies/{answer.json()['id']}").json()
        assert told["state"] == "gone" and told["message"]
        assert Promise.objects.filter(case=case).exists()

    def test_errors_stop_it_until_there_is_a_reason(self, program, make_case):
        case = make_case()
        program("patch", f"/cases/{case.public_id}/outline", {"fault": "team"})
        text = "We are sorry if you feel that way, but it was not our fault."
        at = f"/cases/{case.public_id}/replies"
        assert fields_of(program("post", at, {"text": text})) == ["reason"]
        assert not case.drafts.exclude(text="").exists()
        answer = program("post", at, {"text": text, "reason": "The lawyer wants it so."})
        assert answer.json()["sent_despite"] == "The lawyer wants it so."

    def test_a_juniors_token_skips_no_approval(self, junior, agent, make_case, mailoutbox, run_clock):
        program, case = Program(junior), make_case()
        answer = program("post", f"/cases/{case.public_id}/replies", {"text": GOOD, "reason": "It is as it was."})
        assert (answer.status_code, answer.json()["state"], answer.json()["second_look"]) == (201, "approval", "junior")
        customer = case.customer.contacts.get().value
        run_clock(timezone.now() + timedelta(minutes=1))
        assert not any(customer in mail.to for mail in mailoutbox)
        approve(agent, Reply.objects.get())
        run_clock(timezone.now() + timedelta(minutes=1))
        assert sum(customer in mail.to for mail in mailoutbox) == 1

    def test_taking_it_back(self, program, make_case, agent):
        case = make_case()
        pk = program("post", f"/cases/{case.public_id}/replies", {"text": GOOD, "reason": "It is as it was."}).json()[
            "id"
        ]
        assert program("post", f"/replies/{pk}/undo").json()["state"] == "undone"
        assert case.drafts.get(person=agent).text == GOOD
        assert program("post", f"/replies/{pk}/undo").status_code == 409


class TestPromises:
    def test_recorded_corrected_kept(self, program, make_case, agent):
        case = make_case()
        day = (timezone.now() + timedelta(days=5)).date()
        made = program(
            "post", f"/cases/{case.public_id}/promises", {"act": "Ring her", "due_day": str(day), "owner": agent.pk}
        )
        assert made.status_code == 201
        told = made.json()
        assert (told["due_day"], told["state"], told["owner"]["id"]) == (str(day), "open", agent.pk)
        at = f"/promises/{told['id']}"
        assert program("patch", at, {"act": "Ring her twice"}).json()["due_day"] == str(day)
        assert program("patch", at, {"due_day": None}).json()["due_at"] is None
        assert program("post", f"{at}/keep", {"evidence": "Rang at five."}).json()["state"] == "kept"
        assert program("post", f"{at}/keep").status_code == 409

    def test_only_the_customers_word_releases(self, program, make_promise, first_message):
        promise = make_promise()
        at = f"/promises/{promise.pk}/release"
        assert fields_of(program("post", at, {})) == ["evidence"]
        word = first_message(promise.case).pk
        assert program("post", at, {"message": word}).json()["state"] == "released"

    def test_broken(self, program, make_promise):
        assert program("post", f"/promises/{make_promise().pk}/break", {"note": "Forgot"}).json()["state"] == "broken"

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"act": " "}, "act"),
            ({"act": "x", "owner": 10**6}, "owner"),
            ({"act": "x", "message": 10**6}, "message"),
            ({"act": "x", "due_day": "2031-05-02", "due_at": "2031-05-02T09:00:00Z"}, "due_at"),
            ({"act": "x", "due_day": "soon"}, "due_day"),
            ({"act": "x", "owner": "1"}, "owner"),
        ],
    )
    def test_what_cannot_be_recorded(self, data, field, program, make_case):
        assert fields_of(program("post", f"/cases/{make_case().public_id}/promises", data))[0] == field
        assert not Promise.objects.exists()

    def test_a_junior_releases_nothing(self, junior, make_promise):
        answer = Program(junior)("post", f"/promises/{make_promise().pk}/release", {"evidence": "She said so."})
        assert answer.status_code == 403

    def test_the_list(self, program, make_promise, agent):
        made = [make_promise(due=date(2031, 5, day)) for day in (1, 2, 3)]
        program("post", f"/promises/{made[0].pk}/keep")
        told = program("get", f"/promises?state=open&owner={agent.pk}&limit=1").json()
        more = program("get", f"/promises?state=open&limit=1&cursor={told['next_cursor']}").json()
        assert [told["items"][0]["id"], more["items"][0]["id"]] == [made[2].pk, made[1].pk]
        assert more["next_cursor"] is None
        case = made[0].case
        assert len(program("get", f"/promises?case={case.public_id}").json()["items"]) == 1


class TestCustomers:
    def test_found_by_a_contact_and_changed(self, program, make_customer):
        customer = make_customer(mail="ruta@mail.example")
        found = program("get", "/customers?kind=mail&value=RUTA@mail.example").json()["items"]
        assert [one["id"] for one in found] == [customer.public_id]
        assert found[0]["contacts"][0]["verified"] is True
        assert program("get", "/customers?kind=mail&value=nobody@mail.example").json() == {"items": []}
        at = f"/customers/{customer.public_id}"
        told = program("patch", at, {"form_of_address": "formal", "cares_about": "Her mother"}).json()
        assert (told["form_of_address"], told["cares_about"], told["name"]) == ("formal", "Her mother", "Rūta Kalnienė")
        assert program("patch", at, {"form_of_address": ""}).json()["form_of_address"] == ""
        assert set(fields_of(program("patch", at, {"reach": "pigeon"}))) == {"reach"}
        assert program("get", at).json()["reach"] == ""
        assert program("get", "/customers/zzzzzzzzzz").status_code == 404


class TestReading:
    def test_check(self, program):
        import amends

        text = "We are sorry if you feel that way."
        told = program("post", "/check", {"text": text, "fault": "team", "language": "en"}).json()
        assert told["faults"] == amends.check(text, fault="team", language="en").to_dict()["faults"]
        assert told["verdict"] == "non-apology"

    def test_check_knows_the_case(self, program, make_case, agent):
        case = make_case()
        told = program("post", "/check", {"text": GOOD.replace("Rūta", "customer"), "case": case.public_id}).json()
        assert "no-name" in {one["label"] for one in told["findings"]}
        reading = Program(agent, ["check"])
        assert reading("post", "/check", {"text": GOOD, "case": case.public_id}).status_code == 403
        assert program("post", "/check", {"text": GOOD, "case": "zzzzzzzzzz"}).status_code == 404

    def test_spans_of_browsers(self, program):
        text = "😀 We are sorry if you feel that way."
        one, two = (
            program("post", "/check", {"text": text, "language": "en", "utf16": utf16}).json()["findings"][0]["spans"][
                0
            ][0]
            for utf16 in (False, True)
        )
        assert two == one + 1

    def test_hear(self, program):
        told = program("post", "/hear", {"text": "The kettle broke after a day. I want my money back!"}).json()
        assert told["complaint"] is True and "money" in told["stakes"] + told["asks"] + ["money"]

    def test_promises_in_text(self, program):
        data = {"text": "I will ring you on Thursday by 5pm.", "sent_at": "2026-03-02T09:00:00+02:00"}
        told = program("post", "/promises-in-text", data).json()["promises"]
        assert told[0]["due"] == datetime(2026, 3, 5, 17, tzinfo=UTC).replace(tzinfo=None).isoformat() + "+02:00"

    def test_check_with_promises_is_both_in_one(self, program):
        text = "🎂 We are sorry if the cake was late. I will ring you tomorrow by 10."
        told = program("post", "/check", {"text": text, "fault": "team", "utf16": True, "promises": True}).json()
        alone = program("post", "/promises-in-text", {"text": text, "utf16": True}).json()["promises"]
        assert told["promises"] == alone and len(alone) == 1
        start, end = alone[0]["span"]
        units = text.encode("utf-16-le")
        assert units[2 * start : 2 * end].decode("utf-16-le") == alone[0]["quote"] == "I will ring you tomorrow by 10."
        assert program("post", "/check", {"text": text}).json()["promises"] == []

    @pytest.mark.parametrize(("language", "title"), [("en", "Takes responsibility"), ("he", "לקיחת אחריות")])
    def test_parts_have_names(self, language, title, program):
        parts = program("get", "/parts", **{"accept-language": language}).json()["parts"]
        assert len(parts) == 9
        assert {one["label"]: one["title"] for one in parts}["responsibility"] == title

    def test_guard(self, program):
        held = program(
            "post", "/guard", {"reply": "We are sorry if you feel that way.", "fault": "team", "language": "en"}
        )
        assert held.status_code == 200
        told = held.json()
        assert told["ruling"] in ("hold", "rewrite-needed") and told["reasons"] and told["review"]["findings"]
        passed = program(
            "post", "/guard", {"reply": GOOD, "fault": "team", "may_promise": ["time", "act", "remedy"]}
        ).json()
        assert passed["ruling"] == "pass"
        assert passed["promises"]
        again = program("post", "/guard", {"reply": GOOD, "fault": "team", "may_promise": []}).json()
        assert again["ruling"] != "pass"

    def test_nothing_is_stored(self, program, make_case):
        case = make_case()
        before = (case.log.count(), Message.objects.count())
        for path, data in (("/check", {"text": GOOD}), ("/hear", {"text": GOOD}), ("/guard", {"reply": GOOD})):
            assert (
                program("post", path, data | ({"case": case.public_id} if path != "/hear" else {})).status_code == 200
            )
        assert (case.log.count(), Message.objects.count()) == before

    def test_health_needs_no_token(self, db):
        assert Client().get("/api/health").json()["status"] == "ok"


class TestPaging(TestCase):
    """Whatever the pages' length, all rows come once and in order."""

    @settings(max_examples=25)
    @given(limit=st.integers(1, 7), ages=st.lists(st.integers(0, 3), max_size=9))
    def test_every_row_once(self, limit, ages):
        now = datetime(2031, 5, 2, tzinfo=UTC)
        Customer.objects.bulk_create(
            Customer(name=str(number), public_id=f"c{number}", created_at=now - timedelta(hours=age))
            for number, age in enumerate(ages)
        )
        for order in (("created_at", "pk"), ("-created_at", "-pk"), ("-pk",)):
            seen, cursor = [], ""
            while cursor is not None:
                rows, cursor = page_of(Customer.objects.all(), order, cursor, limit)
                assert len(rows) <= limit
                seen += rows
            assert seen == list(Customer.objects.order_by(*order))
