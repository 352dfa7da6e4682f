// The small window: this site on or off.
import { browser } from "../shared/browser.js";
import { change, patternOf, settings, siteOf } from "../shared/settings.js";
import { filled } from "../shared/words.js";
import { putWords } from "./words_in_place.js";

const at = (id) => document.getElementById(id);
const words = await putWords();
const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
const site = siteOf(tab?.url ?? "");
const { sites, desk } = await settings();

at("here").hidden = !site;
at("cannot").hidden = Boolean(site);
at("no-desk").hidden = Boolean(desk);
at("here-words").textContent = filled(words.checkHere, site.replace(/^https?:\/\//, ""));
at("on").checked = Boolean(sites[site]?.on);

at("on").addEventListener("change", async () => {
  if (!at("on").checked) {
    await browser.runtime.sendMessage({ kind: "off", site });
    return;
  }
  // The browser asks the person at once or not at all, so that nothing is waited for before it.
  change({ asked: site });
  const granted = await browser.permissions.request({ origins: [patternOf(site)] });
  at("on").checked = granted && (await browser.runtime.sendMessage({ kind: "on", site })).on;
});
at("settings").addEventListener("click", () => { browser.runtime.openOptionsPage(); close(); });
