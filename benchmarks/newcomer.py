"""From `git clone` to the first sent apology, by the README alone, at the pace of a person.

    python benchmarks/newcomer.py            clones this repository, installs, starts the demonstration, walks
    python benchmarks/newcomer.py --dry

The machine's part (cloning, installing, starting) is timed as it is. The person's part is walked in a real Chromium:
they read what they need at 230 words a minute (Brysbaert 2019: 238 for English prose), type 52 words a minute (Dhakal
et al. 2018, the mean of 168,000 people), and take 2.5 seconds for each thing that they click (Card, Moran, Newell 1983:
1.35 to think, 1.1 to point). Who wonders or corrects takes longer. To reach: under five minutes.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import keep
from playwright.sync_api import Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
_WORDS_READ = 230 / 60
_LETTERS_TYPED = 52 * 5 / 60
_A_CLICK = 2.5
_PATIENCE = 600.0
_OUTLINE = {
    "perceived": "Two weeks of silence, and guests coming.",
    "cause": "I waited for the last two sets.",
}
_REPLY = """Dear Harriet Lowe,

I am sorry. I confirmed twelve sets within a week, then held them all back for the last two and left your letters
without an answer. You would have turned families away because of me.

Ten sets leave today. I will ring you tomorrow by noon about the other two. From today nobody here confirms a date
before the last set is on the shelf.

Olga Marin"""


class Person:
    """Somebody in front of a browser, who takes the time that people take."""

    def __init__(self, page: Page) -> None:
        """Sit down.

        Args:
            page: A window.
        """
        self._page = page

    def read(self, words: str) -> None:
        """Read some words."""
        time.sleep(len(words.split()) / _WORDS_READ)

    def click(self, place: Locator) -> None:
        """Find a place and click it."""
        time.sleep(_A_CLICK)
        place.click()
        self._page.wait_for_load_state()

    def type(self, place: Locator, words: str) -> None:
        """Write into a field."""
        self.click(place)
        place.press_sequentially(words, delay=1000 / _LETTERS_TYPED, timeout=_PATIENCE * 1000)


@contextmanager
def desk(folder: Path) -> Iterator[str]:
    """The desk of a fresh clone, started as the README says; its address."""
    environment = {**os.environ, "HOME": str(folder)}
    environment = {name: value for name, value in environment.items() if not name.startswith("AMENDS_")}
    told = folder / "told.txt"
    with told.open("w", encoding="utf-8") as out:
        running = subprocess.Popen(
            ["script/run"], cwd=folder / "amends", env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        until = time.monotonic() + _PATIENCE
        while (found := re.search(r"http://\S+", told.read_text("utf-8", "replace"))) is None:
            if running.poll() is not None or time.monotonic() > until:
                raise RuntimeError(told.read_text("utf-8", "replace")[-2000:])
            time.sleep(0.1)
        yield found[0]
    finally:
        os.killpg(running.pid, 15)
        running.wait(30)


def walk(page: Page, address: str) -> None:
    """The README's first apology, to the moment in which the reply has left."""
    person = Person(page)
    person.read((ROOT / "README.md").read_text("utf-8").partition("Your first apology")[2].partition("\n\n")[0])
    page.goto(address)
    person.read(page.locator(".notice").first.inner_text())
    person.click(page.locator(".notice form button").first)
    person.read(page.locator(".page-head").inner_text())
    person.click(page.locator("main a[href*='/cases/']").first)
    person.read(page.locator("article").first.inner_text())
    for field, words in _OUTLINE.items():
        person.type(page.locator(f"#outline-{field}"), words)
    time.sleep(_A_CLICK)
    page.locator("#outline-fault, select[name=fault]").first.select_option("owner")
    person.type(page.locator("#answer-text"), _REPLY)
    page.wait_for_timeout(1000)
    person.read(page.locator("#answer-panel").inner_text())
    person.click(page.locator("button.button[value=send]"))
    page.locator(".reply-waiting, .reply-gone").first.wait_for(timeout=20_000)
    page.locator(".reply-gone").wait_for(timeout=60_000)


def main() -> None:
    """Walk once and keep."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--dry", action="store_true", help="keep no figures")
    options = reader.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory(prefix="amends-newcomer-") as name, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu"]
        page = playwright.chromium.launch(executable_path=chromium, args=flags).new_page()
        begin = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), f"{name}/amends"], check=True)
        with desk(Path(name)) as address:
            ready = time.monotonic()
            walk(page, address)
            done = time.monotonic()
    results = {"minutes from git clone to the first sent apology": round((done - begin) / 60, 2)}
    aside = {"seconds to the link": round(ready - begin), "seconds of the person": round(done - ready)}
    print(json.dumps({**results, **aside}, indent=1))
    if not options.dry:
        keep("newcomer", results, aside)


if __name__ == "__main__":
    main()
