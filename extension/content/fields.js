// Which fields are read at all. Inputs of one line, so passwords, cards, searches and subjects, never are.
{
  const amends = (globalThis.amends ??= {});

  const LEAST = { width: 220, height: 40 };
  const EDITORS_OF_CODE = ".monaco-editor, .cm-editor, .CodeMirror, .ace_editor";
  const NOT_REPLIES = new RegExp(
    [
      "search", "subject", "title", "tags?", "filter", "password", "passwd", "secret", "token", "card", "cvv", "cvc", "iban", "otp",
      "e-?mails?", "address", "recipients?", "phone", "code", "json", "html", "css", "notes?", "internal",
      "private", "signature",
    ].map((word) => `(?<![a-z])${word}(?![a-z])`).join("|"),
    "i",
  );
  // A reply by its name, also where another word of the name would speak against it ("Reply to Ana by email").
  const REPLIES = /repl(y|ies)|respon[sd]|answer|message|compose|comment|body|atsak|žinut|laišk|odgovor|poruk|תגוב|תשוב|הודע|גוף|vasta|vastus|sõnum|kiri|odpove|správ/i;
  const INSIDE_THE_HOUSE = /internal|(?<![a-z])(private|note)(?![a-z])|vidin|intern|פנימי|sisemi|sisemärk|märkus|poznám/i;

  const RECIPIENTS = /^\s*(to|cc|bcc)(?![a-z])/i;

  const attributes = (field, ...names) => names.map((name) => field.getAttribute(name) ?? "").join(" ");

  /** What the page calls a field. */
  function nameOf(field) {
    const labels = [...(field.labels ?? [])].map((label) => label.textContent);
    const root = field.getRootNode();
    for (const id of (field.getAttribute("aria-labelledby") ?? "").split(/\s+/)) {
      if (id) labels.push(root.getElementById?.(id)?.textContent ?? "");
    }
    const own = attributes(field, "aria-label", "placeholder", "data-placeholder", "aria-placeholder", "name", "id", "title", "data-testid");
    // Words in names are parted: replyBody, reply_body, reply-body.
    return `${own} ${labels.join(" ")}`.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]/g, " ").slice(0, 400);
  }

  /** The field in which somebody writes at a place of the page; null when they do not. */
  function fieldAt(node) {
    const element = node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
    if (!element) return null;
    if (element.localName === "textarea") return element;
    if (!element.isContentEditable) return null;
    let host = element;
    while (host.parentElement?.isContentEditable) host = host.parentElement;
    return host;
  }

  // What is never read, whatever the person has chosen for a site.
  function forbidden(field) {
    if (field.localName === "textarea" && (field.disabled || field.readOnly)) return true;
    if (field.getAttribute("aria-readonly") === "true" || field.getAttribute("aria-multiline") === "false") return true;
    if (/^(cc-|.*password|one-time-code)/.test(field.autocomplete ?? field.getAttribute("autocomplete") ?? "")) return true;
    if (["combobox", "searchbox", "spinbutton"].includes(field.getAttribute("role"))) return true;
    if (getComputedStyle(field).webkitTextSecurity && getComputedStyle(field).webkitTextSecurity !== "none") return true;
    return Boolean(field.closest(EDITORS_OF_CODE));
  }

  function chosen(field, selectors) {
    try {
      return field.matches(selectors) || Boolean(field.parentElement?.closest(selectors));
    } catch {
      return false;
    }
  }

  /**
   * The reply field at a place of the page, or null.
   * settings.fields: CSS selectors of the site's reply fields, or of what they are in; settings.every: all larger fields.
   */
  amends.replyFieldAt = (node, { fields, every }) => {
    const field = fieldAt(node);
    if (!field || forbidden(field)) return null;
    if (fields) return chosen(field, fields) ? field : null;
    const { width, height } = field.getBoundingClientRect();
    const name = nameOf(field);
    const reply = REPLIES.test(name);
    if (width < LEAST.width || (height < LEAST.height && !reply)) return null;
    if (every) return field;
    if (INSIDE_THE_HOUSE.test(name)) return null;
    const recipients = ["aria-label", "placeholder", "name"].some((key) => RECIPIENTS.test(field.getAttribute(key) ?? ""));
    return reply || !(recipients || NOT_REPLIES.test(name)) ? field : null;
  };
}
