// The extension's middle: it alone speaks with the desk, and only for pages of sites that are on.
import { browser } from "../shared/browser.js";
import { change, settings, siteOf } from "../shared/settings.js";
import { directionOf, language, words } from "../shared/words.js";
import { ask, check, DeskTrouble } from "./desk.js";
import { isOn, register, switchOff, switchOn, tell } from "./sites.js";

// The token is for this part and our own pages, not for scripts in pages of others.
browser.storage.local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
browser.runtime.onInstalled.addListener(({ reason }) => {
  register();
  if (reason === "install") browser.runtime.openOptionsPage();
});
browser.runtime.onStartup.addListener(register);

browser.permissions.onAdded.addListener(async ({ origins = [] }) => {
  // In Firefox the small window closes while the browser asks, so that the answer arrives here alone.
  const { asked } = await settings();
  if (asked && origins.some((pattern) => siteOf(pattern.replace(/\*$/, "")) === asked)) await switchOn(asked);
});
// Leave that is taken back in the browser's own pages is a site switched off.
browser.permissions.onRemoved.addListener(async ({ origins = [] }) => {
  const { sites } = await settings();
  for (const site of origins.map((pattern) => siteOf(pattern.replace(/\*$/, "")))) if (sites[site]?.on) await switchOff(site);
});

browser.commands.onCommand.addListener(async (name) => {
  if (name !== "show") return;
  const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
  if (tab) browser.tabs.sendMessage(tab.id, { kind: "show" }).catch(() => {});
});

browser.runtime.onMessage.addListener((message, sender, answer) => {
  if (sender.id !== browser.runtime.id) return undefined;
  const ours = sender.url?.startsWith(browser.runtime.getURL("")) ?? false;
  const work = (ours ? OUR_PAGES : OTHER_PAGES)[message?.kind];
  if (!work) return undefined;
  const site = ours ? "" : siteOf(sender.tab?.url ?? sender.origin ?? sender.url);
  Promise.resolve(work(message, site)).then(answer, (error) => answer(trouble(error)));
  return true;
});

const trouble = (error) =>
  error instanceof DeskTrouble
    ? { trouble: error.why, detail: error.detail, wait: error.wait }
    : { trouble: "away", detail: "", wait: 0 };

// What scripts in pages of sites may ask for.
const OTHER_PAGES = {
  async start(_message, site) {
    if (!(await isOn(site))) return { on: false };
    const code = await language();
    const { sites, every, quoted, desk } = await settings();
    return {
      on: true, fields: sites[site].fields, every, quoted, host: desk ? new URL(desk).host : "",
      language: code, direction: directionOf(code), words: await words(code),
    };
  },
  async check({ text, complaint, fault }, site) {
    if (!(await isOn(site))) return { stop: true };
    return check({ text: String(text), complaint: String(complaint ?? ""), fault, language: await language() });
  },
  async options() {
    await browser.runtime.openOptionsPage();
    return {};
  },
  async off(_message, site) {
    await switchOff(site);
    return {};
  },
};

// What our own pages may ask for.
const OUR_PAGES = {
  on: ({ site }) => switchOn(site).then((on) => ({ on })),
  off: ({ site, forget }) => switchOff(site, { forget }).then(() => ({})),
  // Desk and token are tried before they are kept.
  async connect({ desk, token }) {
    const me = await ask("/me", { at: { desk, token } });
    if (!me.scopes.includes("check")) throw new DeskTrouble("scope");
    await change({ desk, token, deskLanguage: me.language });
    await renew();
    return { name: me.person.name, until: me.expires_at };
  },
  renew: () => renew().then(() => ({})),
};

/** Pages that are open begin anew with what was changed. */
async function renew() {
  const { sites } = await settings();
  await Promise.all(Object.keys(sites).filter((site) => sites[site].on).map((site) => tell(site, { kind: "renew" })));
}
