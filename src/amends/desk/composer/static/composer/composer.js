// The composer: checks while somebody writes, marks the places, keeps the draft. Without it the form works by itself.

const CHECK_AFTER = 250;
const SAVE_AFTER = 800;
const TRY_AGAIN_AFTER = 5000;
const KINDS = ["promise", "note", "fact", "warning", "error"];
const canHighlight = "highlights" in CSS && typeof Highlight === "function";

class Composer {
  constructor(form) {
    this.form = form;
    this.text = form.elements.text;
    this.mirror = form.querySelector(".mirror");
    this.panel = document.getElementById("answer-panel");
    this.promises = document.getElementById("answer-promises");
    this.reason = document.getElementById("answer-reason");
    this.summary = document.getElementById("answer-summary");
    this.status = document.getElementById("answer-saved");
    this.marks = [];
    this.before = this.text.value;
    this.kept = this.state();
    this.saving = null;
    this.leaving = false;

    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("scroll", () => { this.mirror.scrollTop = this.text.scrollTop; });
    form.addEventListener("input", (event) => { if (event.target !== this.text && event.target.type !== "file") this.later(); });
    form.addEventListener("change", (event) => { if (event.target.name?.startsWith("promise-")) this.check(); });
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("pagehide", () => this.save(true));
    window.addEventListener("pageshow", () => { this.leaving = false; });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(true); });
    window.addEventListener("beforeunload", (event) => {
      if (!this.leaving && this.failed && this.state() !== this.kept) event.preventDefault();
    });
    this.draw();
    if (this.text.value.trim()) this.check();
  }

  // The words without the files: those go by themselves as soon as they are chosen.
  data() {
    const data = new FormData(this.form);
    data.delete("files");
    return data;
  }

  // What is to be kept, so that nothing is sent when nothing changed.
  state() {
    const data = this.data();
    data.delete("revision");
    data.delete("csrfmiddlewaretoken");
    return JSON.stringify([...data].filter(([name]) => !name.includes("-was-")));
  }

  typed() {
    this.shift();
    this.draw();
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(() => this.check(), CHECK_AFTER);
    this.later();
  }

  later(wait = SAVE_AFTER) {
    clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.save(), wait);
  }

  // Until the next check has come, marks move with the words around them, and go where the words changed.
  shift() {
    const now = this.text.value;
    const was = this.before;
    this.before = now;
    let head = 0;
    const most = Math.min(now.length, was.length);
    while (head < most && now[head] === was[head]) head++;
    let tail = 0;
    while (tail < most - head && now[now.length - 1 - tail] === was[was.length - 1 - tail]) tail++;
    const change = now.length - was.length;
    const changedTo = was.length - tail;
    this.marks = this.marks.flatMap(([kind, start, end, target]) => {
      if (end <= head) return [[kind, start, end, target]];
      if (start >= changedTo) return [[kind, start + change, end + change, target]];
      return [];
    });
  }

  async check() {
    clearTimeout(this.checkTimer);
    this.checking?.abort();
    this.checking = new AbortController();
    const asked = this.text.value;
    try {
      const answer = await fetch(this.form.dataset.check, {
        method: "POST", body: this.data(), signal: this.checking.signal, headers: { Accept: "application/json" },
      });
      if (!answer.ok || this.text.value !== asked) return;
      this.show(await answer.json(), asked);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  show(found, asked) {
    if (this.text.value !== asked) return;
    this.marks = found.marks;
    this.draw();
    if (!this.panel.contains(document.activeElement)) this.panel.innerHTML = found.panel;
    if (!this.promises.contains(document.activeElement)) this.redraw(found.promises);
    if (found.errors || !this.form.elements.reason.value) this.reason.hidden = !found.errors;
    if (this.summary.textContent !== found.summary) this.summary.textContent = found.summary;
    this.form.dataset.checked = String(asked.length);
  }

  // What somebody has opened stays open.
  redraw(promises) {
    const open = [...this.promises.querySelectorAll("details[open]")].map((one) => one.dataset.key);
    this.promises.innerHTML = promises;
    for (const one of this.promises.querySelectorAll("details")) one.open ||= open.includes(one.dataset.key);
  }

  draw() {
    const words = this.text.value;
    const marks = this.marks.filter(([, start, end]) => start < end && end <= words.length);
    if (canHighlight) {
      // A line end at the very end shows a line in the field, and must in the mirror.
      this.mirror.textContent = `${words}\n`;
      const node = this.mirror.firstChild;
      KINDS.forEach((kind, place) => {
        const highlight = new Highlight();
        for (const [of, start, end] of marks) {
          if (of !== kind) continue;
          const range = new Range();
          range.setStart(node, start);
          range.setEnd(node, end);
          highlight.add(range);
        }
        highlight.priority = place;
        CSS.highlights.set(`amends-${kind}`, highlight);
      });
    } else {
      this.mirror.replaceChildren(...this.spans(words, marks), "\n");
    }
    this.mirror.scrollTop = this.text.scrollTop;
  }

  // For browsers without highlights: the same text in spans.
  spans(words, marks) {
    const edges = [...new Set([0, words.length, ...marks.flatMap(([, start, end]) => [start, end])])].sort((a, b) => a - b);
    return edges.slice(0, -1).map((start, place) => {
      const end = edges[place + 1];
      const over = marks.filter(([, first, last]) => first <= start && end <= last).map(([kind]) => `mark-${kind}`);
      const span = document.createElement("span");
      span.className = over.join(" ");
      span.textContent = words.slice(start, end);
      return span;
    });
  }

  clicked(event) {
    const fix = event.target.closest("[data-fix]");
    const go = event.target.closest("[data-go]");
    if (fix) {
      const [start, end] = fix.dataset.fix.split(",").map(Number);
      event.preventDefault();
      if (this.text.value.slice(start, end) !== fix.dataset.replaces) { this.check(); return; }
      this.replace(start, end, fix.dataset.text);
    } else if (go) {
      const [start, end] = go.dataset.go.split(",").map(Number);
      this.select(start, end);
    }
  }

  select(start, end) {
    this.text.focus();
    this.text.setSelectionRange(start, end);
    // Losing and gaining the focus brings the place into view.
    this.text.blur();
    this.text.focus();
  }

  // As if it were typed, so that the browser's own undo takes it back.
  replace(start, end, words) {
    let gone = end;
    if (!words) {
      const around = this.text.value.slice(start - 1, start) + this.text.value.slice(end, end + 1);
      if (around === "  ") gone = end + 1;
    }
    this.text.focus();
    this.text.setSelectionRange(start, gone);
    const done = words ? document.execCommand("insertText", false, words) : document.execCommand("delete");
    if (!done) {
      this.text.setRangeText(words, start, gone, "end");
      this.text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.check();
  }

  async save(now = false) {
    clearTimeout(this.saveTimer);
    if (this.leaving || this.conflict) return;
    const state = this.state();
    if (state === this.kept) return;
    if (this.saving && !now) { await this.saving; return this.save(); }
    this.say(this.form.dataset.saving);
    this.saving = this.send(state, now);
    await this.saving;
    this.saving = null;
  }

  async send(state, now) {
    try {
      const answer = await fetch(this.form.dataset.draft, { method: "POST", body: this.data(), keepalive: now });
      const found = await answer.json();
      if (answer.ok) {
        this.form.elements.revision.value = found.revision;
        this.kept = state;
        this.failed = false;
        this.say(this.form.dataset.saved);
        if (this.state() !== this.kept) this.later();
      } else {
        this.failed = true;
        this.refused(found, answer.status);
      }
    } catch {
      this.failed = true;
      this.say(this.form.dataset.unsaved);
      this.later(TRY_AGAIN_AFTER);
    }
  }

  // Another window has newer words: nothing is written over them until the person says so.
  refused(found, status) {
    this.say(found.words);
    if (status !== 409) return;
    this.conflict = true;
    const keep = document.createElement("button");
    keep.type = "button";
    keep.className = "link";
    keep.textContent = this.form.dataset.keep;
    keep.addEventListener("click", () => {
      this.form.elements.revision.value = found.revision;
      this.conflict = false;
      this.save();
    });
    this.status.append(" ", keep);
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  // A save that is still on its way would make the form look old: it is waited for.
  submitted(event) {
    if (this.saving) {
      event.preventDefault();
      event.stopPropagation();
      const pressed = event.submitter;
      this.saving.then(() => { this.saving = null; this.form.requestSubmit(pressed ?? undefined); });
      return;
    }
    clearTimeout(this.saveTimer);
    this.leaving = true;
  }
}

// The seconds that are left to take a reply back.
function countDown() {
  for (const place of document.querySelectorAll("[data-leaves]")) {
    const left = Math.ceil((Date.parse(place.dataset.leaves) - Date.now()) / 1000);
    place.dataset.words ??= place.textContent;
    place.textContent = left > 0 ? `${place.dataset.words}: ${left} s` : place.dataset.leaving;
  }
}

for (const form of document.querySelectorAll("[data-composer]")) new Composer(form);
// The text of a public answer, to be pasted where the customer wrote.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const place = document.getElementById(button.dataset.copy);
  const words = place.textContent.trim();
  button.dataset.words ??= button.textContent;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    // Without the right to the clipboard: the text is marked, and a key copies it.
    getSelection().selectAllChildren(place);
    if (!document.execCommand("copy")) return;
  }
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = button.dataset.words; }, 3000);
});
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
if (document.querySelector("[data-leaves]")) {
  countDown();
  setInterval(countDown, 500);
}
