// One key copies the fields of a case one after the other. Without script each is an
// input that can be selected and copied by itself.
"use strict";

const copying = document.querySelector("[data-copying]");
if (copying) {
  const inputs = [...copying.querySelectorAll("[data-field] input")];
  const all = inputs.filter((input) => input.value); // what is empty is passed over
  const button = copying.querySelector("[data-copy]"), what = copying.querySelector("[data-what]"), said = copying.querySelector("[data-said]");
  const name = (input) => input.closest("label").firstChild.textContent.trim();
  let next = 0;

  const show = () => {
    for (const input of inputs) input.closest("[data-field]").removeAttribute("aria-current");
    all[next]?.closest("[data-field]").setAttribute("aria-current", "step");
    what.textContent = all[next] ? name(all[next]) : name(all[0]);
  };
  // The clipboard is written by a selection: browsers let a page do so at a press of a
  // key, and also where it is not served over https, as in an office's own network.
  const copy = (input) => {
    input.focus();
    input.select();
    const done = document.execCommand("copy");
    said.textContent = (done ? copying.dataset.copied : copying.dataset.failed) + name(input);
    return done;
  };
  button.addEventListener("click", () => {
    if (next >= all.length) next = 0;
    if (!copy(all[next])) return;
    all[next].closest("[data-field]").classList.add("done");
    if (++next < all.length) {
      button.focus();
      show();
      return;
    }
    said.textContent += copying.dataset.last;
    show();
    (document.querySelector("[data-number]") || button).focus();
  });
  for (const input of inputs) input.addEventListener("focus", () => input.select());
  if (all.length) {
    button.hidden = false;
    show();
    if (!document.querySelector("main [role=alert]")) button.focus(); // what was wrong is read first
  }
}
