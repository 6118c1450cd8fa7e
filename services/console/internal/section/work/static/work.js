// What the list of work gains with script: keys, and the case beside the list. Without
// it each line is a link to its case, and the list is where one comes back to.
"use strict";

const work = document.querySelector("[data-work]");
if (work) {
  const rows = [...work.querySelectorAll("[data-row]")];
  const link = (row) => row.querySelector("[data-open]");
  let at = -1, panel = null;

  const mark = (i) => {
    if (!rows[i]) return;
    rows[at]?.removeAttribute("aria-current");
    rows[at = i].setAttribute("aria-current", "true");
    rows[i].scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    mark(Math.min(Math.max(at + by, 0), rows.length - 1));
    if (rows[at]) link(rows[at])?.focus();
  };
  const shut = () => {
    panel?.remove();
    panel = null;
    work.classList.remove("open");
    if (rows[at]) link(rows[at])?.focus();
  };

  // A reply's page is shown in the panel; the sign-in, what needs a page of its own, and
  // what is no page is gone to.
  const show = async (reply, decided) => {
    const page = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("main");
    if (!page || page.querySelector("[data-alone]") || new URL(reply.url).pathname.startsWith("/sign-in")) return location.assign(reply.url);
    if (!panel) {
      panel = document.getElementById("workpanel").content.firstElementChild.cloneNode(true);
      work.append(panel);
      work.classList.add("open");
      panel.querySelector("[data-close]").onclick = shut;
      panel.querySelector("[data-next]").onclick = next;
    }
    panel.querySelector("[data-whole]").href = reply.url;
    panel.querySelector("[data-done]").hidden = !decided;
    page.querySelector("[data-listed]")?.remove(); // the panel has its own
    panel.querySelector("[data-case]").replaceChildren(...document.importNode(page, true).childNodes);
    panel.scrollTop = 0;
    if (decided) {
      rows[at]?.classList.add("done");
      panel.querySelector("[data-next]").focus();
      return;
    }
    const wrong = panel.querySelector("[aria-invalid=true]");
    // The form that decides the case, where the page names it, else the first that is there.
    const controls = [...panel.querySelectorAll("[data-case] form[method=post] :is(input:not([type=hidden]), select, textarea, button)")].filter((one) => !one.closest("details:not([open])"));
    const first = controls.find((one) => one.closest("[data-decides]")) || controls[0];
    (wrong || first || panel.querySelector("[data-whole]")).focus();
  };
  const open = async (i) => {
    mark(i);
    const to = rows[i] && link(rows[i]);
    if (!to) return;
    try {
      await show(await fetch(to.href, { headers: { Accept: "text/html" } }), false);
    } catch {
      location.assign(to.href);
    }
  };
  const next = () => {
    const i = rows.findIndex((row, i) => i > at && !row.classList.contains("done") && link(row));
    if (i >= 0) return void open(i);
    const more = work.querySelector("[data-more]");
    location.assign(more ? more.href : location.href);
  };

  work.addEventListener("click", (e) => {
    const to = e.target.closest("[data-open]");
    if (!to || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey || e.button) return;
    e.preventDefault();
    void open(rows.indexOf(to.closest("[data-row]")));
  });
  work.addEventListener("submit", async (e) => {
    const form = e.target, pressed = e.submitter;
    if (!panel?.contains(form) || form.method !== "post" || form.enctype === "multipart/form-data") return;
    e.preventDefault();
    const said = new URLSearchParams(new FormData(form));
    if (pressed?.name) said.append(pressed.name, pressed.value);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    try {
      const reply = await fetch(pressed?.getAttribute("formaction") || form.action, { method: "POST", body: said, headers: { Accept: "text/html" } });
      await show(reply, reply.ok && reply.redirected);
    } catch {
      for (const button of form.querySelectorAll("button")) button.disabled = false; // the line broke; the same form is the same act
    }
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && panel) return shut();
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, textarea, [contenteditable]")) return;
    if (e.key === "j") step(1);
    else if (e.key === "k") step(-1);
    else if (e.key === "n" && panel) next();
    else if (e.key === "/") document.querySelector("[data-find]").focus();
    else if (e.key === "Enter" && !e.target.closest("a, button, summary")) void open(Math.max(at, 0));
    else return;
    e.preventDefault();
  });
}

// How much is new since the list was shown. The list stays as it is until its reader asks
// for it anew, and whoever does not want to hear of it pauses it.
const live = document.querySelector("[data-live-list]");
if (live) {
  const news = live.querySelector("[data-news]"), pause = live.querySelector("[data-pause]");
  let stream = null;
  const follow = () => {
    stream = new EventSource(live.dataset.liveList);
    stream.onmessage = (m) => {
      const said = JSON.parse(m.data);
      news.textContent = said.text;
      news.hidden = !said.n;
    };
  };
  pause.onclick = () => {
    const paused = pause.getAttribute("aria-pressed") !== "true";
    pause.setAttribute("aria-pressed", paused);
    if (paused) {
      stream.close();
      news.hidden = true;
    } else follow();
  };
  live.hidden = false;
  follow();
}
