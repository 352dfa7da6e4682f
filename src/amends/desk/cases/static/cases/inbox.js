// The inbox by keyboard: j and k go through the list, Enter opens, / goes to the search.

const links = () => [...document.querySelectorAll("[data-rows] .row-title")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("[data-search]")?.focus();
  } else if (event.key === "j" || event.key === "k") {
    const rows = links();
    const at = rows.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : Math.max(at - 1, 0);
    rows[Math.min(next, rows.length - 1)]?.focus();
  }
});

function writing(element) {
  return element instanceof HTMLElement && element.matches("input, textarea, select, [contenteditable]");
}
