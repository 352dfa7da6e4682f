"""In a browser: choosing how one is told, a push that is shown, a second opinion used by pressing its button."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from amends.desk.cases.services import change_outline, open_case, receive
from amends.desk.composer.models import Draft, Reply
from amends.desk.composer.services import keep_draft
from amends.desk.customers.services import find_or_create
from amends.desk.opinion.services import change_settings
from amends.desk.people.roles import INTAKE
from amends.desk.telling import services
from amends.desk.telling.models import Preferences, Way

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
RUN_AXE = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map("
RUN_AXE += "one => [one.id, one.help, one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))])"
SHOTS = os.environ.get("AMENDS_TEST_SHOTS", "")
VIEWS = [("en", "light", 1280), ("he", "dark", 390)]
IDS = ["english", "hebrew"]


class Model(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words = "1. Why was the cake late?\n2. Did Marius pay 300 EUR?"
        if "anew" in asked["messages"][0]["content"]:
            words = "We brought the cake late on 3 May, and that spoilt the party. <b>300 EUR</b> come back to you."
        content = json.dumps({"choices": [{"message": {"content": words}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        pass


@pytest.fixture
def model(settings):
    settings.OPINION_TO_PRIVATE = True
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/v1"
    listening.shutdown()
    listening.server_close()
    thread.join()


def shown(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("language", "theme", "wide"), VIEWS, ids=IDS)
def test_how_i_am_told(language, theme, wide, make_person, sign_in, live_server):
    owner = make_person("owner", name="Olga", language=language, theme=theme)
    services.add_slack(owner, name="#kitchen", address="https://hooks.slack.example/services/T0/B0/x")
    Way.objects.create(
        key="push a", how="push", person=owner, name="Firefox, Linux", state="off", off_why="410 push service says gone"
    )
    Way.objects.create(key="push b", how="push", person=owner, name="Chrome, Android", last_ok_at=timezone.now())
    Way.objects.create(key="slack t", how="slack", name="Team", kinds=["promise.overdue"])
    page = sign_in(owner)
    page.set_viewport_size({"width": wide, "height": 844})
    page.goto(live_server.url + reverse("telling:mine"))
    shown(page, f"told-{language}")
    page.locator("input[name='kind-promise.overdue'][value=slack]").uncheck()
    page.fill("#id_quiet_from", "22:00")
    page.fill("#id_quiet_until", "07:00")
    page.locator("form.card button").first.click()
    expect(page.locator("#id_quiet_from")).to_have_value("22:00")
    row = Preferences.objects.get()
    assert row.chosen["promise.overdue"] == ["mail", "push"]
    page.goto(live_server.url + reverse("telling:team"))
    shown(page, f"told-team-{language}")
    page.goto(live_server.url + reverse("people:me"))
    shown(page, f"told-me-{language}")
    page.goto(live_server.url + reverse("opinion:settings"))
    shown(page, f"opinion-settings-{language}")


def test_what_is_pushed_is_shown_in_its_own_direction(make_person, sign_in, live_server, context):
    page = sign_in(make_person("owner"))
    context.grant_permissions(["notifications"], origin=live_server.url)
    page.goto(live_server.url + reverse("telling:mine"))
    expect(page.locator("[data-push] button")).to_be_visible()
    protocol = context.new_cdp_session(page)
    registrations = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
    protocol.send("ServiceWorker.enable")
    page.evaluate(
        """async () => {
          const worker = new URL(document.querySelector("[data-push]").dataset.worker, location.href);
          worker.search = "";
          const registration = await navigator.serviceWorker.register(worker);
          const one = registration.installing ?? registration.waiting ?? registration.active;
          if (one.state !== "activated") {
            await new Promise(done => one.addEventListener("statechange", () => one.state === "activated" && done()));
          }
        }"""
    )
    expect(page.locator("[data-push] button")).to_be_visible()
    told = {
        "title": "הבטחה באיחור", "body": "k7qx3mpt4w", "address": f"{live_server.url}/promises/",
        "tag": "amends-1", "language": "he", "direction": "rtl",
    }  # fmt: skip
    registration = registrations[-1]["registrationId"]
    for content in (json.dumps(told), json.dumps(told), "no JSON at all"):
        protocol.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": live_server.url, "registrationId": registration, "data": content},
        )
    page.wait_for_timeout(500)
    notifications = page.evaluate(
        """async () => {
          const [registration] = await navigator.serviceWorker.getRegistrations();
          return (await registration.getNotifications()).map(one => [one.title, one.body, one.dir, one.tag]);
        }"""
    )
    # A second of the same has taken the place of the first.
    assert sorted(notifications) == sorted(
        [["Amends", "", "auto", "amends"], ["הבטחה באיחור", "k7qx3mpt4w", "rtl", "amends-1"]]
    )


@pytest.mark.parametrize(("language", "theme", "wide"), VIEWS, ids=IDS)
def test_a_second_opinion_is_asked_for_and_used_by_pressing_buttons(
    language, theme, wide, make_person, sign_in, live_server, model
):
    owner = make_person("owner", name="Olga", language=language, theme=theme)
    change_settings(owner, address=model, model="small-7b", confirmed=True)
    customer, contact = find_or_create(INTAKE, "mail", "r@mail.example", name="Rūta", language="en", verified=True)
    case = open_case(INTAKE, customer, channel="mail", subject="The cake", language="en")
    receive(INTAKE, case, text="The cake never came.", channel="mail", contact=contact, language="en")
    change_outline(owner, case, "record", "The driver left at 11:30.")
    text = "Dear Rūta 🎂,\n\nWe are sorry if the cake was late. We bring a new one."
    keep_draft(owner, case, "reply", text=text)
    page = sign_in(owner)
    page.set_viewport_size({"width": wide, "height": 844})
    page.goto(live_server.url + reverse("cases:case", args=[case.public_id]) + "#answer")
    page.locator("#opinion > summary").click()
    buttons = page.locator("#opinion [data-opinion]")
    buttons.first.click()
    expect(page.locator("#opinion-said li")).to_have_count(2)
    expect(page.locator("#opinion-said mark").first).to_be_visible()
    page.locator("#answer-text").evaluate(
        "field => { const at = field.value.indexOf('sorry'); field.setSelectionRange(at, at + 5); }"
    )
    buttons.nth(1).click()
    expect(page.locator("#opinion-said blockquote")).to_contain_text("<b>300 EUR</b>")
    if SHOTS:
        page.locator("#answer").screenshot(path=f"{SHOTS}/opinion-{language}.png")
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    expect(page.locator("#answer-text")).to_have_value(text)
    page.locator("[data-opinion-use]").click()
    new = "We brought the cake late on 3 May, and that spoilt the party. <b>300 EUR</b> come back to you."
    expect(page.locator("#answer-text")).to_have_value(text.replace("We are sorry if the cake was late.", new))
    page.locator("#answer-text").press("Control+z")
    expect(page.locator("#answer-text")).to_have_value(text)
    assert not Reply.objects.exists()
    assert Draft.objects.get().person == owner
