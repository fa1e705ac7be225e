// Block Kit's interactive elements, in messages and in forms.

import { fromLocal, toLocal } from "./dates.js";
import { freshId, h } from "./dom.js";
import { mrkdwn, plain } from "./markup.js";
import { personName, store, zone } from "./store.js";

export function textOf(object) {
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text);
}

// `doer` acts: press(path, button), choose(path, choice). `state` is what stands there.
export function element(spec, blockId, doer, state) {
  const path = `${blockId}/${spec.action_id}`;
  const build = ELEMENTS[spec.type];
  if (!build) return h("span", { class: "unknown", text: `[${spec.type}]` });
  return build(spec, path, doer, state);
}

function button(spec, path, doer) {
  const node = h("button", {
    type: "button", class: `bk-button ${spec.style || ""}`,
    "aria-label": spec.accessibility_label, dataset: { action: spec.action_id, label: spec.text.text },
  }, plain(spec.text.text));
  node.addEventListener("click", () => asked(spec, () => doer.press(path), node));
  return node;
}

function select(spec, path, doer, state) {
  const chosen = (state?.selected_option ?? spec.initial_option)?.value ?? "";
  const option = (one) => h("option", { value: one.value, text: one.text.text });
  const node = h("select", { class: "bk-select", "aria-label": spec.placeholder?.text || "Choose" },
    h("option", { value: "", text: spec.placeholder?.text || "Choose an option" }),
    spec.options.map(option));
  node.value = chosen;
  node.addEventListener("change", () => node.value && asked(spec, () => doer.choose(path, node.value), node));
  return entry(opensByKey(node), ...chosenIn(node));
}

// Typing into it asks the app; taking one of its offers acts at once.
function searching(spec, path, doer) {
  const offers = h("datalist", { id: freshId("offers") });
  const node = h("input", {
    class: "bk-select", type: "search", autocomplete: "off", list: offers.id,
    placeholder: spec.placeholder?.text, "aria-label": spec.placeholder?.text || "Search",
  });
  let offered = [];
  node.addEventListener("input", async () => {
    const taken = offered.find((one) => one.text.text === node.value);
    if (taken) {
      asked(spec, () => doer.choose(path, taken.value), node);
      return;
    }
    const typed = node.value;
    const found = await doer.search(path, typed);
    if (typed !== node.value) return;
    offered = found;
    offers.replaceChildren(...offered.map((one) => h("option", { value: one.text.text })));
  });
  return entry(h("span", null, node, offers), () => null, () => {});
}

function people(spec, _path, _doer, state) {
  const node = h("select", { class: "bk-select", "aria-label": spec.placeholder?.text || "Choose a person" },
    h("option", { value: "", text: spec.placeholder?.text || "Choose a person" }),
    [...store.people.values()].filter((one) => !one.deleted && !one.is_bot)
      .map((one) => h("option", { value: one.id, text: personName(one.id) })));
  node.value = state?.selected_user ?? spec.initial_user ?? "";
  return entry(opensByKey(node), ...chosenIn(node));
}

function choices(kind, spec, path, doer, state) {
  const given = kind === "radio"
    ? [state?.selected_option ?? spec.initial_option]
    : state?.selected_options ?? spec.initial_options ?? [];
  const chosen = new Set(given.filter(Boolean).map((one) => one.value));
  const name = freshId("choice");
  const node = h("div", { class: "bk-choices", role: kind === "radio" ? "radiogroup" : "group" },
    spec.options.map((one) => h("label", null,
      h("input", { type: kind, name, value: one.value, checked: chosen.has(one.value) }),
      h("span", null, textOf(one.text)))));
  node.addEventListener("change", () => doer.choose(path));
  const inputs = [...node.querySelectorAll("input")];
  const values = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return entry(node, () => (kind === "radio" ? values()[0] || null : values()), (given) => {
    for (const input of inputs) input.checked = [given].flat().includes(input.value);
  });
}

function textInput(spec, _path, _doer, state) {
  const node = h(spec.multiline ? "textarea" : "input", {
    class: "bk-input", placeholder: spec.placeholder?.text, maxlength: spec.max_length || 3000,
    rows: spec.multiline ? 4 : undefined, type: spec.multiline ? undefined : "text", autocomplete: "off",
  });
  node.value = state?.value ?? spec.initial_value ?? "";
  return entry(node, () => node.value || null, (given) => { node.value = given ?? ""; });
}

function moment(spec, _path, _doer, state) {
  const node = h("input", { class: "bk-input moment", type: "datetime-local" });
  const write = (given) => { node.value = given ? toLocal(new Date(given * 1000), zone()) : ""; };
  write(state?.selected_date_time ?? spec.initial_date_time);
  return entry(node, () => (node.value ? Math.floor(fromLocal(node.value, zone()) / 1000) : null), write);
}

const ELEMENTS = {
  button,
  static_select: select,
  external_select: searching,
  users_select: people,
  radio_buttons: (...all) => choices("radio", ...all),
  checkboxes: (...all) => choices("checkbox", ...all),
  plain_text_input: textInput,
  datetimepicker: moment,
};

// An input is a node that knows what stands in it, and can take it over from another.
function entry(node, read, write) {
  return Object.assign(node, { read, write });
}

// How a menu is read, and how it takes a value, if it offers that one.
function chosenIn(node) {
  const write = (given) => {
    if (!given || [...node.options].some((one) => one.value === given)) node.value = given ?? "";
  };
  return [() => node.value || null, write];
}

// An element at work is not disabled: that would take the keyboard away from it.
async function asked(spec, act, node) {
  if (node.classList.contains("busy") || (spec.confirm && !(await confirmed(spec.confirm)))) return;
  node.classList.add("busy");
  node.setAttribute("aria-disabled", "true");
  await act();
  node.classList.remove("busy");
  node.removeAttribute("aria-disabled");
}

// A menu that acts at once opens on a key, where the browser would choose at once.
function opensByKey(node) {
  node.addEventListener("keydown", (event) => {
    const chooses = /^(Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown|[^ ])$/.test(event.key);
    if (!chooses || event.ctrlKey || event.metaKey || !node.showPicker) return;
    event.preventDefault();
    node.showPicker();
  });
  return node;
}

// A confirm dialog; the promise tells whether it was confirmed.
export function confirmed(spec) {
  return new Promise((answer) => {
    const title = freshId("confirm");
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": title, role: "alertdialog" },
      h("h2", { id: title }, plain(spec.title.text)),
      h("div", { class: "confirm-text" }, textOf(spec.text)),
      h("form", { method: "dialog", class: "dialog-foot" },
        h("button", { value: "no", class: "bk-button" }, plain(spec.deny?.text || "No")),
        h("button", { value: "yes", class: `bk-button ${spec.style || "primary"}` }, plain(spec.confirm?.text || "Yes"))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
