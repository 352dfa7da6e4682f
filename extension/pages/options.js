// The settings: desk and token, sites, and how it is checked.
import { browser } from "../shared/browser.js";
import { change, deskAddress, patternOf, settings, siteOf } from "../shared/settings.js";
import { filled, LANGUAGES, language } from "../shared/words.js";
import { putWords } from "./words_in_place.js";

const at = (id) => document.getElementById(id);
const send = (message) => browser.runtime.sendMessage(message);
let words = await putWords();

function say(id, text, good = false) {
  at(id).textContent = text;
  at(id).classList.toggle("good", good);
  at(id).classList.toggle("wrong", !good);
}

const TROUBLES = { away: "troubleAwayNow", token: "troubleToken", scope: "troubleScope", busy: "troubleBusy" };

async function show() {
  const { desk, token, language: chosen, quoted, every } = await settings();
  at("desk").value = desk;
  // A token that is kept is not shown again.
  at("token").placeholder = token ? "••••••••" : "amends_…";
  at("token").required = !token;
  at("forget").hidden = !desk;
  const options = [["", words.languageDesk], ...Object.entries(LANGUAGES)];
  at("language").replaceChildren(...options.map(([code, name]) => new Option(name, code, false, code === chosen)));
  at("quoted").checked = quoted;
  at("every").checked = every;
  await showSites();
}

async function showSites() {
  const { sites } = await settings();
  at("sites").replaceChildren(...Object.keys(sites).sort().map((site) => row(site, sites[site])));
}

function row(site, { on, fields }) {
  const item = document.createElement("li");
  item.className = "site";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: on });
  const label = Object.assign(document.createElement("label"), { className: "box" });
  const name = document.createElement("bdi");
  name.textContent = site;
  label.append(box, name);
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: words.remove });
  remove.setAttribute("aria-label", `${words.remove}: ${site}`);
  const line = Object.assign(document.createElement("div"), { className: "row" });
  line.append(label, remove);
  const which = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { className: "code", value: fields, spellcheck: false });
  const hint = Object.assign(document.createElement("span"), { className: "soft", textContent: words.fieldsHint });
  which.append(words.fields, hint, input);
  item.append(line, which);
  box.addEventListener("change", async () => {
    if (box.checked) box.checked = await switchOn(site);
    else await send({ kind: "off", site });
  });
  remove.addEventListener("click", async () => { await send({ kind: "off", site, forget: true }); await showSites(); });
  input.addEventListener("change", async () => {
    const good = isSelector(input.value.trim());
    input.setCustomValidity(good ? "" : words.noSelector);
    if (!input.reportValidity()) return;
    const { sites } = await settings();
    await change({ sites: { ...sites, [site]: { ...sites[site], fields: input.value.trim() } } });
    await send({ kind: "renew" });
  });
  return item;
}

function isSelector(text) {
  try {
    return !text || Boolean(document.createDocumentFragment().querySelector(text)) || true;
  } catch {
    return false;
  }
}

// The browser asks the person at once or not at all, so that nothing is waited for before it.
async function switchOn(site) {
  change({ asked: site });
  const granted = await browser.permissions.request({ origins: [patternOf(site)] });
  return granted && (await send({ kind: "on", site })).on;
}

at("connect").addEventListener("submit", async (event) => {
  event.preventDefault();
  const desk = deskAddress(at("desk").value);
  if (!desk) {
    say("said", words.wrongAddress);
    return;
  }
  const granted = await browser.permissions.request({ origins: [patternOf(siteOf(desk))] });
  if (!granted) {
    say("said", words.noLeave);
    return;
  }
  const kept = await settings();
  const typed = at("token").value.trim();
  // A kept token goes to the desk that it was made at, and to no other.
  if (!typed && desk !== kept.desk) {
    say("said", words.tokenHint);
    at("token").focus();
    return;
  }
  const answer = await send({ kind: "connect", desk, token: typed || kept.token });
  if (answer.trouble) {
    say("said", TROUBLES[answer.trouble] ? words[TROUBLES[answer.trouble]] : answer.detail);
    return;
  }
  at("token").value = "";
  words = await putWords();
  await show();
  const until = new Intl.DateTimeFormat(await language(), { dateStyle: "long" }).format(new Date(answer.until));
  say("said", filled(words.connected, answer.name, until), true);
});

at("forget").addEventListener("click", async () => {
  const { desk, sites } = await settings();
  await change({ desk: "", token: "", deskLanguage: "" });
  if (!sites[siteOf(desk)]?.on) await browser.permissions.remove({ origins: [patternOf(siteOf(desk))] }).catch(() => {});
  await send({ kind: "renew" });
  say("said", "");
  await show();
});

at("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const site = siteOf(at("site").value.trim());
  say("site-said", site && (await switchOn(site)) ? "" : words.notOn);
  if (site) at("site").value = "";
  await showSites();
});

at("language").addEventListener("change", async () => {
  await change({ language: at("language").value });
  words = await putWords();
  await show();
  await send({ kind: "renew" });
});
for (const name of ["quoted", "every"]) {
  at(name).addEventListener("change", async () => {
    await change({ [name]: at(name).checked });
    await send({ kind: "renew" });
  });
}

await show();
