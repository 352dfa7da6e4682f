// A field's words as the desk reads them, and the way back from places in them to places on the page. All offsets are
// UTF-16 units. Quoted mail, signatures put in by the program and hidden things are left out.
{
  const amends = (globalThis.amends ??= {});

  const QUOTED = [
    "blockquote", ".gmail_quote", ".gmail_quote_container", ".yahoo_quoted", ".protonmail_quote", ".zmail_extra",
    ".moz-cite-prefix", "[data-amends-quoted]",
  ].join();
  const LEFT_OUT = [
    ".gmail_signature", "[data-smartmail=gmail_signature]", ".moz-signature", ".protonmail_signature_block", "#Signature",
    "[aria-hidden=true]", "[hidden]", "script, style, noscript, template, svg, select, button, input, textarea, iframe",
  ].join();
  // Outlook puts what it quotes after one of these, beside it rather than in it.
  const REST_IS_QUOTED = "#appendonsend, #divRplyFwdMsg, #mail-editor-reference-message-container, hr#stopSpelling";
  const LONGEST_QUOTED = 20_000;

  // What no server takes, replaced by as much, so that offsets stay.
  const clean = (text) =>
    text.replace(/\0/g, " ").replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");

  class Reading {
    constructor() {
      this.text = "";
      this.quoted = "";
      this.pieces = [];
    }

    /** The page's range of a stretch of the text, or null when it is not in nodes (textarea) or not there any more. */
    range(start, end) {
      const first = this.pieceAt(start, true);
      const last = this.pieceAt(end, false);
      if (!first || !last) return null;
      const range = document.createRange();
      try {
        range.setStart(first.node, Math.max(0, start - first.at));
        range.setEnd(last.node, Math.min(last.length, end - last.at));
      } catch {
        return null;
      }
      return range;
    }

    // The piece in which a stretch begins, or ends: line breaks between pieces belong to none.
    pieceAt(offset, begins) {
      let low = 0;
      let high = this.pieces.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        const { at, length } = this.pieces[middle];
        if (begins ? at + length <= offset : at + length < offset) low = middle + 1;
        else high = middle;
      }
      return this.pieces[low] ?? null;
    }
  }

  class Walk {
    constructor(reading) {
      this.reading = reading;
      this.parts = [];
      this.quoted = [];
      this.length = 0;
      this.breaks = 0;
      this.line = false;
      this.restIsQuoted = false;
    }

    add(text) {
      this.parts.push(text);
      this.length += text.length;
    }

    flush() {
      if (this.breaks && this.length) this.add("\n".repeat(this.breaks));
      this.breaks = 0;
    }

    through(element, preserved) {
      for (let node = element.firstChild; node; node = node.nextSibling) {
        if (node.nodeType === Node.TEXT_NODE) this.text(node, preserved);
        else if (node.nodeType === Node.ELEMENT_NODE) this.element(node);
      }
    }

    text(node, preserved) {
      const raw = clean(node.data);
      if (this.restIsQuoted) {
        this.quoted.push(raw);
        return;
      }
      // Between blocks, code's own line ends are nothing that anybody sees.
      if (!preserved && !/[^ \t\r\n]/.test(raw) && (this.breaks || !this.length)) return;
      this.flush();
      if (this.line) this.add("\n");
      this.line = false;
      // As many characters as in the node, so that places can be counted.
      const shown = preserved ? raw : raw.replace(/[\t\r\n]/g, " ");
      this.reading.pieces.push({ node, at: this.length, length: raw.length });
      this.add(shown.replace(/\u00A0/g, " "));
    }

    element(element) {
      if (element.matches(LEFT_OUT)) return;
      if (element.matches(REST_IS_QUOTED)) this.restIsQuoted = true;
      if (this.restIsQuoted || element.matches(QUOTED)) {
        if (!this.asQuoted) this.quoted.push(saidIn(element), "\n");
        this.breaks = Math.max(this.breaks, 1);
        return;
      }
      if (element.localName === "br") {
        this.flush();
        if (this.line) this.add("\n");
        this.line = true;
        return;
      }
      const { display, visibility, whiteSpaceCollapse, whiteSpace } = getComputedStyle(element);
      if (display === "none" || visibility === "hidden") return;
      const block = !/^(inline|contents|ruby)/.test(display);
      const gap = element.localName === "p" ? 2 : 1;
      if (block) this.edge(gap);
      this.through(element, keeps(whiteSpaceCollapse, whiteSpace));
      if (block) this.edge(gap);
    }

    /** Only these words, whatever the element is; what is quoted in them is left out. */
    static of(element) {
      const walk = new Walk(new Reading());
      walk.asQuoted = true;
      walk.through(element, false);
      return walk.parts.join("");
    }

    edge(gap) {
      this.line = false;
      this.breaks = Math.max(this.breaks, gap);
    }
  }

  // The customer's last words, without the line that says who wrote when, and without what they quote themselves.
  function saidIn(element) {
    const inner = element.localName === "blockquote" ? element : element.querySelector("blockquote");
    return inner ? Walk.of(inner) : element.innerText;
  }

  const keeps = (collapse, whiteSpace) => (collapse ? collapse !== "collapse" : /^(pre|break-spaces)/.test(whiteSpace ?? ""));

  /** The words of a reply field, now. */
  amends.read = (field) => {
    const reading = new Reading();
    if (field.localName === "textarea") {
      reading.text = clean(field.value);
      return reading;
    }
    const walk = new Walk(reading);
    const { whiteSpaceCollapse, whiteSpace } = getComputedStyle(field);
    walk.through(field, keeps(whiteSpaceCollapse, whiteSpace));
    reading.text = walk.parts.join("");
    reading.quoted = clean(walk.quoted.join("")).trim().slice(0, LONGEST_QUOTED);
    return reading;
  };
}
