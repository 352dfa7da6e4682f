"""Every page of the desk as an owner sees it: axe finds nothing, nothing runs over the edge, the console is silent.

English in light at 1280 px, Hebrew in dark at 390 px. `vendor/axe.min.js` is axe-core 4.10.3 (MPL-2.0), unchanged.
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import expect

from amends.desk.advocates.models import Advocate
from amends.desk.cases.models import Case
from amends.desk.causes.models import Cause
from amends.desk.channels.models import Channel, HeardItem
from amends.desk.composer.models import Kind
from amends.desk.composer.services import keep_draft
from amends.desk.customers.models import Customer
from amends.desk.deadlines.models import Profile
from amends.desk.demonstration.services import load
from amends.desk.incidents.models import Incident, Suspicion
from amends.desk.insight.models import Letter
from amends.desk.intake.models import Mailbox
from amends.desk.ledger.models import Promise
from amends.desk.mailboxes.models import MailProvider
from amends.desk.pages.middleware import LANGUAGE_COOKIE, THEME_COOKIE
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK
from amends.desk.people.services import invite
from amends.desk.plan.models import PlanVersion, WordsTrial
from amends.desk.plan.services import drilling
from amends.desk.portal.services import issue
from amends.desk.remedies.models import Remedy
from amends.desk.search.models import SavedView
from amends.desk.sidecar.models import Connection
from amends.desk.telling.models import Way
from amends.desk.webhooks.models import Endpoint

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
SHOTS = os.environ.get("AMENDS_TEST_SHOTS", "")
"""A folder for pictures of all pages, for somebody who wants to look at them."""

RUN_AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map("
RUN_AXE += "one => [one.id, one.help, one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))])"
RUNS_OVER = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.right > wide + 1 || box.left < -1);
  }).slice(0, 4).map(one => one.outerHTML.slice(0, 120));
}"""
DRAFT = "We apologize for any inconvenience, but you should have read the label. We will refund you by Friday."

# What a GET does not show as a page of ours, with the reason. Addresses that take only POST, and files, are no pages.
NO_PAGE = {
    "people:first-owner": "there is an owner",
    "people:second-factor": "leads to the sign-in unless a password was given just before",
    "people:provider": "no provider of sign-ins is set up",
    "people:provided": "a provider of sign-ins comes back to it",
    "people:new-password": "wants a secret out of a mail; it is the form of an invitation without the name",
    "ledger:told": "a part of the board",
    "ledger:calendar-feed": "a calendar for programs",
    "composer:compose": "leads to the case, where the draft is",
    "composer:reply": "nothing waits for a second look in the demonstration",
    "composer:file": "a file",
    "cases:attachment": "a file",
    "portal:file": "a file",
    "portal:renew": "wants a link that has ended",
    "causes:similar": "POST only",
    "incidents:columns": "wants a list whose columns are not known yet",
    "incidents:confirm": "wants a secret out of a mail",
    "incidents:leave": "wants a secret out of a mail",
    "incidents:notes-do": "POST only",
    "remedies:approval": "wants a secret out of a mail; the remedy's own page has the same form",
    "remedies:till-begin": "leads to the till",
    "remedies:voucher": "shown by the till",
    "insight:download": "a file",
    "intake:raw-bytes": "a file",
    "mailboxes:connected": "a provider of mail comes back to it",
    "mailboxes:ask": "leads to a provider of mail",
    "sidecar:raw": "a file",
    "plan:drills:arriving": "a part of the drill's page",
    "plan:words:propose": "wants a kind of business; the form is that of the words",
    "pages:alive": "words for machines",
}


@pytest.fixture
def desk(business: Any, make_person: Any, run_clock: Callable[..., int]) -> dict[str, dict[str, Any]]:
    """The demonstration, and the values in addresses: {beginning of an address, or its name: values}."""
    load(DESK)
    run_clock()
    owner = make_person("owner", name="Olga")
    now = timezone.now()
    case = Case.objects.filter(remedies__isnull=False, promises__isnull=False).first()
    assert case is not None
    keep_draft(owner, case, Kind.REPLY, text=DRAFT)
    incident = Incident.objects.get()
    endpoint = Endpoint.objects.create(name="Till", address="https://till.example/hook", events=["case.opened"])
    way = Way.objects.create(key="slack x", how="slack", name="Team", kinds=["promise.overdue"])
    provider = MailProvider.objects.create(kind="postmark", public_id="linen", password="a long password")
    zammad = Connection.objects.create(product="zammad", name="Zammad", address="https://desk.linen.example")
    box = Mailbox.objects.create(address="hello@linen.example", host="mail.linen.example", user="hello")
    channel = Channel.objects.create(kind="mastodon", name="Mastodon", look_at=None, last_trouble="It is away.")
    word = case.messages.filter(direction="in").first()
    HeardItem.objects.create(channel=channel, remote_id="1", state="read", case=case, message=word, read_at=now)
    HeardItem.objects.create(channel=channel, remote_id="2", state="unreadable", words="This is no post.")
    SavedView.objects.create(person=owner, name="Mail", asked="channel=mail")
    suspicion = Suspicion.objects.create(
        channel="mail", kind="late", hours=4, began=now - timedelta(hours=4), until=now, count=9, usual=1.5,
        before=[1, 2, 1], chance=0.0001,
    )  # fmt: skip
    content = {
        "well": ["All was well."],
        "wait": ["Nobody waited."],
        "next": ["Rest."],
        "address": "/",
        "link": "Inbox",
    }
    Letter.objects.create(
        person=owner, first=date(2026, 1, 1), language="en", subject="How January went", content=content
    )
    one = {"public_id": case.public_id, "kind": "reply", "field": "happened"}
    other = Customer.objects.exclude(pk=case.customer_id).earliest("pk")
    ended = drilling.end(owner, drilling.begin(owner, "oven"))
    return {
        "plan:drills:back": {"pk": ended.pk},
        "cases/": one,
        "customers/": {"public_id": case.customer.public_id, "other_id": other.public_id},
        "people/": {"pk": make_person("agent").pk},
        "join/": {"token": invite(owner, email="new@linen.example", role="agent")},
        "c/": {"token": issue(owner, case)},
        "promises/": {"pk": Promise.objects.earliest("pk").pk},
        "causes/": {"pk": Cause.objects.earliest("pk").pk},
        "remedies/": {"pk": Remedy.objects.earliest("pk").pk},
        "incidents/suspicions/": {"pk": suspicion.pk},
        "incidents/": {
            "public_id": incident.public_id,
            "kind": "note",
            "language": "en",
            "pk": incident.notes.earliest("pk").pk,
        },
        "i/": {"slug": incident.slug, "language": "he"},
        "insight/of/": {"key": "promises"},
        "insight/letters/": {"month": "2026-01"},
        "advocates/": {"public_id": Advocate.objects.latest("pk").customer.public_id, "act": "thank"},
        "settings/plan/drills/": {"pk": drilling.begin(owner, "oven").pk, "index": 0},
        "settings/plan/": {"number": PlanVersion.objects.latest("pk").number, "part": "first-hour"},
        "settings/words/": {"pk": WordsTrial.objects.latest("pk").pk},
        "settings/webhooks/": {"pk": endpoint.pk},
        "settings/channels/add/": {"kind": "mastodon"},
        "settings/channels/": {"public_id": channel.public_id},
        "settings/intake/": {"pk": box.pk},
        "settings/mailboxes/connect/": {"provider": "google"},
        "settings/mailboxes/": {"pk": box.pk},
        "settings/mail-providers/": {"pk": provider.pk},
        "settings/other-desks/new/": {"product": "chatwoot"},
        "settings/other-desks/": {"pk": zammad.pk},
        "settings/telling/": {"pk": way.pk},
        "settings/limits/": {"pk": Profile.objects.create(name="Eesti", country="EE").pk},
    }


def _patterns(within: URLResolver, before: str = "", space: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Each address that has a name: its route, its full name, the pattern."""
    for one in within.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one, route, ":".join(filter(None, (space, one.namespace))))
        elif one.name:
            yield route, f"{space}:{one.name}", one


def _pages(values: dict[str, dict[str, Any]], client: Client) -> Iterator[tuple[str, str, bool]]:
    """Name and address of each page, and whether one is signed in there."""
    for route, name, pattern in _patterns(get_resolver()):
        if name in NO_PAGE or (route.startswith("api/") and route != "api/"):
            continue
        wanted = set(re.findall(r"<(?:\w+:)?(\w+)>", route))
        given = next((given for start, given in values.items() if name == start or route.startswith(start)), {})
        address = reverse(name, kwargs={key: given.get(key, "1") for key in wanted})
        answer = client.get(address)
        if answer.status_code == 405 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        if answer.status_code != 200 or b"<html" in answer.content:
            yield name, address, getattr(pattern.callback, "login_required", True) or name == "remedies:till"


@pytest.mark.parametrize(
    ("language", "theme", "wide"), [("en", "light", 1280), ("he", "dark", 390)], ids=["english", "hebrew"]
)
def test_every_page(language: str, theme: str, wide: int, desk: dict[str, Any], live_server: Any, browser: Any) -> None:
    owner = Person.objects.get(name="Olga", demo=False)
    Person.objects.filter(pk=owner.pk).update(language=language, theme=theme)
    owner.refresh_from_db()
    client = Client()
    client.force_login(owner)
    wrong: list[str] = []
    views = {}
    for signed_in in (True, False):
        context = browser.new_context(viewport={"width": wide, "height": 844}, color_scheme=theme)
        cookies = {LANGUAGE_COOKIE: language, THEME_COOKIE: theme}
        if signed_in:
            cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
        context.add_cookies([{"name": key, "value": value, "url": live_server.url} for key, value in cookies.items()])
        views[signed_in] = context.new_page()
        views[signed_in].on("pageerror", lambda error: wrong.append(f"{here}: {error}"))
        views[signed_in].on("console", lambda said: wrong.append(f"{here}: {said.text}") if said.type == "error" else 0)
    seen = 0
    for here, address, signed_in in _pages(desk, client):
        page = views[signed_in]
        answer = page.goto(live_server.url + address)
        if not answer.ok or answer.request.redirected_from:
            wrong.append(f"{here} {address}: {answer.status}, at {page.url}")
            continue
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{language}-{here.replace(':', '-')}.png", full_page=True)
        page.evaluate(AXE)
        wrong += [f"{here} {address}: {one}" for one in page.evaluate(RUN_AXE)]
        wrong += [f"{here} {address} is too wide: {one}" for one in page.evaluate(RUNS_OVER)]
        seen += 1
    assert not wrong, "\n".join(wrong)
    assert seen > 60


def test_a_phones_navigation_folds(make_person: Any, sign_in: Any, live_server: Any) -> None:
    page = sign_in(make_person("owner"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(live_server.url)
    settings_entry = page.locator(".navigation a:visible", has_text="Settings")
    expect(page.locator(".navigation-entries a:visible")).to_have_count(4)
    expect(settings_entry).to_have_count(0)
    page.locator(".navigation-fold > summary").focus()
    page.keyboard.press("Enter")
    expect(settings_entry).to_have_count(1)
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    page.keyboard.press("Escape")
    expect(settings_entry).to_have_count(0)
    expect(page.locator(".navigation-fold > summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".navigation-fold li:nth-child(5) a")).to_be_focused()
    settings_entry.click()
    expect(page).to_have_url(re.compile("/settings/"))
    page.set_viewport_size({"width": 1280, "height": 844})
    expect(settings_entry).to_have_count(1)
    expect(page.locator(".navigation-fold")).to_be_hidden()
