// The form on the screen: a dialog that the app opened.

import { blocks } from "./blocks.js";
import { byId, fill, h, toast } from "./dom.js";
import { focused } from "./focus.js";
import { plain } from "./markup.js";
import { ask, failure } from "./socket.js";
import { on, store } from "./store.js";

let dialog = null;
let shown = null; // the id, hash and errors that are drawn
let viewId = null; // of the form that is drawn
let back = null; // brings the keyboard back to whatever opened the form

export function startModal() {
  on("push-view", (frame) => {
    store.view = frame.view;
    draw();
  });
  on("looked", draw);
}

function draw() {
  const view = store.view;
  if (!view) {
    shown = viewId = null;
    if (dialog) leave();
    return;
  }
  const drawn = JSON.stringify([view.id, view.hash, view.errors]);
  if (drawn === shown) return;
  const isNew = !dialog;
  if (isNew) {
    back = focused();
    dialog = h("dialog", { id: "modal", "aria-labelledby": "modal-title" });
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
    document.body.append(dialog);
  }
  shown = drawn;
  const block = document.activeElement?.closest("#modal [data-block]")?.dataset.block;
  const entered = viewId === view.id ? inputs() : [];
  viewId = view.id;
  fill(dialog, form(view));
  keep(entered);
  if (isNew) dialog.showModal();
  const same = block && dialog.querySelector(`[data-block="${block}"]`);
  if (same && !dialog.querySelector("[aria-invalid]")) {
    (same.querySelector("input:checked") || same).focus();
    return;
  }
  const wrong = dialog.querySelector("[aria-invalid]");
  (wrong || dialog.querySelector(".modal-body input, .modal-body select, .modal-body textarea, .modal-body .bk-button") || dialog.querySelector("button"))?.focus();
}

function leave() {
  dialog.close();
  dialog.remove();
  dialog = null;
  back();
}

function form(view) {
  const { body } = view;
  const doer = {
    press: (button) => act("press", { button, values: entries() }),
    choose: () => act("choose", { values: entries() }),
  };
  const node = h("form", { class: "modal-form", novalidate: true },
    h("header", { class: "modal-head" },
      h("h2", { id: "modal-title" }, plain(body.title.text)),
      h("button", { type: "button", class: "close", "aria-label": "Close", text: "×", onclick: close })),
    h("div", { class: "modal-body" }, blocks(body.blocks, doer, view.values, view.errors)),
    h("footer", { class: "dialog-foot" },
      h("span", { class: "modal-said", id: "modal-said", role: "alert" }),
      h("button", { type: "button", class: "bk-button", onclick: close }, plain(body.close?.text || "Close")),
      body.submit && h("button", { type: "submit", class: "bk-button primary" }, plain(body.submit.text))));
  node.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  return node;
}

const inputs = () => [...dialog.querySelectorAll("[data-block]")];

const entries = () => Object.fromEntries(inputs().map((node) => [node.dataset.block, node.read()]));

// What a person entered survives a redrawing of the same form, as in Slack: the app's
// update may have been on its way while they typed.
function keep(entered) {
  for (const old of entered) {
    const same = inputs().find((node) =>
      node.dataset.block === old.dataset.block && node.dataset.holds === old.dataset.holds);
    same?.write(old.read());
  }
}

async function act(name, more) {
  const answer = await ask(name, more);
  if (answer.refused || answer.error) toast(answer.refused || failure(answer.error));
}

async function submit() {
  const button = dialog.querySelector("[type=submit]");
  button.disabled = true;
  const answer = await ask("submit", { values: entries() });
  if (!dialog?.isConnected) return;
  button.disabled = false;
  if (answer.refused || answer.error) {
    byId("modal-said").textContent = answer.refused || failure(answer.error);
  } else if (Object.keys(answer.errors || {}).length && store.view) {
    store.view = { ...store.view, errors: answer.errors };
    draw();
  }
}

function close() {
  ask("close");
}
