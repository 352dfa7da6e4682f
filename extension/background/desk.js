// Speaks with the desk. No other address is ever asked, and the token goes in a header to the desk alone.
import { settings } from "../shared/settings.js";

const PATIENCE = 10_000;
const partsIn = new Map();

/** The desk did not do what it was asked. `why`: no-desk, token, scope, busy, away, refused. */
export class DeskTrouble extends Error {
  constructor(why, { detail = "", wait = 0 } = {}) {
    super(why);
    this.why = why;
    this.detail = detail;
    this.wait = wait;
  }
}

const WHY = { 401: "token", 403: "scope", 429: "busy" };

export async function ask(path, { body, language = "", at } = {}) {
  const { desk, token } = at ?? (await settings());
  if (!desk || !token) throw new DeskTrouble("no-desk");
  const headers = { Authorization: `Bearer ${token}`, Accept: "application/json" };
  if (language) headers["Accept-Language"] = language;
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`${desk}/api${path}`, {
      method: body ? "POST" : "GET",
      headers,
      body: body && JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      // A desk that answers with another address is none to which a token and a letter may follow.
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new DeskTrouble("away");
  }
  const told = await answer.json().catch(() => null);
  if (answer.ok && told) return told;
  const wait = Number(answer.headers.get("Retry-After")) || 0;
  throw new DeskTrouble(WHY[answer.status] ?? (answer.status === 422 ? "refused" : "away"), { detail: told?.detail ?? "", wait });
}

/** The review of a reply, with spans as JavaScript counts, its promises, and the names of the parts of an apology. */
export async function check({ text, complaint, fault, language }) {
  const body = { text, utf16: true, promises: true };
  if (complaint) body.complaint = complaint;
  if (fault) body.fault = fault;
  const [review, parts] = await Promise.all([ask("/check", { body, language }), partsOf(language)]);
  return { review, parts };
}

async function partsOf(language) {
  const { desk } = await settings();
  const key = `${desk} ${language}`;
  if (!partsIn.has(key)) partsIn.set(key, (await ask("/parts", { language })).parts);
  return partsIn.get(key);
}
