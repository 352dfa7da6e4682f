// Draws marks on a field's words: by highlights in the page's own text, on a mirror of a textarea, or, where the browser
// or the page allows neither, as boxes over the words.
{
  const amends = (globalThis.amends ??= {});

  const KINDS = ["promise", "note", "warning", "error", "shown"];
  const MIRRORED = [
    "direction", "unicodeBidi", "writingMode", "fontFamily", "fontSize", "fontStyle", "fontWeight", "fontStretch", "fontVariant",
    "fontKerning", "fontFeatureSettings", "fontVariationSettings", "fontOpticalSizing", "fontSizeAdjust", "letterSpacing", "wordSpacing",
    "lineHeight", "textAlign", "textAlignLast", "textIndent", "textTransform", "textRendering", "tabSize", "hyphens", "lineBreak",
    "overflowWrap", "wordBreak", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft",
  ];

  const canHighlight = () => {
    try {
      return "highlights" in CSS && typeof Highlight === "function" && CSS.highlights.size >= 0;
    } catch {
      return false;
    }
  };

  class Marks {
    constructor() {
      this.host = document.createElement("amends-marks");
      this.host.style.cssText =
        "all: initial; position: absolute; top: 0; left: 0; width: 0; height: 0; z-index: 2147483646; pointer-events: none;";
      this.host.setAttribute("aria-hidden", "true");
      const root = this.host.attachShadow({ mode: "closed" });
      amends.style(root, STYLE);
      this.frame = document.createElement("div");
      this.frame.className = "frame";
      this.mirror = document.createElement("div");
      this.mirror.className = "mirror";
      this.boxes = document.createElement("div");
      this.boxes.className = "boxes";
      this.frame.append(this.mirror, this.boxes);
      root.append(this.frame);
      this.highlights = canHighlight();
    }

    /** Marks of a field: [{kind, start, end}], in the words of a reading of it. */
    draw(field, reading, marks) {
      this.field = field;
      this.reading = reading;
      this.marks = marks.filter(({ start, end }) => start < end && end <= reading.text.length);
      if (field.localName === "textarea") {
        this.clearHighlights();
        this.fill(reading.text);
      } else if (this.highlights && field.getRootNode() === document) {
        this.mirror.replaceChildren();
        this.highlight();
      } else {
        this.mirror.replaceChildren();
        this.boxed = true;
      }
      this.place();
    }

    clear() {
      this.field = null;
      this.marks = [];
      this.boxed = false;
      this.clearHighlights();
      this.mirror.replaceChildren();
      this.boxes.replaceChildren();
      this.host.remove();
    }

    highlight() {
      try {
        KINDS.forEach((kind, priority) => {
          const highlight = new Highlight();
          for (const mark of this.marks) {
            const range = mark.kind === kind ? this.reading.range(mark.start, mark.end) : null;
            if (range) highlight.add(range);
          }
          highlight.priority = priority;
          CSS.highlights.set(`amends-${kind}`, highlight);
        });
        this.boxed = false;
      } catch {
        // Where scripts of extensions may not use the page's highlights.
        this.highlights = false;
        this.boxed = true;
      }
    }

    clearHighlights() {
      if (this.highlights) for (const kind of KINDS) CSS.highlights.delete(`amends-${kind}`);
    }

    // The same words in the same measures, see-through, with lines under some.
    fill(text) {
      this.boxed = false;
      const edges = new Set([0, text.length, ...this.marks.flatMap(({ start, end }) => [start, end])]);
      const ordered = [...edges].sort((one, two) => one - two);
      const parts = ordered.slice(0, -1).map((start, place) => {
        const end = ordered[place + 1];
        const over = this.marks.filter((mark) => mark.start <= start && end <= mark.end);
        const piece = document.createTextNode(text.slice(start, end));
        if (!over.length) return piece;
        const span = document.createElement("span");
        span.className = over.map(({ kind }) => kind).join(" ");
        span.append(piece);
        return span;
      });
      // A line end at the very end shows a line in the field, and must in the mirror.
      this.mirror.replaceChildren(...parts, "\n");
    }

    /** Put everything where the field is now. Returns what is seen of the field, or null. */
    place() {
      const { field } = this;
      if (!field?.isConnected) return null;
      const home = field.closest("dialog:modal") ?? document.documentElement;
      if (this.host.parentNode !== home) home.append(this.host);
      const seen = seenOf(field);
      this.frame.hidden = !seen || covered(field, seen);
      if (!seen) return null;
      const origin = this.host.getBoundingClientRect();
      if (field.localName === "textarea") this.placeMirror(origin, seen);
      else if (this.boxed) this.placeBoxes(origin, seen);
      else this.boxes.replaceChildren();
      return seen;
    }

    placeMirror(origin, seen) {
      const { field, mirror } = this;
      const style = getComputedStyle(field);
      for (const name of MIRRORED) if (mirror.style[name] !== style[name]) mirror.style[name] = style[name];
      mirror.style.whiteSpace = field.wrap === "off" ? "pre" : "pre-wrap";
      const whole = field.getBoundingClientRect();
      const across = whole.width / field.offsetWidth || 1;
      const down = whole.height / field.offsetHeight || 1;
      // Inside the borders and beside the scroll bar, which stands at the left of a field from right to left.
      const left = whole.left + field.clientLeft * across;
      const top = whole.top + field.clientTop * down;
      Object.assign(mirror.style, {
        left: `${left - origin.left}px`, top: `${top - origin.top}px`, width: `${field.clientWidth}px`, height: `${field.clientHeight}px`,
        transform: across === 1 && down === 1 ? "" : `scale(${across}, ${down})`,
      });
      const right = left + field.clientWidth * across;
      const bottom = top + field.clientHeight * down;
      const cut = [seen.top - top, right - seen.right, bottom - seen.bottom, seen.left - left].map((size) => `${Math.max(0, size)}px`);
      mirror.style.clipPath = `inset(${cut.join(" ")})`;
      mirror.scrollTop = field.scrollTop;
      mirror.scrollLeft = field.scrollLeft;
    }

    placeBoxes(origin, seen) {
      const boxes = [];
      for (const { kind, start, end } of this.marks) {
        for (const rect of this.reading.range(start, end)?.getClientRects() ?? []) {
          const left = Math.max(rect.left, seen.left);
          const right = Math.min(rect.right, seen.right);
          if (right <= left || rect.bottom > seen.bottom + 2 || rect.top < seen.top - 2) continue;
          const box = document.createElement("div");
          box.className = `box ${kind}`;
          Object.assign(box.style, {
            left: `${left - origin.left}px`, top: `${rect.top - origin.top}px`, width: `${right - left}px`, height: `${rect.height}px`,
          });
          boxes.push(box);
        }
      }
      this.boxes.replaceChildren(...boxes);
    }

    /** Where a stretch of the words stands in the window; null when it cannot be told. */
    rect(start, end) {
      return this.rangeOf(start, end)?.getBoundingClientRect() ?? null;
    }

    /** Whether a place of the window lies on a stretch of the words. */
    holds(start, end, x, y) {
      const rects = [...(this.rangeOf(start, end)?.getClientRects() ?? [])];
      return rects.some(({ left, right, top, bottom }) => left <= x && x <= right && top - 2 <= y && y <= bottom + 2);
    }

    rangeOf(start, end) {
      if (!this.field) return null;
      if (this.field.localName !== "textarea") return this.reading.range(start, end);
      const range = document.createRange();
      let at = 0;
      let begun = false;
      const walker = document.createTreeWalker(this.mirror, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const next = at + node.length;
        if (!begun && start < next) {
          range.setStart(node, start - at);
          begun = true;
        }
        if (begun && end <= next) {
          range.setEnd(node, end - at);
          return range;
        }
        at = next;
      }
      return null;
    }
  }

  /** What is seen of a field through all that it scrolls in, in the window's measures; null when nothing is. */
  function seenOf(field) {
    if (!field.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return null;
    const { left, top, right, bottom } = field.getBoundingClientRect();
    const seen = { left: Math.max(0, left), top: Math.max(0, top), right: Math.min(innerWidth, right), bottom: Math.min(innerHeight, bottom) };
    for (let up = parentOf(field); up && up !== document.documentElement; up = parentOf(up)) {
      const { overflowX, overflowY, position } = getComputedStyle(up);
      if (position === "fixed") break;
      if ((overflowX === "visible" && overflowY === "visible") || up === document.body) continue;
      const edge = up.getBoundingClientRect();
      seen.left = Math.max(seen.left, edge.left + up.clientLeft);
      seen.top = Math.max(seen.top, edge.top + up.clientTop);
      seen.right = Math.min(seen.right, edge.left + up.clientLeft + up.clientWidth);
      seen.bottom = Math.min(seen.bottom, edge.top + up.clientTop + up.clientHeight);
    }
    return seen.right - seen.left > 8 && seen.bottom - seen.top > 8 ? seen : null;
  }

  const parentOf = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

  // A window of the page's own that lies over the field.
  function covered(field, seen) {
    const top = field.getRootNode().elementFromPoint((seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2);
    return Boolean(top) && top !== field && !field.contains(top) && !top.contains(field) && !top.localName.startsWith("amends-");
  }

  /** Give a shadow root its style, also where the page forbids inline style. */
  amends.style = (root, text) => {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      root.adoptedStyleSheets = [sheet];
    } catch {
      const style = document.createElement("style");
      style.textContent = text;
      root.append(style);
    }
  };

  const STYLE = `
    .frame { position: absolute; inset: 0; pointer-events: none; }
    .frame[hidden] { display: none; }
    .mirror { position: absolute; box-sizing: border-box; margin: 0; border: 0; color: transparent; background: none; overflow: hidden;
      user-select: none; transform-origin: 0 0; }
    .mirror span { text-decoration-skip-ink: none; }
    .promise { background: rgb(20 140 140 / 0.14); }
    .note { text-decoration: underline 2px dotted rgb(128 128 128); }
    .warning { text-decoration: underline 2px wavy rgb(196 130 0); background: rgb(230 160 0 / 0.14); }
    .error { text-decoration: underline 2px wavy rgb(208 52 40); background: rgb(208 52 40 / 0.13); }
    .shown { background: rgb(20 140 140 / 0.34); }
    .box { position: absolute; box-sizing: border-box; text-decoration: none; }
    .box.note { border-bottom: 2px dotted rgb(128 128 128); }
    .box.warning { border-bottom: 2px solid rgb(196 130 0); }
    .box.error { border-bottom: 2px solid rgb(208 52 40); }
  `;

  amends.Marks = Marks;
}
