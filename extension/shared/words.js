// Texts in the language that the person chose; the browser's own look-up knows only its own language.
import { browser } from "./browser.js";
import { settings } from "./settings.js";

export const LANGUAGES = { en: "English", lt: "Lietuvių", hr: "Hrvatski", he: "עברית", et: "Eesti", sk: "Slovenčina" };

/** The language of what is shown: as chosen, as at the desk, as in the browser, English. */
export async function language() {
  const { language: chosen, deskLanguage } = await settings();
  const inBrowser = browser.i18n.getUILanguage().split("-")[0].replace(/^iw$/, "he");
  return [chosen, deskLanguage, inBrowser].find((code) => code in LANGUAGES) ?? "en";
}

export const directionOf = (code) => (code === "he" ? "rtl" : "ltr");

/** All texts of a language by their keys. */
export async function words(code) {
  const answer = await fetch(browser.runtime.getURL(`_locales/${code}/messages.json`));
  const found = await answer.json();
  return Object.fromEntries(Object.entries(found).map(([key, { message }]) => [key, message]));
}

/** A text with its places ($1, $2) filled. */
export const filled = (text, ...values) => text.replace(/\$(\d)/g, (_all, number) => values[number - 1] ?? "");
