// The button at a field's edge and the panel with what the desk found. What is in them the page cannot read.
{
  const amends = (globalThis.amends ??= {});

  const WIDTH = 368;
  const GAP = 8;
  const HANGS = 14;
  const FAULTS = [["", "faultUnknown"], ["team", "faultOurs"], ["supplier", "faultSupplier"], ["nobody", "faultNobody"]];
  const TROUBLES = { "no-desk": "troubleNoDesk", away: "troubleAway", token: "troubleToken", scope: "troubleScope", busy: "troubleBusy" };

  /** An element with properties, attributes (data-, aria-, role, lang, dir) and what is in it. */
  function make(name, values = {}, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined || value === null || value === false) continue;
      if (key === "class") element.className = value;
      else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...inside.flat().filter((one) => one !== null && one !== undefined && one !== false));
    return element;
  }

  function sign(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" })) svg.setAttribute(name, value);
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const SIGNS = { good: "m6.5 12.5 3.6 3.6 7.4-8", open: "M12 7.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 1 1 0-9", close: "m7 7 10 10M17 7 7 17", gear: "M4 8h9m5 0h2M4 16h2m5 0h9M15.5 5.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5M8.5 13.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5", away: "M12 6.5v7M12 17v.5" };

  const filled = (text, ...values) => (text ?? "").replace(/\$(\d)/g, (_all, number) => values[number - 1] ?? "");
  const shortened = (text) => (text.length > 140 ? `${text.slice(0, 139)}…` : text);

  class Panel {
    /** acts: go(finding), fix(finding), fault(name), toggle(), close(), options(), off(). */
    constructor(config, acts) {
      this.config = config;
      this.acts = acts;
      this.host = document.createElement("amends-panel");
      this.host.style.cssText = "all: initial; position: absolute; top: 0; left: 0; width: 0; height: 0; z-index: 2147483647;";
      const root = this.host.attachShadow({ mode: "closed" });
      this.root = root;
      amends.style(root, STYLE);
      this.badge = make("button", { class: "badge", type: "button", "aria-expanded": "false", onclick: trusted(() => acts.toggle()) });
      this.card = make("section", { class: "card", hidden: true, tabindex: "-1", lang: config.language, dir: config.direction, "aria-label": "Amends" });
      this.live = make("p", { class: "unseen", role: "status", lang: config.language, dir: config.direction });
      root.append(this.badge, this.card, this.live);
      // The field keeps its selection while somebody presses a button, and the page's own shortcuts hear nothing.
      root.addEventListener("mousedown", (event) => { if (!event.target.closest("select")) event.preventDefault(); });
      for (const kind of ["mousedown", "mouseup", "click", "pointerdown", "pointerup", "keydown", "keypress", "keyup", "focusin", "focusout", "input", "change"]) {
        root.addEventListener(kind, (event) => event.stopPropagation());
      }
      root.addEventListener("keydown", (event) => { if (event.key === "Escape") acts.close(); });
    }

    get open() {
      return !this.card.hidden;
    }

    word(key, ...values) {
      return filled(this.config.words[key] ?? key, ...values);
    }

    remove() {
      this.host.remove();
    }

    /** Open with all there is, or with one finding beside its words. */
    show(only = null) {
      this.only = only;
      this.card.hidden = false;
      this.badge.setAttribute("aria-expanded", "true");
    }

    hide() {
      this.only = null;
      this.card.hidden = true;
      this.badge.setAttribute("aria-expanded", "false");
    }

    focus() {
      this.card.focus();
    }

    /** state: {review, parts, findings, promises, fault, checking, trouble, detail, notTaken, empty}. */
    render(state) {
      const focused = this.root.activeElement?.dataset.key;
      this.renderBadge(state);
      this.card.replaceChildren(...(this.only === null ? this.all(state) : this.one(state)));
      if (focused) this.card.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
      const said = this.summary(state);
      if (!state.checking && this.live.textContent !== said) this.live.textContent = said;
    }

    renderBadge(state) {
      const worst = ["error", "warning", "note"].find((kind) => state.findings.some(({ severity }) => severity === kind));
      const count = state.findings.length;
      const look = state.trouble ? "away" : !state.review ? "idle" : worst ?? "good";
      this.badge.className = `badge ${look}${state.checking ? " checking" : ""}`;
      this.badge.replaceChildren(look === "away" ? sign(SIGNS.away) : look === "good" ? sign(SIGNS.good) : look === "idle" ? sign(SIGNS.open) : String(count));
      this.badge.setAttribute("aria-label", `Amends. ${this.summary(state)}`);
      this.badge.title = this.summary(state);
    }

    summary(state) {
      if (state.trouble) return this.troubled(state);
      if (!state.review) return this.word(state.checking ? "checking" : "begins");
      if (state.review.verdict === "unread") return state.review.reason ?? "";
      const looks = state.findings.length ? this.word("toLookAt", state.findings.length) : "";
      return [state.review.verdict_words, looks].filter(Boolean).join(" ");
    }

    troubled({ trouble, detail }) {
      return trouble === "refused" ? detail : this.word(TROUBLES[trouble] ?? "troubleAway");
    }

    *all(state) {
      yield this.head(state);
      yield make("div", { class: "body" }, ...this.body(state));
      yield this.foot();
    }

    *one(state) {
      const finding = state.findings.find(({ number }) => number === this.only);
      if (!finding) {
        this.only = null;
        yield* this.all(state);
        return;
      }
      yield make("div", { class: "body" }, make("ul", { role: "list" }, this.finding(finding, state)));
      yield make(
        "footer", {},
        make("button", { type: "button", "data-key": "all", onclick: trusted(() => { this.show(); this.acts.again(); }) }, this.word("all")),
        this.closing(),
      );
    }

    head(state) {
      return make("header", {}, make("p", { class: "verdict" }, this.headline(state)), this.closing());
    }

    headline(state) {
      if (state.trouble) return this.troubled(state);
      if (!state.review) return this.word(state.checking ? "checking" : "begins");
      if (state.review.verdict === "unread") return state.review.reason ?? this.word("begins");
      return state.review.verdict_words;
    }

    closing() {
      return make(
        "button", { type: "button", class: "sign", "data-key": "close", "aria-label": this.word("close"), title: this.word("close"), onclick: trusted(() => this.acts.close()) },
        sign(SIGNS.close),
      );
    }

    *body(state) {
      const { review } = state;
      if (["no-desk", "token", "scope"].includes(state.trouble)) {
        yield make("p", {}, make("button", { type: "button", class: "main", "data-key": "mend", onclick: trusted(() => this.acts.options()) }, this.word("settings")));
      }
      if (state.notTaken) yield make("p", { class: "told", role: "alert" }, this.word("notTaken"));
      if (review && review.verdict !== "unread") {
        if (review.preview) yield make("p", { class: "soft" }, this.word("preview"));
        const held = new Set(Object.keys(review.components));
        yield make(
          "ul", { role: "list", class: "parts", "aria-label": this.word("parts") },
          state.parts.map(({ label, title }) =>
            make(
              "li", { class: held.has(label) ? "held" : "" }, sign(held.has(label) ? SIGNS.good : SIGNS.open), title,
              make("span", { class: "unseen" }, `: ${this.word(held.has(label) ? "held" : "notHeld")}`),
            ),
          ),
        );
        if (state.findings.length) {
          yield make("h2", {}, this.word("toLookAt", state.findings.length));
          yield make("ul", { role: "list" }, state.findings.map((finding) => this.finding(finding, state)));
        } else yield make("p", { class: "soft" }, this.word("nothingFound"));
        if (review.missing.length) {
          yield make("h2", {}, this.word("notSaid"));
          yield make("ul", { role: "list", class: "missing" }, review.missing.map(({ title, prompt }) => make("li", {}, make("strong", {}, title), " ", prompt)));
        }
        if (state.promises.length) {
          yield make("h2", {}, this.word("promises"));
          yield make("ul", { role: "list", class: "promises" }, state.promises.map((promise) => this.promise(promise, review)));
        }
        yield make(
          "label", { class: "fault" }, this.word("whose"),
          make(
            "select", { "data-key": "fault", onchange: trusted((event) => this.acts.fault(event.target.value)) },
            FAULTS.map(([value, key]) => make("option", { value, selected: value === state.fault }, this.word(key))),
          ),
        );
        if (review.information) yield make("details", {}, make("summary", { "data-key": "information" }, this.word("liability")), make("p", {}, review.information));
      }
    }

    finding(finding, { review }) {
      const { severity, title, detail, quotes, why, way_out: wayOut, fix, number } = finding;
      const quote = quotes[0] && make("button", { type: "button", class: "quote", dir: "auto", lang: review.lang, "data-key": `go-${number}`, disabled: !finding.marks.length, onclick: trusted(() => this.acts.go(finding)) }, shortened(quotes[0]));
      return make(
        "li", { class: `finding ${severity}`, "data-finding": number },
        make("p", { class: "title" }, make("strong", {}, title), severity !== "note" && make("span", { class: "how" }, this.word(severity === "error" ? "mend" : "better"))),
        detail && make("p", { dir: "auto" }, detail),
        quote,
        make("p", {}, why, " ", make("span", { class: "way" }, wayOut)),
        fix && make(
          "button", { type: "button", class: "main", "data-key": `fix-${number}`, disabled: !fix.place, onclick: trusted(() => this.acts.fix(finding)) },
          ...this.quoting(fix.text ? "makeIt" : "takeOut", fix.text || fix.replaces, review.lang),
        ),
      );
    }

    // A text with somebody's words in it, which may run the other way.
    quoting(key, words, language) {
      const [before, after] = this.word(key, "\0").split("\0");
      return [before, make("bdi", { lang: language }, shortened(words)), after];
    }

    promise({ quote, act, due, precision, mark }, review) {
      const when = due ? this.moment(due, precision) : this.word("noDay");
      return make(
        "li", {},
        make("button", { type: "button", class: "quote", dir: "auto", lang: review.lang, "data-key": `promise-${quote}`, disabled: !mark, onclick: trusted(() => this.acts.goTo(mark)) }, shortened(act || quote)),
        make("span", { class: due ? "when" : "when soft" }, when),
      );
    }

    moment(due, precision) {
      const day = { weekday: "short", day: "numeric", month: "short" };
      // A day is a day wherever the reader is; a moment is shown as the desk's clock has it.
      const [date, time] = due.split("T");
      const words = new Intl.DateTimeFormat(this.config.language, { ...day, timeZone: "UTC" }).format(new Date(`${date}T12:00:00Z`));
      return time && precision !== "day" ? `${words}, ${time.slice(0, 5)}` : words;
    }

    foot() {
      return make(
        "footer", {},
        make("span", { class: "soft" }, this.config.host && this.word("checkedBy"), " ", this.config.host && make("bdi", {}, this.config.host)),
        make("button", { type: "button", "data-key": "off", onclick: trusted(() => this.acts.off()) }, this.word("offHere")),
        make("button", { type: "button", class: "sign", "data-key": "options", "aria-label": this.word("settings"), title: this.word("settings"), onclick: trusted(() => this.acts.options()) }, sign(SIGNS.gear)),
      );
    }

    /** Put button and panel beside what is seen of a field; `near` is the place of one finding's words. */
    place(field, seen, near) {
      const home = field.closest("dialog:modal") ?? document.documentElement;
      if (this.host.parentNode !== home) home.append(this.host);
      const origin = this.host.getBoundingClientRect();
      const leftward = getComputedStyle(field).direction === "rtl";
      this.badge.hidden = !seen;
      if (!seen) return;
      const bar = field.offsetWidth - field.clientWidth - 2 * field.clientLeft > 4 ? 16 : 0;
      const x = leftward ? seen.left + 6 + bar : seen.right - 34 - bar;
      this.badge.style.left = `${x - origin.left}px`;
      // Half outside, so that it hides no words of the last line.
      this.badge.style.top = `${Math.min(seen.bottom - 14, innerHeight - 30) - origin.top}px`;
      if (this.open) this.placeCard(seen, leftward, near);
    }

    placeCard(seen, leftward, near) {
      const { card } = this;
      const width = Math.min(WIDTH, innerWidth - 2 * GAP);
      const around = this.only !== null && near ? near : seen;
      const above = around.top - 2 * GAP;
      const below = innerHeight - around.bottom - 2 * GAP;
      const beside = leftward ? seen.left - width - GAP : seen.right + GAP;
      const besideFits = beside >= GAP && beside + width <= innerWidth - GAP;
      card.style.width = `${width}px`;
      let x = leftward ? around.left : around.right - width;
      let most = innerHeight - 2 * GAP;
      let y;
      if (this.only !== null && near) {
        x = leftward ? near.right - width : near.left;
        most = Math.max(160, Math.max(above, below));
        y = below >= Math.min(card.scrollHeight, most) || below >= above ? around.bottom + GAP : null;
      } else if (besideFits) {
        x = beside;
        y = Math.max(GAP, Math.min(seen.top, innerHeight - GAP - Math.min(560, most)));
        most = Math.min(640, most);
      } else if (Math.max(above, below) >= 260) {
        // Below, the button hangs over the field's edge.
        most = Math.min(560, Math.max(above, below - HANGS));
        y = below >= above ? around.bottom + GAP + HANGS : null;
      } else {
        most = Math.min(460, most);
        y = GAP;
      }
      card.style.maxHeight = `${most}px`;
      card.style.left = `${Math.min(Math.max(GAP, x), innerWidth - width - GAP)}px`;
      card.style.top = y === null ? "auto" : `${y}px`;
      card.style.bottom = y === null ? `${innerHeight - around.top + GAP}px` : "auto";
    }
  }

  // A page may press our buttons only through the person.
  const trusted = (act) => (event) => { if (event.isTrusted) act(event); };

  const STYLE = `
    :host { color-scheme: light dark; }
    *, *::before, *::after { box-sizing: border-box; margin: 0; }
    .badge, .card, .unseen {
      --accent: light-dark(oklch(47% 0.085 190), oklch(76% 0.095 190));
      --on-accent: light-dark(#fff, oklch(20% 0.02 190));
      --accent-soft: light-dark(oklch(95.5% 0.022 190), oklch(31% 0.035 190));
      --sheet: light-dark(#fff, oklch(24.5% 0.009 230));
      --sunk: light-dark(oklch(96.2% 0.005 95), oklch(19.5% 0.008 230));
      --line: light-dark(oklch(88% 0.006 95), oklch(36% 0.01 230));
      --text: light-dark(oklch(26% 0.012 230), oklch(93% 0.006 95));
      --soft: light-dark(oklch(45% 0.012 230), oklch(75% 0.01 230));
      --hurt: light-dark(oklch(48% 0.15 28), oklch(78% 0.11 28));
      --wait: light-dark(oklch(47% 0.1 70), oklch(83% 0.1 80));
      --good: light-dark(oklch(45% 0.1 150), oklch(80% 0.11 150));
      --good-soft: light-dark(oklch(95.5% 0.03 150), oklch(30% 0.04 150));
      font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Hebrew", Arial, sans-serif;
      color: var(--text);
    }
    [hidden] { display: none !important; }
    button, select { font: inherit; color: inherit; cursor: pointer; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    svg { inline-size: 1em; block-size: 1em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; flex: none; }
    .badge { position: absolute; inline-size: 28px; block-size: 28px; padding: 0; border: 2px solid var(--sheet); border-radius: 50%; background: var(--soft);
      color: var(--sheet); font-weight: 700; font-size: 13px; line-height: 1; display: grid; place-items: center; box-shadow: 0 1px 5px rgb(0 0 0 / 0.35); }
    .badge svg { inline-size: 18px; block-size: 18px; }
    .badge.error { background: var(--hurt); }
    .badge.warning, .badge.away { background: var(--wait); }
    .badge.good { background: var(--good); }
    .badge.checking { opacity: 0.75; }
    .card { position: fixed; display: flex; flex-direction: column; background: var(--sheet); border: 1px solid var(--line); border-radius: 10px;
      box-shadow: 0 6px 28px rgb(0 0 0 / 0.24); overflow: hidden; text-align: start; }
    .card:focus { outline: none; }
    header, footer { display: flex; align-items: center; gap: 8px; padding: 10px 14px; }
    header { border-block-end: 1px solid var(--line); }
    footer { border-block-start: 1px solid var(--line); padding-block: 6px; font-size: 13px; }
    header p, footer span { flex: 1; min-inline-size: 0; overflow-wrap: anywhere; }
    footer button:not(.sign) { background: none; border: 0; padding: 4px 6px; color: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; margin-inline-end: auto; }
    footer span + button:not(.sign) { margin-inline-end: 0; }
    .sign { inline-size: 32px; block-size: 32px; padding: 0; border: 0; border-radius: 6px; background: none; display: grid; place-items: center; font-size: 20px; color: var(--soft); flex: none; }
    .sign:hover { background: var(--sunk); }
    .verdict { font-weight: 650; font-size: 15px; }
    .body { padding: 12px 14px; overflow-y: auto; display: grid; gap: 12px; align-content: start; }
    h2 { font-size: 14px; font-weight: 650; }
    ul { list-style: none; padding: 0; display: grid; gap: 10px; }
    .parts { display: flex; flex-wrap: wrap; gap: 5px; }
    .parts li { display: inline-flex; align-items: center; gap: 4px; padding: 1px 9px 1px 6px; border: 1px dashed var(--line); border-radius: 99px; font-size: 13px; color: var(--soft); }
    .parts .held { border: 1px solid transparent; background: var(--good-soft); color: var(--good); font-weight: 550; }
    .finding { display: grid; gap: 5px; justify-items: start; padding: 9px 12px; border-inline-start: 4px solid var(--soft); border-radius: 6px; background: var(--sunk); }
    .finding.error { border-color: var(--hurt); }
    .finding.warning { border-color: var(--wait); }
    .title { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; }
    .how { font-size: 13px; color: var(--soft); }
    .error .how { color: var(--hurt); }
    .warning .how { color: var(--wait); }
    .quote { background: none; border: 0; padding: 0; text-align: start; font-family: Charter, "Noto Serif", "Noto Serif Hebrew", serif; font-size: 15px;
      text-decoration: underline dotted; text-underline-offset: 0.2em; overflow-wrap: anywhere; }
    .quote:disabled { text-decoration: none; cursor: default; }
    .way { font-weight: 550; }
    .main { border: 1px solid var(--accent); border-radius: 6px; background: var(--accent); color: var(--on-accent); padding: 5px 11px; font-weight: 600; text-align: start; overflow-wrap: anywhere; }
    .main:disabled { opacity: 0.5; cursor: default; }
    .promises li { display: flex; justify-content: space-between; gap: 12px; align-items: baseline; }
    .when { flex: none; color: var(--accent); font-weight: 600; }
    .when.soft { font-weight: 400; }
    .soft { color: var(--soft); }
    .told { padding: 8px 12px; border-radius: 6px; background: var(--accent-soft); }
    .fault { display: grid; gap: 4px; }
    select { inline-size: 100%; padding: 5px 8px; border: 1px solid var(--line); border-radius: 6px; background: var(--sheet); }
    .unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (prefers-reduced-motion: no-preference) { .badge.checking { transition: opacity 0.2s; } }
  `;

  amends.Panel = Panel;
}
