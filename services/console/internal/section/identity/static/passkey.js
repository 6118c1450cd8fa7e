// What signing in gains with script: a passkey. The page asks for a challenge, the
// browser asks the person, and the form takes the answer. Without script the button
// stays hidden, and every other way is there.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (all) => (all ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function answer(ask, adds) {
  const options = { ...ask.publicKey, challenge: bytes(ask.publicKey.challenge) };
  if (adds) {
    options.user = { ...options.user, id: bytes(options.user.id) };
    options.excludeCredentials = known(options.excludeCredentials);
  } else {
    options.allowCredentials = known(options.allowCredentials);
  }
  const made = await (adds ? navigator.credentials.create({ publicKey: options }) : navigator.credentials.get({ publicKey: options }));
  const said = { clientDataJSON: text(made.response.clientDataJSON) };
  if (adds) {
    said.attestationObject = text(made.response.attestationObject);
  } else {
    said.authenticatorData = text(made.response.authenticatorData);
    said.signature = text(made.response.signature);
    if (made.response.userHandle) said.userHandle = text(made.response.userHandle);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: said, clientExtensionResults: made.getClientExtensionResults() });
}

function follow(form) {
  const note = form.querySelector("[data-note]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.assertion.value) return;
    event.preventDefault();
    note.hidden = true;
    try {
      let reply;
      try {
        reply = await fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      } catch {
        throw new Error(note.dataset.away);
      }
      if (reply.redirected) return location.assign(reply.url); // to sign in, or to open the screen
      const kind = reply.headers.get("Content-Type") ?? "";
      if (kind.startsWith("text/html")) throw new Error(note.dataset.away);
      if (!reply.ok) throw new Error(await reply.text());
      const ask = await reply.json();
      try {
        form.elements.assertion.value = await answer(ask, form.dataset.adds !== undefined);
      } catch {
        throw new Error(note.dataset.cancelled);
      }
      form.submit();
    } catch (e) {
      note.textContent = e.message;
      note.hidden = false;
    }
  });
}

if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(follow);
