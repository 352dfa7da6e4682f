// Puts the texts of the chosen language into a page of ours, where an element names one.
import { directionOf, language, words } from "../shared/words.js";

export async function putWords() {
  const code = await language();
  const all = await words(code);
  Object.assign(document.documentElement, { lang: code, dir: directionOf(code) });
  for (const element of document.querySelectorAll("[data-words]")) element.textContent = all[element.dataset.words];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", all[element.dataset.label]);
  return all;
}
