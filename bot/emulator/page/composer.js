// The message box: what is typed, slash commands completed, failures said.

import { byId, fill, h } from "./dom.js";
import { failure } from "./messages.js";
import { ask } from "./socket.js";
import { channelName, on, store } from "./store.js";

let box, menu, hint, said;
let picked = -1;
const history = [];
let back = 0;

export function startComposer() {
  box = h("textarea", {
    id: "composer-text", rows: 1, role: "combobox", "aria-expanded": "false", "aria-controls": "commands",
    "aria-autocomplete": "list", "aria-label": "Message", "aria-describedby": "composer-hint", autocomplete: "off",
  });
  menu = h("ul", { id: "commands", role: "listbox", "aria-label": "Slash commands", hidden: true });
  hint = h("div", { id: "composer-hint" });
  said = h("div", { id: "composer-said", role: "alert", hidden: true });
  const sender = h("button", { type: "button", class: "send", "aria-label": "Send", text: "➤", onclick: send });
  fill(byId("composer"), said, menu, h("div", { class: "box" }, box, sender), hint);
  box.addEventListener("input", typed);
  box.addEventListener("keydown", key);
  box.addEventListener("blur", () => setTimeout(close, 150));
  on("here", () => {
    box.placeholder = `Message ${placeOf(store.here)}, or type /`;
    said.hidden = true;
    typed();
  });
}

function placeOf(id) {
  return store.channels.get(id)?.is_im ? channelName(id) : `#${channelName(id)}`;
}

function typed() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
  const text = box.value;
  const offered = text.startsWith("/") && !text.includes(" ") && document.activeElement === box
    ? store.commands.filter((one) => one.command.startsWith(text)) : [];
  picked = offered.length ? 0 : -1;
  show(offered);
  const command = store.commands.find((one) => text.split(/\s/)[0] === one.command);
  hint.textContent = command ? `${command.command} ${command.hint}` : "Enter sends, Shift+Enter breaks the line";
}

function show(offered) {
  menu.hidden = offered.length === 0;
  box.setAttribute("aria-expanded", String(offered.length > 0));
  fill(menu, offered.map((one, index) => h("li", {
    id: `command-${index}`, role: "option", "aria-selected": String(index === picked),
    dataset: { command: one.command }, onmousedown: (event) => { event.preventDefault(); complete(one.command); },
  }, h("b", { text: one.command }), h("i", { text: ` ${one.hint}` }), h("small", { text: one.about }))));
  if (offered.length) box.setAttribute("aria-activedescendant", `command-${picked}`);
  else box.removeAttribute("aria-activedescendant");
}

function close() {
  picked = -1;
  show([]);
}

function complete(command) {
  box.value = `${command} `;
  box.focus();
  typed();
}

function key(event) {
  const items = [...menu.children];
  if (!menu.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    picked = (picked + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length;
    items.forEach((item, index) => item.setAttribute("aria-selected", String(index === picked)));
    box.setAttribute("aria-activedescendant", `command-${picked}`);
  } else if (!menu.hidden && (event.key === "Tab" || (event.key === "Enter" && box.value !== items[picked].dataset.command))) {
    event.preventDefault();
    complete(items[picked].dataset.command);
  } else if (event.key === "Escape") {
    close();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
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
  close();
  box.readOnly = true;
  const answer = await ask("type", { channel: store.here, text });
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
