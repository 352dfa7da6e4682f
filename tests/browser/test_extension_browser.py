"""The browser extension in Chromium, on pages that behave like a webmail and a help desk, against a desk.

The browser's own question whether a site may be read cannot be answered without a hand, so that the extension is tried
here with leave for this machine's two names in its manifest; nothing else differs from what `script/extension` makes.
"""

import importlib.util
import json
import os
import re
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.utils import timezone

from amends.desk.api.models import ApiToken
from amends.desk.api.services import make_token

ROOT = Path(__file__).parents[2]
SHOTS = os.environ.get("AMENDS_TEST_SHOTS", "")
"""A folder for pictures, for somebody who wants to look at them."""


def extension_script():
    spec = importlib.util.spec_from_file_location("extension_script", ROOT / "script" / "extension.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory):
    folder = extension_script().make("chromium", tmp_path_factory.mktemp("extension"))
    place = folder / "manifest.json"
    manifest = json.loads(place.read_text())
    assert "host_permissions" not in manifest
    place.write_text(json.dumps(manifest | {"host_permissions": ["http://127.0.0.1/*", "http://localhost/*"]}))
    return folder


class Pages(SimpleHTTPRequestHandler):
    def log_message(self, *_some):
        pass


@pytest.fixture(scope="session")
def site():
    """The address of pages of somebody else."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=Path(__file__).parent / "pages"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


class Extension:
    """A browser with the extension, as somebody uses it."""

    def __init__(self, context, site):
        self.context, self.site = context, site
        workers = context.service_workers
        worker = workers[0] if workers else context.wait_for_event("serviceworker")
        self.id = worker.url.split("/")[2]
        self.asked = []
        # Once installed it shows its settings by itself.
        for _ in range(100):
            if shown := [page for page in context.pages if page.url.endswith("/pages/options.html")]:
                break
            context.pages[0].wait_for_timeout(50)
        shown[0].close()
        context.on("request", self.note)

    def note(self, request):
        if not request.url.startswith(("chrome-extension:", "chrome:", "data:")):
            self.asked.append(request)

    def settings(self):
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.id}/pages/options.html")
        page.locator("#language option").first.wait_for(state="attached")
        return page

    def connect(self, address, secret):
        page = self.settings()
        page.fill("#desk", address)
        page.fill("#token", secret)
        page.click("#connect button.main")
        page.locator("#said.good").wait_for()
        page.fill("#site", self.site)
        page.click("#add button")
        page.locator("#sites li").wait_for()
        return page

    def open(self, name):
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{self.site}/{name}")
        return Opened(page, self.id)


class Opened:
    """A page with the extension's scripts in it, whose own world is seen from outside alone."""

    def __init__(self, page, extension_id):
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.worlds = []
        self.session.on("Runtime.executionContextCreated", self.met)
        self.session.on("Runtime.executionContextsCleared", lambda _event: self.worlds.clear())
        self.session.on("Runtime.executionContextDestroyed", self.gone)
        self.extension_id = extension_id
        self.session.send("Runtime.enable")

    def met(self, event):
        context = event["context"]
        if context["origin"] == f"chrome-extension://{self.extension_id}":
            self.worlds.append(context["id"])

    def gone(self, event):
        self.worlds = [world for world in self.worlds if world != event["executionContextId"]]

    def inside(self, expression):
        """What an expression gives in the world of the extension's scripts."""
        for _ in range(100):
            if self.worlds:
                break
            self.page.wait_for_timeout(50)
        # A page with frames has several; the one in which somebody writes is asked.
        for world in reversed(self.worlds):
            if world is self.worlds[0] or self.asked("Boolean(globalThis.amends?.page?.active)", world):
                return self.asked(expression, world)
        return None

    def asked(self, expression, world):
        told = self.session.send(
            "Runtime.evaluate",
            {"expression": expression, "contextId": world, "returnByValue": True, "awaitPromise": True},
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, expression):
        for _ in range(200):
            value = self.inside(expression)
            if value:
                return value
            self.page.wait_for_timeout(50)
        raise AssertionError(f"it did not come to: {expression}")

    def checked(self):
        self.until("Boolean(amends.page?.active?.review) && !amends.page.active.checking")

    def words(self):
        return self.inside("amends.page.active.reading.text")

    def highlighted(self, kind):
        """The words that a kind of mark lies on, as the page has them."""
        return self.page.evaluate("kind => [...(CSS.highlights.get(`amends-${kind}`) ?? [])].map(String)", kind)

    def mirrored(self, kind):
        return self.inside(f"[...amends.page.marks.mirror.querySelectorAll('.{kind}')].map((one) => one.textContent)")

    def panel(self):
        return self.inside("amends.page.panel.card.hidden ? '' : amends.page.panel.card.innerText")

    def place(self, selector):
        return self.until(
            f"(() => {{ const one = amends.page?.panel.root.querySelector({json.dumps(selector)});"
            "if (!one) return null;"
            "one.scrollIntoView({block: 'nearest'}); const {x, y, width, height} = one.getBoundingClientRect();"
            "return width ? {x: x + width / 2, y: y + height / 2} : null; })()"
        )

    def press(self, selector):
        """A click by hand on something of the panel."""
        at = self.place(selector)
        frame = self.page.locator("iframe")
        edge = frame.bounding_box() if frame.count() else {"x": 0, "y": 0}
        self.page.mouse.click(at["x"] + edge["x"], at["y"] + edge["y"])


@pytest.fixture(scope="module")
def started(playwright, browser_type_launch_args, unpacked, site, tmp_path_factory):
    flags = [f"--disable-extensions-except={unpacked}", f"--load-extension={unpacked}"]
    context = playwright.chromium.launch_persistent_context(
        str(tmp_path_factory.mktemp("profile")),
        executable_path=browser_type_launch_args["executable_path"],
        headless=True,
        args=["--headless=new", *browser_type_launch_args["args"], *flags],
        ignore_default_args=["--disable-extensions"],
        viewport={"width": 1280, "height": 800},
        locale="en-US",
    )
    yield Extension(context, site)
    context.close()


@pytest.fixture
def browser_with(started):
    """The browser with the extension as it is when it was just put in."""
    yield started
    page = started.settings()
    page.evaluate(
        "async () => { await chrome.storage.local.clear();"
        "const there = await chrome.scripting.getRegisteredContentScripts();"
        "await chrome.scripting.unregisterContentScripts({ids: there.map(({id}) => id)}); }"
    )
    for each in started.context.pages[1:]:
        each.close()


@pytest.fixture
def writer(make_person):
    return lambda language="en", scopes=("check",): make_token(
        make_person(name="Ana", language=language), name="browser", scopes=list(scopes)
    )


@pytest.fixture
def extension(browser_with, live_server, writer):
    """The extension, told where the desk is and that it may read the site; its person speaks a language."""

    def ready(language="en"):
        browser_with.connect(live_server.url, writer(language)[1])
        return browser_with

    return ready


IF = {"en": "sorry if the", "he": "אם"}
MENDED = "We are sorry if the cake was late. We apologise for the cake."


def shot(opened, name):
    """A picture of what the person sees, for whoever wants to look."""
    if SHOTS:
        opened.page.screenshot(path=f"{SHOTS}/extension-{name}.png")


def comes_true(page, function, argument):
    """Waits in a page of the extension, whose policy forbids the browser driver's own way of waiting."""
    for _ in range(200):
        if page.evaluate(function, argument):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it did not come to: {function} {argument}")


@pytest.mark.parametrize("language", ["en", "he"])
def test_a_webmail_is_marked_in_place(language, extension):
    opened = extension(language).open(f"webmail.html?in={language}")
    opened.page.click("#body div:nth-child(1)")
    opened.checked()
    words = opened.words()
    assert words.startswith(("Dear Rūta 🎂,\n\nWe are sorry", "רותה היקרה 🎂,\n\nאנו מצטערים"))
    # What the customer wrote is not ours to mend, but the desk hears it.
    assert "harsh" not in words and "קשה" not in words
    assert opened.inside("amends.page.active.reading.quoted").startswith(("I ordered a cake", "הזמנתי עוגה"))
    assert any(IF[language] in one for one in opened.highlighted("warning"))
    opened.press(".badge")
    assert opened.inside("amends.page.panel.card.dir") == ("rtl" if language == "he" else "ltr")
    assert ("Takes responsibility" if language == "en" else "לקיחת אחריות") in opened.panel()
    assert ("Say it without the condition" if language == "en" else "כתבו בלי התנאי") in opened.panel()
    shot(opened, f"webmail-{language}")
    opened.page.evaluate("document.querySelector('.pane').scrollTop = 60")
    # Who failed decides how grave a finding is.
    opened.inside("amends.page.panel.root.querySelector('select').scrollIntoView()")
    at = opened.place("select")
    opened.page.mouse.click(at["x"], at["y"])
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    opened.until("amends.page.active.fault === 'team' && !amends.page.active.checking")
    assert any(IF[language] in one for one in opened.highlighted("error"))


def test_a_fix_in_a_webmail_is_typed_and_can_be_undone(extension):
    opened = extension().open("webmail.html")
    opened.page.click("#body div:nth-child(1)")
    opened.checked()
    opened.press(".badge")
    opened.press(".finding .main")
    opened.until("!amends.page.active.findings.some(({fix}) => fix) && !amends.page.active.checking")
    assert MENDED in opened.page.inner_text("#body")
    assert "insertText" in opened.page.evaluate("window.heard")
    assert "sorry if this sounds harsh" in opened.page.inner_text("#body")
    opened.page.keyboard.press("Control+z")
    assert "We would like to apologise" in opened.page.inner_text("#body")


def test_a_click_into_marked_words_shows_what_was_found_there(extension):
    opened = extension().open("webmail.html")
    opened.page.click("#body div:nth-child(1)")
    opened.checked()
    at = opened.inside(
        "(() => { const [mark] = amends.page.active.findings.find(({label}) => label === 'conditional').marks;"
        "const {x, y, width, height} = amends.page.marks.rect(mark.start, mark.end);"
        "return {x: x + width / 2, y: y + height / 2}; })()"
    )
    opened.page.mouse.click(at["x"], at["y"])
    opened.until("amends.page.panel.open && amends.page.panel.only !== null")
    assert "If-apology" in opened.panel()
    assert opened.highlighted("shown") == ["sorry if the"]
    shot(opened, "one-finding")
    opened.page.keyboard.press("Escape")
    assert opened.panel() == ""


@pytest.mark.parametrize("language", ["en", "he"])
def test_marks_stay_on_their_words_while_a_ticket_is_drawn_anew(language, extension):
    opened = extension(language).open(f"ticket.html?in={language}")
    opened.page.click("#reply p:nth-child(1)")
    opened.checked()
    before = opened.highlighted("warning")
    assert any(IF[language] in one for one in before)
    opened.page.keyboard.press("Home")
    opened.page.keyboard.type("Oh 🎂 ", delay=20)
    opened.page.wait_for_function("editor.model[0].startsWith('Oh 🎂 ')")
    opened.until("amends.page.active.reading.text.startsWith('Oh 🎂 ')")
    assert opened.highlighted("warning") == before
    opened.checked()
    assert opened.page.evaluate("editor.draws") > 5
    opened.press(".badge")
    shot(opened, f"ticket-{language}")


@pytest.mark.parametrize("takes", ["", "over"])
def test_an_editor_with_a_model_of_its_own_notices_a_fix(takes, extension):
    opened = extension().open(f"ticket.html?takes={takes}")
    opened.page.click("#reply p:nth-child(1)")
    opened.checked()
    opened.press(".badge")
    opened.press(".finding .main")
    opened.page.wait_for_function("words => editor.model[1] === words", arg=MENDED)
    opened.until(f"amends.page.active.reading.text.endsWith({json.dumps(MENDED)}) && !amends.page.active.checking")
    assert opened.page.inner_text("#reply").count("apologise") == 1


@pytest.mark.parametrize("language", ["en", "he"])
def test_the_mirror_lies_on_the_words_of_a_textarea(language, extension):
    opened = extension(language).open(f"form.html?in={language}")
    field = opened.page.locator("#answer")
    field.click()
    other = {"en": "עברית " * 8, "he": "עברית " * 40}[language]
    wide = "\n\n".join(["one wide line " * 12, other, "x" * 90, "\ttab  two  spaces ", "🎂" * 40])
    poor = {
        "en": "We are sorry if the cake was late. I will ring you tomorrow by 10.",
        "he": "אנו מצטערים אם נגרמה לך אי נוחות.",
    }
    field.fill(f"{poor[language]}\n\n{wide}")
    opened.checked()
    assert any(IF[language] in one for one in opened.mirrored("warning"))
    mirror, real = opened.inside(
        "[amends.page.marks.mirror, amends.page.active.field]"
        ".map((one) => [one.clientWidth, one.clientHeight, one.scrollHeight])"
    )
    # A browser rounds the height of what it scrolls; a line more or less would be 27 px.
    assert mirror == [*real[:2], pytest.approx(real[2], abs=1)]
    if language == "en":
        assert opened.mirrored("promise") == ["I will ring you tomorrow by 10."]
    field.evaluate("one => { one.scrollTop = 0; }")
    opened.page.wait_for_timeout(100)
    shot(opened, f"form-{language}")
    same_place = (
        "(() => { const one = amends.page.marks.mirror.getBoundingClientRect(); const field = amends.page.active.field;"
        "const other = field.getBoundingClientRect(); return Math.abs(one.x - other.x - field.clientLeft) < 1"
        " && Math.abs(one.y - other.y - field.clientTop) < 1"
        " && amends.page.marks.mirror.scrollTop === field.scrollTop; })()"
    )
    assert opened.until(same_place)
    opened.page.evaluate("scrollTo(0, 150)")
    field.evaluate("one => { one.scrollTop = 60; one.style.blockSize = '170px'; one.style.marginTop = '30px'; }")
    assert opened.until(same_place)
    assert opened.until("amends.page.marks.mirror.clientHeight === amends.page.active.field.clientHeight")


def test_a_fix_in_a_textarea_reaches_the_page(extension):
    opened = extension().open("form.html")
    opened.page.fill("#answer", "Dear Rūta 🎂, we would like to apologise for the late cake.")
    opened.page.click("#answer")
    opened.checked()
    opened.press(".badge")
    opened.press(".finding .main")
    opened.page.wait_for_function(
        "document.getElementById('counted').textContent.includes('🎂, we apologise for the late')"
    )
    opened.page.keyboard.press("Control+z")
    assert opened.page.input_value("#answer").endswith("we would like to apologise for the late cake.")


def test_only_reply_fields_are_read(extension, live_server):
    ready = extension()
    opened = ready.open("webmail.html")
    asked = len(ready.asked)
    for selector in ("[type=search]", "[type=password]", ".to", "[name=subjectbox]"):
        opened.page.click(selector)
        opened.page.keyboard.type("sorry if")
    ticket = ready.open("ticket.html")
    ticket.page.click("#note p")
    form = ready.open("form.html")
    form.page.click("#done")
    for one in (opened, ticket, form):
        one.page.wait_for_timeout(1000)
        assert one.inside("amends.page.active") is None
    gone = [request.url for request in ready.asked[asked:]]
    # Nothing but the pages themselves has been asked for: no other address, and no check.
    assert {url.split("/")[2] for url in gone} == {ready.site.split("/")[2]}
    settings = ready.settings()
    settings.fill("#sites input.code", "#note")
    settings.keyboard.press("Enter")
    ticket.page.bring_to_front()
    ticket.page.click("#note p")
    ticket.checked()
    assert any("sorry if" in one for one in ticket.highlighted("warning"))


@pytest.mark.parametrize("place", ["frame", "component", "dialog"])
def test_fields_in_frames_components_and_dialogs(place, extension):
    opened = extension().open(f"places.html?place={place}")
    spot = (
        opened.page.frame_locator("iframe").locator("body")
        if place == "frame"
        else opened.page.locator("[role=textbox]")
    )
    if place == "frame":
        opened.page.wait_for_timeout(300)
    spot.click()
    opened.checked()
    assert opened.words() == "We are sorry if the cake was late."
    if place == "component":
        # Highlights do not reach into components: boxes lie over the words.
        boxes = opened.until("amends.page.marks.boxes.querySelectorAll('.box.warning').length")
        assert boxes >= 1
    else:
        assert opened.inside("[...CSS.highlights.get('amends-warning')].length")
    shot(opened, place)
    opened.press(".badge")
    assert "If-apology" in opened.panel()
    shot(opened, place)


def test_a_reply_that_becomes_a_note_is_left_alone(extension):
    opened = extension().open("ticket.html")
    opened.page.click("#reply p:nth-child(1)")
    opened.checked()
    opened.page.evaluate("document.getElementById('reply').setAttribute('aria-label', 'Internal note')")
    opened.until("amends.page.active === null")
    assert opened.highlighted("warning") == []


def test_a_site_is_switched_off_at_once(extension):
    ready = extension()
    opened = ready.open("webmail.html")
    opened.page.click("#body div:nth-child(1)")
    opened.checked()
    opened.press(".badge")
    opened.press("[data-key=off]")
    opened.until("!amends.page")
    assert opened.highlighted("warning") == []
    assert opened.page.locator("amends-panel, amends-marks").count() == 0
    other = ready.context.new_page()
    other.goto(f"{ready.site}/form.html")
    other.click("#answer")
    other.wait_for_timeout(1000)
    assert other.locator("amends-panel, amends-marks").count() == 0


def test_a_token_that_has_ended_is_said_and_the_next_one_works(extension, live_server, writer):
    ready = extension()
    ApiToken.objects.update(revoked_at=timezone.now())
    opened = ready.open("webmail.html")
    opened.page.click("#body div:nth-child(1)")
    opened.until("amends.page?.active?.trouble === 'token'")
    opened.press(".badge")
    assert "does not know this token" in opened.panel()
    ready.connect(live_server.url, writer()[1])
    opened.page.bring_to_front()
    opened.page.click("#body div:nth-child(1)")
    opened.checked()


def test_settings_refuse_what_would_give_the_token_away(browser_with, live_server, writer):
    page = browser_with.settings()
    page.fill("#token", writer()[1])
    for address in ("http://desk.example", "ftp://127.0.0.1", "desk"):
        page.fill("#desk", address)
        page.evaluate("document.getElementById('connect').noValidate = true")
        page.click("#connect button.main")
        page.locator("#said.wrong").wait_for()
    page.fill("#desk", live_server.url)
    page.fill("#token", "amends_nobody")
    page.click("#connect button.main")
    page.get_by_text("does not know this token").wait_for()
    page.fill("#token", writer(scopes=("promises:read",))[1])
    page.click("#connect button.main")
    page.get_by_text("lacks the scope").wait_for()
    kept = page.evaluate("() => chrome.storage.local.get()")
    assert not kept.get("token") and not kept.get("desk")
    page.select_option("#language", "he")
    page.locator("html[dir=rtl]").wait_for()


@pytest.mark.parametrize("language", ["en", "he"])
def test_the_settings_are_for_everybody(language, extension):
    page = extension(language).settings()
    page.set_viewport_size({"width": 390, "height": 1100} if language == "he" else {"width": 1280, "height": 1100})
    page.emulate_media(color_scheme="dark" if language == "he" else "light")
    page.evaluate((Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8"))
    wrong = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(({id}) => id)"
    assert page.evaluate(wrong) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The token is not shown again.
    assert page.input_value("#token") == ""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/extension-settings-{language}.png")


def test_the_small_window_switches_the_site_that_is_open(browser_with):
    page = browser_with.context.new_page()
    # The small window hangs on the browser's button, which a test cannot press: it is opened as a page, and told which
    # page is open beside it.
    page.add_init_script(f"chrome.tabs.query = async () => [{{url: {json.dumps(browser_with.site + '/form.html')}}}]")
    page.goto(f"chrome-extension://{browser_with.id}/pages/popup.html")
    page.set_viewport_size({"width": 320, "height": 300})
    page.get_by_text("Check replies on localhost").wait_for()
    assert not page.is_checked("#on") and page.is_visible("#no-desk")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/extension-small-window.png")
    on = "async (on) => (await chrome.storage.local.get('sites')).sites?.['http://localhost']?.on === on"
    page.click("#on")
    comes_true(page, on, True)
    assert page.is_checked("#on")
    page.click("#on")
    comes_true(page, on, False)


def test_the_panel_opens_by_the_keyboard_and_gives_the_focus_back(extension):
    ready = extension()
    opened = ready.open("webmail.html")
    opened.page.click("#body div:nth-child(1)")
    opened.checked()
    # What the background does when the browser hears the keys, which a test cannot press.
    settings = ready.settings()
    opened.page.bring_to_front()
    opened.page.click("#body div:nth-child(1)")
    tell = (
        "async (site) => { const [tab] = await chrome.tabs.query({url: `${site}/*`});"
        "await chrome.tabs.sendMessage(tab.id, {kind: 'show'}); }"
    )
    settings.evaluate(tell, "http://localhost")
    opened.until("amends.page.panel.open")
    opened.page.keyboard.press("Tab")
    assert opened.inside("amends.page.panel.root.activeElement.dataset.key") == "close"
    opened.page.keyboard.press("Enter")
    opened.until("!amends.page.panel.open")
    assert opened.page.evaluate("document.activeElement.id") == "body"


def test_scripts_are_registered_for_sites_that_are_on_alone(extension):
    ready = extension()
    page = ready.settings()
    assert page.is_checked("#sites input[type=checkbox]")
    page.click("#sites input[type=checkbox]")
    registered = "async (count) => (await chrome.scripting.getRegisteredContentScripts()).length === count"
    comes_true(page, registered, 0)
    page.click("#sites input[type=checkbox]")
    comes_true(page, registered, 1)


def test_all_languages_say_the_same_things():
    folder = ROOT / "extension" / "_locales"
    texts = {place.parent.name: json.loads(place.read_text()) for place in folder.glob("*/messages.json")}
    assert set(texts) == {"en", "lt", "hr", "he", "et", "sk"}
    places = {key: sorted(re.findall(r"\$\d", one["message"])) for key, one in texts["en"].items()}
    for language, all_ in texts.items():
        assert {key: sorted(re.findall(r"\$\d", one["message"])) for key, one in all_.items()} == places, language
        assert all(one["message"].strip() for one in all_.values())


def test_firefox_gets_the_same_files_and_a_manifest_of_its_own(tmp_path):
    script = extension_script()
    made = {name: script.make(name, tmp_path) for name in script.BROWSERS}
    files = {
        name: {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for name, folder in made.items()
    }
    manifests = {name: json.loads(held.pop(Path("manifest.json"))) for name, held in files.items()}
    assert files["chromium"] == files["firefox"]
    for name, manifest in manifests.items():
        assert manifest["permissions"] == ["activeTab", "scripting", "storage"]
        assert "host_permissions" not in manifest and "content_scripts" not in manifest
        with zipfile.ZipFile(tmp_path / f"amends-{name}.zip") as archive:
            assert len(archive.namelist()) == len(files[name]) + 1
    assert "service_worker" in manifests["chromium"]["background"]
    assert "scripts" in manifests["firefox"]["background"]
