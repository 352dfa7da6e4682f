// What all pages share: choices that send themselves, and fields that grow with their text.

document.documentElement.classList.add("has-script");

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLElement && field.matches("[data-submit-on-change]")) {
    field.closest("form")?.requestSubmit();
  }
});

// A form is sent once, however often somebody presses.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What folds over the page closes again: by Escape, and by a press beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-closes][open]");
  if (open instanceof HTMLDetailsElement) {
    open.open = false;
    open.querySelector("summary")?.focus();
  }
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details[data-closes][open]")) {
    if (open instanceof HTMLDetailsElement && event.target instanceof Node && !open.contains(event.target)) open.open = false;
  }
});

// How much waits in each room is asked after the page is there, so that no page waits for it.
async function tellWhatWaits(navigation) {
  const answer = await fetch(navigation.dataset.waitingAt ?? "").catch(() => null);
  const waiting = answer?.ok ? await answer.json() : {};
  for (const badge of navigation.querySelectorAll("[data-waiting]")) {
    const number = waiting[badge.dataset.waiting];
    badge.textContent = number ? String(number) : "";
    badge.hidden = !number;
  }
}
const navigation = document.querySelector("[data-waiting-at]");
if (navigation instanceof HTMLElement) void tellWhatWaits(navigation);

// A row of tabs that is longer than the screen shows the one we are at.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.parentElement;
  if (row && row.scrollWidth > row.clientWidth) tab.scrollIntoView({ block: "nearest", inline: "center" });
}

// Fields that save themselves say how it stands, beside the field and to screen readers.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const status = statusOf(event.target);
  if (status) status.textContent = status.dataset.saving ?? "";
});
document.body.addEventListener("htmx:sendError", (event) => {
  const status = statusOf(event.target);
  if (status) status.textContent = status.dataset.failed ?? "";
});

function statusOf(element) {
  if (!(element instanceof HTMLElement)) return null;
  const id = element.dataset.status;
  return id ? document.getElementById(id) : null;
}
