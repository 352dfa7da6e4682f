// The inbox and the case page by keyboard. A key counts only while nobody writes in a field; "?" shows them all.

const INBOX = "amends-inbox";
const NEXT_KEY_WITHIN = 1500;
const rows = [...document.querySelectorAll("[data-rows] .row-title")];
const chosen = () => [...document.querySelectorAll("[data-choose]:checked")];
let wentAt = 0;

// Where "u" on a case leads back to: the list with its filter.
if (rows.length || document.querySelector("[data-rows]")) remember(location.pathname + location.search);

// On a phone the tab that is shown may stand outside the picture.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

const help = document.getElementById("keys");
for (const button of document.querySelectorAll("[data-show-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => help?.showModal());
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLElement && event.target.matches("[data-choose]")) count();
});
document.getElementById("several")?.addEventListener("reset", (event) => {
  event.preventDefault();
  for (const box of chosen()) box.checked = false;
  count();
});
window.addEventListener("pageshow", count);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (writing(event.target) || document.querySelector("dialog[open]")) return;
  const wentJustNow = Date.now() - wentAt < NEXT_KEY_WITHIN;
  wentAt = 0;
  const act = wentJustNow ? GOING[event.key] : rows.length ? (IN_LIST[event.key] ?? ANYWHERE[event.key]) : ANYWHERE[event.key];
  if (act && act(event) !== false) event.preventDefault();
});

const GOING = { i: () => go("inbox"), p: () => go("promises"), c: () => go("customers") };

const IN_LIST = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  x: () => {
    const box = boxOf(here());
    if (!box) return false;
    box.checked = !box.checked;
    count();
  },
  a: () => {
    if (!takeHere()) return false;
    press('[name="act"][value="me"]');
  },
  e: () => {
    const place = document.querySelector("[data-set-aside]");
    if (!place || !takeHere()) return false;
    place.open = true;
    place.querySelector("select")?.focus();
  },
};

const ANYWHERE = {
  "/": () => focusOn("[data-search]"),
  "?": () => (help ? help.showModal() : false),
  g: () => {
    wentAt = Date.now();
  },
  r: () => focusOn("#answer-text"),
  n: () => focusOn("#note_text"),
  u: () => {
    if (document.querySelector("[data-rows]")) return false;
    location.assign(remembered() ?? addressOf("inbox"));
  },
};

function step(by) {
  const at = rows.indexOf(here());
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1);
  // The arrows scroll the page until somebody is in the list.
  rows[next].focus();
  rows[next].closest(".row").scrollIntoView({ block: "nearest" });
}

function here() {
  const row = document.activeElement?.closest?.(".row");
  return row ? row.querySelector(".row-title") : null;
}

function boxOf(link) {
  return link?.closest(".row").querySelector("[data-choose]");
}

// What is chosen counts; when nothing is, the case at which somebody is.
function takeHere() {
  if (!chosen().length) {
    const box = boxOf(here());
    if (!box) return false;
    box.checked = true;
    count();
  }
  return true;
}

function count() {
  const place = document.querySelector("[data-count]");
  if (!place) return;
  place.dataset.words ??= place.textContent;
  const number = chosen().length;
  place.textContent = number ? `${place.dataset.words}: ${number}` : "";
}

function press(selector) {
  document.querySelector(`#several ${selector}`)?.click();
}

function focusOn(selector) {
  const field = document.querySelector(selector);
  if (!(field instanceof HTMLElement)) return false;
  field.closest("details:not([open])")?.setAttribute("open", "");
  field.focus();
  if (field instanceof HTMLInputElement) field.select();
  field.scrollIntoView({ block: "center" });
}

function go(where) {
  const address = addressOf(where);
  if (!address) return false;
  location.assign(address);
}

function addressOf(where) {
  return document.querySelector(`[data-go-${where}]`)?.getAttribute(`data-go-${where}`);
}

function remember(address) {
  try {
    sessionStorage.setItem(INBOX, address);
  } catch {
    // Without storage "u" leads to the inbox as it begins.
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(INBOX);
  } catch {
    return null;
  }
}

function writing(element) {
  if (!(element instanceof HTMLElement)) return false;
  if (element.matches("input[type='checkbox'], input[type='radio']")) return false;
  return element.matches("input, textarea, select") || element.isContentEditable;
}
