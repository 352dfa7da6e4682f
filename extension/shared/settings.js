// What the person has chosen. It is kept in this browser alone: storage.local is never synchronised.
import { browser } from "./browser.js";

/**
 * desk: address of the desk without a slash at its end; "" when there is none yet.
 * token: the secret of the desk's API.
 * language: of the panel; "" is the one that the person has at the desk.
 * deskLanguage: which one that is, as the desk said.
 * every: whether all larger text fields are checked, whatever they look like.
 * quoted: whether a quoted message is sent along as the customer's words.
 * sites: by site ("https://mail.example") whether it is on, and CSS selectors of its reply fields ("": by their looks).
 * asked: the site for which the browser is asking the person just now.
 */
export const DEFAULTS = Object.freeze({
  desk: "", token: "", language: "", deskLanguage: "", every: false, quoted: true, sites: {}, asked: "",
});

export async function settings() {
  return { ...DEFAULTS, ...(await browser.storage.local.get(Object.keys(DEFAULTS))) };
}

export async function change(values) {
  await browser.storage.local.set(values);
}

/** The site of an address, as permissions know it: no port, as Firefox takes none there. "" for what is no web page. */
export function siteOf(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return "";
  }
  return ["https:", "http:"].includes(url.protocol) && url.hostname ? `${url.protocol}//${url.hostname}` : "";
}

export const patternOf = (site) => `${site}/*`;

/** The desk's address as it is kept, or "" when it is none to which a token may be sent. */
export function deskAddress(typed) {
  let url;
  try {
    url = new URL(typed.trim());
  } catch {
    return "";
  }
  const here = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && here)) return "";
  if (url.username || url.password || url.search || url.hash) return "";
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
