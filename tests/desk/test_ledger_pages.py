"""The pages of the ledger: the case's part, the board, the list, one promise, the calendar."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from amends.desk.ledger import feed
from amends.desk.ledger.models import CalendarLink, Promise, WordOwed
from amends.desk.ledger.services import keep


def form(promise, kind, **values):
    return {f"{kind}-{promise.pk}-{name}": value for name, value in values.items()}


def past(promise, hours=2):
    moment = timezone.now() - timedelta(hours=hours)
    Promise.objects.filter(pk=promise.pk).update(due_at=moment, due_day=None, look_at=moment)
    promise.refresh_from_db()
    return promise


@pytest.mark.parametrize("name", ["board", "list", "kept", "calendar"])
def test_every_role_sees_the_pages(name, make_person, signed_in, make_promise):
    make_promise(due=date(2031, 5, 2))
    for role in ("owner", "lead", "agent", "junior"):
        assert signed_in(make_person(role)).get(reverse(f"ledger:{name}")).status_code == 200


@pytest.mark.parametrize("name", ["board", "list", "kept", "calendar"])
def test_nobody_sees_them_without_signing_in(name, client, business):
    assert client.get(reverse(f"ledger:{name}")).status_code == 302


def test_the_case_shows_its_promises_and_takes_new_ones(make_case, agent, signed_in):
    case = make_case()
    browser = signed_in(agent)
    values = {"new-act": "Ring on Friday", "new-owner": agent.pk, "new-day": "2031-05-02", "new-clock": ""}
    answer = browser.post(reverse("ledger:add", args=[case.public_id]), values)
    assert answer.status_code == 303
    promise = case.promises.get()
    assert (promise.due_day, promise.owner, promise.state) == (date(2031, 5, 2), agent, "open")
    page = browser.get(reverse("cases:case", args=[case.public_id])).content.decode()
    assert "Ring on Friday" in page
    assert reverse("ledger:keep", args=[promise.pk]) in page


def test_a_time_without_a_day_is_refused_and_kept_in_the_form(make_case, agent, signed_in):
    case = make_case()
    values = {"new-act": "Ring on Friday", "new-clock": "15:00"}
    answer = signed_in(agent).post(reverse("ledger:add", args=[case.public_id]), values)
    assert answer.status_code == 422
    assert "Ring on Friday" in answer.content.decode()
    assert not case.promises.exists()


def test_a_time_is_meant_where_the_writer_is(make_case, make_person, signed_in):
    writer = make_person(time_zone="Asia/Jerusalem")
    case = make_case()
    values = {"new-act": "Ring", "new-day": "2031-05-02", "new-clock": "15:00"}
    signed_in(writer).post(reverse("ledger:add", args=[case.public_id]), values)
    assert case.promises.get().due_at.isoformat() == "2031-05-02T12:00:00+00:00"


def test_keeping_with_evidence_goes_back_to_where_one_was(make_promise, agent, signed_in):
    promise = make_promise(due=date(2031, 5, 2))
    back = reverse("cases:case", args=[promise.case.public_id]) + f"#promise-{promise.pk}"
    answer = signed_in(agent).post(
        reverse("ledger:keep", args=[promise.pk]), form(promise, "keep", evidence="Parcel 12") | {"next": back}
    )
    assert answer.headers["Location"] == back
    promise.refresh_from_db()
    assert (promise.state, promise.evidence) == ("kept", "Parcel 12")


def test_no_form_leads_to_another_site(make_promise, agent, signed_in):
    promise = make_promise()
    answer = signed_in(agent).post(
        reverse("ledger:keep", args=[promise.pk]), form(promise, "keep") | {"next": "https://elsewhere.example/"}
    )
    assert answer.headers["Location"] == reverse("ledger:promise", args=[promise.pk])


def test_done_after_its_moment_is_late_and_done_before_it_is_kept(make_promise, agent, signed_in):
    browser = signed_in(agent)
    late, kept = past(make_promise(due=date(2031, 5, 2))), past(make_promise(due=date(2031, 5, 2)))
    before = timezone.localtime(kept.due_at - timedelta(minutes=5), timezone.get_default_timezone())
    browser.post(reverse("ledger:keep", args=[late.pk]), form(late, "keep"))
    from zoneinfo import ZoneInfo

    local = before.astimezone(ZoneInfo("Europe/Vilnius"))
    values = form(kept, "keep", day=local.date().isoformat(), clock=f"{local:%H:%M}")
    browser.post(reverse("ledger:keep", args=[kept.pk]), values)
    late.refresh_from_db()
    kept.refresh_from_db()
    assert (late.state, kept.state) == ("late", "kept")


def test_done_in_the_future_is_refused_with_what_was_written(make_promise, agent, signed_in):
    promise = make_promise()
    values = form(promise, "keep", evidence="Parcel 12", day="2099-01-01")
    answer = signed_in(agent).post(reverse("ledger:keep", args=[promise.pk]), values)
    assert answer.status_code == 422
    assert "Parcel 12" in answer.content.decode()
    promise.refresh_from_db()
    assert promise.state == "open"


def test_a_release_needs_the_customers_words_and_a_juniors_is_refused(make_promise, agent, junior, signed_in):
    promise = make_promise()
    address = reverse("ledger:release", args=[promise.pk])
    assert signed_in(agent).post(address, form(promise, "release", evidence="")).status_code == 422
    assert signed_in(junior).post(address, form(promise, "release", evidence="Never mind")).status_code == 403
    promise.refresh_from_db()
    assert promise.state == "open"
    signed_in(agent).post(address, form(promise, "release", evidence="She said: never mind"))
    promise.refresh_from_db()
    assert (promise.state, promise.evidence) == ("released", "She said: never mind")


def test_a_junior_corrects_their_own_and_does_not_give_to_others(make_promise, junior, agent, signed_in):
    promise = make_promise(owner=junior, due=date(2031, 5, 2))
    browser = signed_in(junior)
    address = reverse("ledger:correct", args=[promise.pk])
    values = form(promise, "correct", act="Bring two cakes", owner=junior.pk, day="2031-05-03")
    assert browser.post(address, values).status_code == 303
    promise.refresh_from_db()
    assert (promise.act, promise.due_day) == ("Bring two cakes", date(2031, 5, 3))
    values = form(promise, "correct", act="Bring two cakes", owner=agent.pk, day="2031-05-03")
    assert browser.post(address, values).status_code == 403


def test_what_was_settled_by_mistake_is_opened_again_with_a_reason(make_promise, agent, signed_in):
    promise = keep(agent, make_promise())
    address = reverse("ledger:reopen", args=[promise.pk])
    assert signed_in(agent).post(address, form(promise, "reopen", note="")).status_code == 422
    signed_in(agent).post(address, form(promise, "reopen", note="Wrong row"))
    promise.refresh_from_db()
    assert promise.state == "open"
    assert "Wrong row" in signed_in(agent).get(reverse("ledger:promise", args=[promise.pk])).content.decode()


def test_the_board_puts_each_promise_into_its_place(make_promise, agent, signed_in, business):
    business.time_zone = "UTC"
    business.save()
    now = timezone.now()
    overdue = past(make_promise(act="Overdue one", due=date(2031, 5, 2)))
    make_promise(act="Week one", due=(now + timedelta(days=3)).date())
    make_promise(act="Later one", due=(now + timedelta(days=60)).date())
    make_promise(act="Undated one")
    keep(agent, make_promise(act="Kept one"))
    answer = signed_in(agent).get(reverse("ledger:board"))
    found = {column.key: [promise.act for promise in column.promises] for column in answer.context["columns"]}
    assert found == {
        "overdue": [overdue.act],
        "week": ["Week one"],
        "later": ["Later one"],
        "undated": ["Undated one"],
        "kept": ["Kept one"],
    }


def test_agents_see_their_own_first_and_can_see_all(make_promise, make_person, signed_in):
    make_promise(act="Of somebody else")
    browser = signed_in(make_person())
    assert "Of somebody else" not in browser.get(reverse("ledger:board")).content.decode()
    assert "Of somebody else" in browser.get(reverse("ledger:board"), {"whose": "all"}).content.decode()


def test_the_list_filters(make_promise, agent, lead, signed_in):
    make_promise(act="Ring Rūta", due=date(2031, 5, 2))
    past(make_promise(act="Refund the cake", due=date(2031, 5, 2), owner=lead))
    browser = signed_in(agent)

    def acts(**asked):
        return {row.act for row in browser.get(reverse("ledger:list"), asked).context["rows"]}

    assert acts() == {"Ring Rūta", "Refund the cake"}
    assert acts(state="overdue") == {"Refund the cake"}
    assert acts(owner=lead.pk) == {"Refund the cake"}
    assert acts(q="ring") == {"Ring Rūta"}
    assert acts(since="2031-05-01", until="2031-05-02") == {"Ring Rūta"}
    assert acts(state="kept") == set()


def test_what_a_customer_or_colleague_wrote_is_text_on_the_page(make_promise, agent, signed_in):
    promise = make_promise(act="<script>alert(1)</script>")
    page = signed_in(agent).get(reverse("ledger:promise", args=[promise.pk])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_word_owed_stands_on_the_case_and_ends_when_the_customer_knows(make_promise, agent, signed_in):
    from amends.desk.cases.services import record_out

    promise = make_promise(due=date(2031, 5, 2))
    browser = signed_in(agent)
    browser.post(reverse("ledger:danger", args=[promise.pk]), form(promise, "danger", why="The oven is broken"))
    word = WordOwed.objects.get()
    assert word.by < promise.due_at
    page = browser.get(reverse("cases:case", args=[promise.case.public_id])).content.decode()
    assert "The oven is broken" in page
    assert "The oven is broken" in browser.get(reverse("ledger:board")).content.decode()
    told = reverse("ledger:told", args=[word.pk])
    assert browser.post(told).status_code == 422
    record_out(agent, promise.case, text="It takes until Monday.", channel="call")
    assert browser.post(told).status_code == 303
    word.refresh_from_db()
    promise.refresh_from_db()
    assert (word.outcome, promise.warned_at is not None) == ("told", True)


def test_the_calendar_is_secret_shown_once_and_can_be_ended(make_promise, agent, signed_in, client):
    promise = make_promise(act="Bring a new cake", due=date(2031, 5, 2))
    make_promise(act="Undated")
    browser = signed_in(agent)
    address = browser.post(reverse("ledger:calendar"), {"do": "make"}).context["address"]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert token not in browser.get(reverse("ledger:calendar")).content.decode()
    assert not CalendarLink.objects.filter(token_hash=token).exists()
    answer = client.get(reverse("ledger:calendar-feed", args=[token]))
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [(str(event["summary"]), event["dtstart"].dt) for event in events] == [
        ("Bring a new cake", date(2031, 5, 2))
    ]
    assert promise.case.customer.name.encode() not in answer.content
    browser.post(reverse("ledger:calendar"), {"do": "revoke"})
    assert client.get(reverse("ledger:calendar-feed", args=[token])).status_code == 404


def test_a_calendar_ends_with_its_person_and_with_a_new_address(agent, client, business):
    old, new = feed.issue(agent), feed.issue(agent)
    assert client.get(reverse("ledger:calendar-feed", args=[old])).status_code == 404
    assert client.get(reverse("ledger:calendar-feed", args=[new])).status_code == 200
    agent.is_active = False
    agent.save()
    assert client.get(reverse("ledger:calendar-feed", args=[new])).status_code == 404
