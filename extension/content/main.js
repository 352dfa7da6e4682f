// Watches for reply fields on this page, has their words checked, keeps marks and panel in step with the field.
{
  const amends = (globalThis.amends ??= {});
  const browser = globalThis.browser ?? globalThis.chrome;

  const CHECK_AFTER = 600;
  const LOOK_EVERY = 400;
  const FIRST_WAIT = 5;
  const LONGEST_WAIT = 60;
  const seconds = (count) => count * 1000;

  /** One field with what is known of it. */
  class Written {
    constructor(field) {
      this.field = field;
      this.reading = null;
      this.marks = [];
      this.findings = [];
      this.promises = [];
      this.review = null;
      this.parts = [];
      this.fault = "";
      this.trouble = "";
      this.detail = "";
      this.checking = false;
      this.notTaken = false;
      this.asked = 0;
      this.wait = FIRST_WAIT;
    }

    /** Read the field anew. Returns whether its words are others than before. */
    read() {
      const before = this.reading;
      this.reading = amends.read(this.field);
      if (before && before.text === this.reading.text) return false;
      if (before) this.shift(before.text, this.reading.text);
      return true;
    }

    // Until the next check has come, marks move with the words around them, and go where the words changed.
    shift(was, now) {
      const most = Math.min(was.length, now.length);
      let head = 0;
      while (head < most && was[head] === now[head]) head++;
      let tail = 0;
      while (tail < most - head && was[was.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
      const change = now.length - was.length;
      const changedTo = was.length - tail;
      for (const mark of this.marks) {
        if (mark.end <= head) continue;
        if (mark.start >= changedTo) {
          mark.start += change;
          mark.end += change;
        } else mark.gone = true;
      }
      this.marks = this.marks.filter(({ gone }) => !gone);
      for (const finding of this.findings) {
        finding.marks = finding.marks.filter(({ gone }) => !gone);
        if (finding.fix?.place?.gone) finding.fix.place = null;
      }
      for (const promise of this.promises) if (promise.mark?.gone) promise.mark = null;
    }

    take({ review, parts }) {
      const { text } = this.reading;
      const marks = [];
      const mark = (kind, [start, end]) => {
        const made = { kind, start, end };
        marks.push(made);
        return made;
      };
      this.promises = review.promises.map((promise) => ({ ...promise, mark: mark("promise", promise.span) }));
      this.findings = review.findings.map((finding, number) => ({
        ...finding,
        number,
        marks: finding.spans.map((span) => mark(finding.severity, span)),
        fix: finding.fix && { text: finding.fix.text, place: mark("fix", finding.fix.span), replaces: text.slice(...finding.fix.span) },
      }));
      Object.assign(this, { review, parts, marks, trouble: "", detail: "", wait: FIRST_WAIT });
    }

    forget() {
      Object.assign(this, { review: null, marks: [], findings: [], promises: [] });
    }
  }

  class Page {
    constructor(config) {
      this.config = config;
      this.known = new WeakMap();
      this.active = null;
      this.marks = new amends.Marks();
      this.panel = new amends.Panel(config, {
        toggle: () => (this.panel.open ? this.close() : this.open()),
        close: () => this.close(),
        again: () => this.show(),
        go: (finding) => this.go(finding.marks[0]),
        goTo: (mark) => this.go(mark),
        fix: (finding) => this.fix(finding),
        fault: (name) => { this.active.fault = name; this.check(); },
        options: () => this.ask({ kind: "options" }),
        off: () => this.ask({ kind: "off" }),
      });
      this.listening = new AbortController();
      const { signal } = this.listening;
      const later = { capture: true, passive: true, signal };
      addEventListener("focusin", (event) => this.met(event.composedPath()[0]), later);
      addEventListener("input", (event) => this.met(event.composedPath()[0]), later);
      addEventListener("scroll", () => this.soon(), later);
      addEventListener("resize", () => this.soon(), later);
      addEventListener("click", (event) => this.clicked(event), later);
      addEventListener("keydown", (event) => { if (event.key === "Escape" && this.panel.open) this.close(); }, later);
      this.sizes = new ResizeObserver(() => this.soon());
      this.changes = new MutationObserver(() => this.changed());
      // Pages move things without telling anybody; a look now and then is enough, and none while nobody looks.
      this.looking = setInterval(() => this.look(), LOOK_EVERY);
      this.met(deepest());
    }

    stop() {
      this.listening.abort();
      this.sizes.disconnect();
      this.changes.disconnect();
      clearInterval(this.looking);
      clearTimeout(this.timer);
      cancelAnimationFrame(this.frame);
      this.marks.clear();
      this.panel.remove();
      this.active = null;
    }

    // Somebody is in a field: it is the one that is shown from now on.
    met(node) {
      const field = amends.replyFieldAt(node, this.config);
      if (!field) return;
      if (this.active?.field !== field) this.turnTo(field);
      else this.changed();
    }

    turnTo(field) {
      this.panel.hide();
      this.marks.clear();
      if (!this.known.has(field)) this.known.set(field, new Written(field));
      this.active = this.known.get(field);
      this.sizes.disconnect();
      this.changes.disconnect();
      this.sizes.observe(field);
      if (field.localName !== "textarea") this.changes.observe(field, { childList: true, characterData: true, subtree: true });
      const other = this.active.read();
      this.show();
      if (other || !this.active.review) this.check();
    }

    // Many changes of one moment are one.
    changed() {
      if (this.waiting) return;
      this.waiting = true;
      queueMicrotask(() => {
        this.waiting = false;
        if (!this.active) return;
        const other = this.active.read();
        if (other) this.active.notTaken = false;
        this.draw();
        if (other) {
          this.show();
          this.later();
        }
      });
    }

    later(time = CHECK_AFTER) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.check(), time);
    }

    async check() {
      clearTimeout(this.timer);
      const written = this.active;
      if (!written) return;
      if (!this.isReply()) {
        this.leave();
        return;
      }
      written.read();
      const { text, quoted } = written.reading;
      const turn = ++written.asked;
      if (!/\p{L}{2}/u.test(text)) {
        written.forget();
        Object.assign(written, { trouble: "", checking: false });
        this.show();
        return;
      }
      written.checking = true;
      this.show();
      const answer = await this.ask({ kind: "check", text, complaint: this.config.quoted ? quoted : "", fault: written.fault });
      if (turn !== written.asked) return;
      written.checking = false;
      if (answer?.stop) {
        // The site was switched off where this page did not hear of it.
        this.stop();
        return;
      }
      if (!answer) return;
      // An answer to words that have changed since would mark the wrong ones; the next check is on its way.
      if (answer.trouble) this.refused(written, answer);
      else if (written.reading.text === text) written.take(answer);
      if (written === this.active) {
        this.show();
        if (document.visibilityState === "visible" && amends.read(written.field).text !== text) this.changed();
      }
    }

    refused(written, { trouble, detail, wait }) {
      Object.assign(written, { trouble, detail });
      written.forget();
      if (trouble !== "away" && trouble !== "busy") return;
      if (written === this.active) this.later(seconds(Math.max(wait, written.wait)));
      written.wait = Math.min(LONGEST_WAIT, 2 * written.wait);
    }

    async ask(message) {
      try {
        return await browser.runtime.sendMessage(message);
      } catch {
        // The extension was renewed or taken away; this script belongs to the one before.
        if (!browser.runtime?.id) this.stop();
        return { trouble: "away", detail: "", wait: 0 };
      }
    }

    draw() {
      const { active } = this;
      if (!active) return;
      const marks = active.marks.filter(({ kind }) => kind !== "fix");
      const only = this.panel.open && this.panel.only !== null ? active.findings.find(({ number }) => number === this.panel.only) : null;
      const shown = (only?.marks ?? []).map((mark) => ({ ...mark, kind: "shown" }));
      this.marks.draw(active.field, active.reading, [...marks, ...shown]);
    }

    show() {
      if (!this.active) return;
      this.draw();
      this.panel.render(this.active);
      this.place();
    }

    soon() {
      if (!this.active || this.frame) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.place();
      });
    }

    place() {
      const { active } = this;
      if (!active) return;
      if (!active.field.isConnected) {
        this.leave();
        return;
      }
      // A page that puts other words into a textarea tells nobody.
      if (active.field.localName === "textarea" && active.field.value.length !== active.reading.text.length) this.changed();
      const seen = this.marks.place();
      this.panel.place(active.field, seen, this.near());
    }

    near() {
      const finding = this.panel.only === null ? null : this.active.findings.find(({ number }) => number === this.panel.only);
      const mark = finding?.marks[0];
      return mark ? this.marks.rect(mark.start, mark.end) : null;
    }

    look() {
      if (!this.active || document.hidden) return;
      // Some pages make a note for colleagues of a reply, in the same field.
      if (this.active.field.isConnected && !this.isReply()) this.leave();
      else this.place();
    }

    // A field that is folded away stays what it is.
    isReply() {
      const { field } = this.active;
      return !field.checkVisibility() || amends.replyFieldAt(field, this.config) === field;
    }

    // The field is gone: some pages put a new one in its place, which is met when somebody is in it.
    leave() {
      this.marks.clear();
      this.panel.hide();
      this.panel.remove();
      this.sizes.disconnect();
      this.changes.disconnect();
      clearTimeout(this.timer);
      this.active = null;
      this.met(deepest());
    }

    open(only = null) {
      this.panel.show(only);
      this.show();
    }

    close() {
      const inside = this.panel.root.activeElement;
      this.panel.hide();
      this.show();
      if (inside) this.active?.field.focus();
    }

    /** By the keyboard: open and go there, or close. */
    keys() {
      if (!this.active) return;
      if (this.panel.open) {
        this.close();
        return;
      }
      if (!document.hasFocus()) return;
      this.open();
      this.panel.focus();
    }

    // Somebody clicks into marked words: what was found there is shown beside them.
    clicked(event) {
      const { active } = this;
      if (!active || !event.isTrusted || !event.composedPath().includes(active.field)) return;
      const { clientX: x, clientY: y } = event;
      const grave = ["error", "warning", "note"];
      const [finding] = active.findings
        .filter(({ marks }) => marks.some(({ start, end }) => this.marks.holds(start, end, x, y)))
        .sort((one, two) => grave.indexOf(one.severity) - grave.indexOf(two.severity) || widthOf(one) - widthOf(two));
      if (finding && !this.selecting()) this.open(finding.number);
      else if (this.panel.open && this.panel.only !== null) this.close();
    }

    // Whoever marks words to write over them is not asking.
    selecting() {
      const { field } = this.active;
      if (field.localName === "textarea") return field.selectionStart !== field.selectionEnd;
      const selection = field.getRootNode().getSelection?.() ?? getSelection();
      return selection?.type === "Range";
    }

    go(mark) {
      if (!mark) return;
      amends.select(this.active.field, mark.start, mark.end);
      this.soon();
    }

    async fix(finding) {
      const { active } = this;
      const { place, text, replaces } = finding.fix;
      if (!place) return;
      const taken = await amends.replace(active.field, place.start, place.end, replaces, text);
      if (active !== this.active) return;
      active.read();
      active.notTaken = !taken;
      if (!taken && this.panel.only !== null) this.panel.show();
      if (taken && this.panel.only !== null) this.panel.hide();
      await this.check();
    }
  }

  const widthOf = ({ marks: [{ start, end }] }) => end - start;

  // Where the cursor is, also inside components of the page's own.
  function deepest() {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element;
  }

  async function begin() {
    amends.page?.stop();
    amends.page = null;
    let config;
    try {
      config = await browser.runtime.sendMessage({ kind: "start" });
    } catch {
      return;
    }
    if (config?.on && !amends.page) amends.page = new Page(config);
  }

  // The scripts may arrive twice, when a site is switched on while its page is still loading.
  if (!amends.listens) {
    amends.listens = true;
    browser.runtime.onMessage.addListener((message) => {
      if (message?.kind === "stop") {
        amends.page?.stop();
        amends.page = null;
      } else if (message?.kind === "renew") begin();
      else if (message?.kind === "show") amends.page?.keys();
    });
  }
  begin();
}
