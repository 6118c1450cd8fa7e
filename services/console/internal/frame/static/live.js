// What a page gains with script: the parts that change are asked for again, and
// the feed arrives as it happens. Without script every page is complete and the
// browser asks again by itself.
"use strict";

// Where one is stays in sight on a narrow screen.
for (const at of document.querySelectorAll("nav [aria-current]")) {
  const nav = at.closest("nav"), box = at.getBoundingClientRect(), around = nav.getBoundingClientRect();
  nav.scrollLeft += box.left + box.width / 2 - around.left - around.width / 2;
}

// What a part shows; its forms have new keys each time, which are no news.
const shown = (part) => part.innerHTML.replace(/name="key" value="\w*"/g, "");

function renew(part) {
  const every = Number(part.dataset.every);
  if (!every) return;
  setTimeout(async () => {
    let now = part;
    try {
      if (!document.hidden) {
        const reply = await fetch(location.href, { headers: { Accept: "text/html", "Qiao-Renews": "1" } });
        const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById(part.id);
        if (reply.ok && fresh && shown(fresh) !== shown(part)) {
          const open = [...part.querySelectorAll("details")].map((d) => d.open);
          const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
          now = document.importNode(fresh, true);
          now.querySelectorAll("details").forEach((d, i) => { d.open = Boolean(open[i]); });
          part.replaceWith(now);
          if (focused) document.getElementById(focused)?.focus();
        } else if (fresh) {
          part.dataset.every = fresh.dataset.every;
        }
      }
    } catch { /* the next turn asks again */ }
    renew(now);
  }, every);
}

function follow(list) {
  const template = document.getElementById("line").content.firstElementChild;
  const state = document.querySelector("[data-feed-state]");
  const say = (text) => { if (state) state.textContent = text; };
  const stream = new EventSource(list.dataset.feed);
  stream.onopen = () => say(state?.dataset.liveText);
  stream.onerror = () => say(state?.dataset.lostText);
  stream.onmessage = (m) => {
    const news = JSON.parse(m.data);
    document.querySelector("[data-feed-empty]")?.remove();
    if (news.passed) {
      const note = document.createElement("li");
      note.className = "passed";
      note.textContent = news.passed;
      list.prepend(note);
    }
    for (const line of news.lines) {
      const li = template.cloneNode(true);
      li.querySelector("time").textContent = line.time;
      const from = li.querySelector(".from");
      from.textContent = line.from;
      from.classList.add("s-" + line.source);
      li.querySelector(".what").textContent = line.text;
      li.querySelector(".place").textContent = line.place;
      li.querySelector("code").textContent = line.id;
      list.prepend(li);
    }
    while (list.children.length > Number(list.dataset.max)) list.lastElementChild.remove();
  };
}

// One key opens what a list numbers, while the list has the focus: nothing else listens to
// single keys, so that what is spoken or typed elsewhere opens nothing.
for (const list of document.querySelectorAll("[data-keys]")) {
  list.addEventListener("keydown", (e) => {
    const to = e.ctrlKey || e.metaKey || e.altKey ? undefined : [...list.querySelectorAll("[data-key]")].find((one) => one.dataset.key === e.key);
    if (!to) return;
    e.preventDefault();
    to.click();
  });
  if (document.activeElement === document.body) list.focus({ preventScroll: true });
}

// Two minutes before a sign-in ends the page says so, and one key goes on with it.
function leaves(note) {
  let timer;
  const wait = (seconds) => {
    clearTimeout(timer);
    note.hidden = seconds > 120;
    if (note.hidden) timer = setTimeout(() => { note.hidden = false; }, (seconds - 120) * 1000);
  };
  note.querySelector("[data-stay]")?.addEventListener("click", async (e) => {
    const key = e.currentTarget;
    e.preventDefault();
    try {
      const reply = await fetch(key.href, { headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("[data-leaves]");
      if (!reply.ok || reply.redirected || !fresh) return;
      note.querySelector("p").textContent = fresh.querySelector("p").textContent;
      wait(Number(fresh.dataset.leaves));
    } catch { /* the note stays, and the key with it */ }
  });
  wait(Number(note.dataset.leaves));
}

document.querySelectorAll("[data-leaves]").forEach(leaves);
document.querySelectorAll("[data-live]").forEach(renew);
document.querySelectorAll("[data-feed]").forEach(follow);
