// A message box: what is typed is completed and sent, and failures are said.

import { completion } from "./completion.js";
import { byId, fill, h } from "./dom.js";
import { ask, failure } from "./socket.js";
import { channelName, on, store } from "./store.js";

const KEYS = "Enter sends, Shift+Enter breaks the line";
const HIGHEST_PX = 180;

export function startComposer() {
  const main = composer(byId("composer"), {
    id: "composer", label: "Message", commands: true, place: () => ({ channel: store.here }),
  });
  on("here", () => {
    const place = store.channels.get(store.here)?.is_im ? channelName(store.here) : `#${channelName(store.here)}`;
    main.settle(`Message ${place}, or type /`);
  });
}

// `place` gives the conversation, and the thread, that a text goes to.
export function composer(root, { id, label, hint: invites = "", commands = false, place }) {
  const history = [];
  let back = 0;
  const menu = h("ul", { id: `${id}-menu`, class: "completion", role: "listbox", hidden: true });
  const said = h("div", { id: `${id}-said`, class: "composer-said", role: "alert", hidden: true });
  const hint = h("div", { id: `${id}-hint`, class: "composer-hint" });
  const box = h("textarea", {
    id: `${id}-text`, rows: 1, role: "combobox", "aria-expanded": "false", "aria-controls": menu.id, "aria-haspopup": "listbox",
    "aria-autocomplete": "list", "aria-label": label, "aria-describedby": hint.id, autocomplete: "off", placeholder: invites,
  });
  const menus = completion(box, menu, { commands, changed: typed });
  fill(root, said, menu,
    h("div", { class: "box" }, box, h("button", { type: "button", class: "send", "aria-label": commands ? "Send" : "Send the reply", text: "➤", onclick: send })), hint);
  box.addEventListener("input", () => { typed(); menus.look(); });
  box.addEventListener("click", menus.look);
  box.addEventListener("keydown", key);
  box.addEventListener("blur", menus.close);
  typed();
  return { settle };

  function settle(placeholder) {
    box.placeholder = placeholder;
    said.hidden = true;
    menus.close();
    typed();
  }

  function typed() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, HIGHEST_PX)}px`;
    const first = box.value.split(/\s/)[0];
    const command = commands && store.commands.find((one) => one.command === first);
    hint.textContent = command ? `${command.command} ${command.hint}` : KEYS;
  }

  function key(event) {
    if (event.isComposing || menus.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && !box.value && history.length) {
      event.preventDefault();
      back = Math.min(back + 1, history.length);
      box.value = history.at(-back);
      typed();
    }
  }

  async function send() {
    const text = box.value.trim();
    if (!text || box.readOnly) return;
    menus.close();
    box.readOnly = true;
    const answer = await ask("type", { ...place(), text });
    box.readOnly = false;
    const wrong = answer.refused || (answer.error && `${text.split(" ")[0]} failed. ${failure(answer.error)}`);
    said.hidden = !wrong;
    if (wrong) {
      fill(said, h("b", { text: "Only visible to you " }), wrong, h("span", { class: "kept", text: " What you typed is still in the box." }));
    } else {
      history.push(text);
      back = 0;
      box.value = "";
    }
    typed();
  }
}
