// Writes a safe edit into a field as if it were typed, so that the page's own editor notices and its undo takes it back.
{
  const amends = (globalThis.amends ??= {});

  const pause = (time) => new Promise((done) => { setTimeout(done, time); });

  function typed(words) {
    return words ? document.execCommand("insertText", false, words) : document.execCommand("delete");
  }

  /** Put the page's selection on a stretch of a field. Returns whether it is there. */
  amends.select = (field, start, end) => {
    field.focus();
    if (field.localName === "textarea") {
      field.setSelectionRange(start, end);
      return true;
    }
    const range = amends.read(field).range(start, end);
    if (!range) return false;
    const selection = field.getRootNode().getSelection?.() ?? getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    const place = range.getBoundingClientRect();
    if (place.bottom < 0 || place.top > innerHeight) range.startContainer.parentElement?.scrollIntoView({ block: "center" });
    return true;
  };

  /**
   * Replace a stretch of a field.
   * replaced: the words that must stand there; when others do, nothing is done.
   * Returns whether the field holds the words afterwards.
   */
  amends.replace = async (field, start, end, replaced, words) => {
    const before = amends.read(field).text;
    if (before.slice(start, end) !== replaced) return false;
    let last = end;
    // Taking a word out leaves one space, not two.
    if (!words && before.slice(start - 1, start) === " " && before.slice(end, end + 1) === " ") last = end + 1;
    const wanted = same(before.slice(0, start) + words + before.slice(last));
    const done = () => same(amends.read(field).text) === wanted;
    const untouched = () => amends.read(field).text === before;
    if (!amends.select(field, start, last)) return false;
    if (field.localName === "textarea") {
      if (!typed(words) || !done()) setValue(field, before.slice(0, start) + words + before.slice(last));
      return done();
    }
    // Editors that keep a model of their own learn of the selection a moment later, and some take the event over.
    await pause(30);
    const range = amends.read(field).range(start, last);
    const event = new InputEvent("beforeinput", {
      inputType: words ? "insertReplacementText" : "deleteContentBackward",
      data: words || null, dataTransfer: transfer(words), bubbles: true, cancelable: true, composed: true,
      targetRanges: range ? [new StaticRange(range)] : [],
    });
    const taken = !field.dispatchEvent(event);
    await pause(taken ? 60 : 0);
    if (done()) return true;
    if (!untouched() || !amends.select(field, start, last)) return false;
    if (!taken) typed(words);
    await pause(60);
    if (done() || !untouched() || !amends.select(field, start, last)) return done();
    // What is left is what editors understand best: something is pasted.
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer(words), bubbles: true, cancelable: true, composed: true }));
    await pause(60);
    return done();
  };

  // Editors put a hard space where two would fall together.
  const same = (text) => text.replace(/\s+/g, " ").trim();

  function transfer(words) {
    const data = new DataTransfer();
    data.setData("text/plain", words);
    return data;
  }

  // Past the page's own watch on the value, then told as typing is.
  function setValue(field, value) {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, value);
    field.dispatchEvent(new InputEvent("input", { inputType: "insertReplacementText", bubbles: true, composed: true }));
  }
}
