// On which sites replies are checked: those that the person switched on and the browser allows.
import { browser } from "../shared/browser.js";
import { change, patternOf, settings, siteOf } from "../shared/settings.js";

export const SCRIPTS = ["reading", "fields", "marks", "fixing", "panel", "main"].map((name) => `content/${name}.js`);
const STYLES = ["content/marks.css"];
const ID = "replies";

export async function isOn(site) {
  const { sites } = await settings();
  return Boolean(site && sites[site]?.on);
}

const allowed = (site) => browser.permissions.contains({ origins: [patternOf(site)] });

// Several changes may come at once; each waits for the one before.
let turn = Promise.resolve();

/** Have the scripts run on the sites that are on, and on no others. */
export function register() {
  turn = turn.then(registerNow, registerNow);
  return turn;
}

async function registerNow() {
  const { sites } = await settings();
  const on = Object.keys(sites).filter((site) => sites[site].on);
  const fit = (await Promise.all(on.map(async (site) => (await allowed(site)) && patternOf(site)))).filter(Boolean);
  const there = await browser.scripting.getRegisteredContentScripts({ ids: [ID] });
  if (there.length) await browser.scripting.unregisterContentScripts({ ids: [ID] });
  if (!fit.length) return;
  await browser.scripting.registerContentScripts([
    { id: ID, matches: fit, js: SCRIPTS, css: STYLES, allFrames: true, matchOriginAsFallback: true, runAt: "document_idle" },
  ]);
}

/** Begin on pages of a site that are open already. */
async function begin(site) {
  for (const tab of await browser.tabs.query({ url: patternOf(site) })) {
    const target = { tabId: tab.id, allFrames: true };
    try {
      await browser.scripting.insertCSS({ target, files: STYLES });
      await browser.scripting.executeScript({ target, files: SCRIPTS });
    } catch {
      // A page that is just going, or an error page: the next one has the scripts by itself.
    }
  }
}

export async function tell(site, message) {
  for (const tab of await browser.tabs.query({ url: patternOf(site) })) {
    browser.tabs.sendMessage(tab.id, message).catch(() => {});
  }
}

/** Switch a site on, once the browser allows it. Returns whether it is on. */
export async function switchOn(site) {
  if (!siteOf(site) || !(await allowed(site))) return false;
  const { sites } = await settings();
  await change({ sites: { ...sites, [site]: { fields: "", ...sites[site], on: true } }, asked: "" });
  await register();
  await begin(site);
  return true;
}

/** Switch a site off: pages stop at once, and the browser's leave for it is given back. */
export async function switchOff(site, { forget = false } = {}) {
  const { sites, desk } = await settings();
  const others = { ...sites };
  if (forget) delete others[site];
  else if (site in others) others[site] = { ...others[site], on: false };
  await change({ sites: others });
  await tell(site, { kind: "stop" });
  await register();
  if (siteOf(desk) !== site) await browser.permissions.remove({ origins: [patternOf(site)] }).catch(() => {});
}
