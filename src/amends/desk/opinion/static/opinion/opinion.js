// A second opinion: says which sentence is marked when it is asked, and puts words in when their button is pressed.

const text = () => document.getElementById("answer-text");

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-opinion]")) return;
  event.detail.parameters.start = String(text().selectionStart);
  event.detail.parameters.end = String(text().selectionEnd);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-opinion-use]");
  if (!button) return;
  const field = text();
  const { old, new: words } = button.dataset;
  let [start] = button.dataset.opinionUse.split(",").map(Number);
  if (field.value.slice(start, start + old.length) !== old) {
    start = field.value.indexOf(old);
    if (start < 0 || field.value.indexOf(old, start + 1) >= 0) {
      button.after(document.getElementById("opinion-said").dataset.changed);
      button.remove();
      return;
    }
  }
  // As if it were typed, so that the browser's own undo takes it back.
  field.focus();
  field.setSelectionRange(start, start + old.length);
  if (!document.execCommand("insertText", false, words)) {
    field.setRangeText(words, start, start + old.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  button.disabled = true;
});
