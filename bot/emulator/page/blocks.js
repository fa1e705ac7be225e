// Block Kit's blocks as nodes.

import { freshId, h } from "./dom.js";
import { element, textOf } from "./elements.js";
import { plain, rich } from "./markup.js";

// `values` is the state of the inputs by block and action id, `errors` by block id.
export function blocks(specs, doer, values = {}, errors = {}) {
  return specs.map((spec) => {
    const build = BLOCKS[spec.type];
    const node = build ? build(spec, doer, values, errors) : h("div", { class: "unknown", text: `[${spec.type}]` });
    node.classList.add("bk");
    return node;
  });
}

const stateOf = (values, spec, held) => values[spec.block_id]?.[held.action_id];

function section(spec, doer, values) {
  const accessory = spec.accessory;
  return h("div", { class: "bk-section" },
    h("div", { class: "bk-main" },
      spec.text && h("div", { class: "bk-text" }, textOf(spec.text)),
      spec.fields && h("div", { class: "bk-fields" }, spec.fields.map((one) => h("div", null, textOf(one))))),
    accessory && h("div", { class: "bk-accessory" },
      element(accessory, spec.block_id, doer, stateOf(values, spec, accessory))));
}

function richText(spec) {
  return h("div", { class: "bk-text" },
    spec.elements.map((part) => h("div", null, part.elements.flatMap(rich))));
}

function actions(spec, doer, values) {
  return h("div", { class: "bk-actions" }, spec.elements.map((one) =>
    element(one, spec.block_id, doer, stateOf(values, spec, one))));
}

function context(spec) {
  return h("div", { class: "bk-context" }, spec.elements.map((one) => h("span", null, textOf(one))));
}

function input(spec, doer, values, errors) {
  const ids = { field: freshId("field"), hint: freshId("hint"), error: freshId("error") };
  const quiet = { ...doer, choose: spec.dispatch_action ? doer.choose : () => {} };
  const field = element(spec.element, spec.block_id, quiet, stateOf(values, spec, spec.element));
  const group = field.tagName === "DIV";
  const error = errors[spec.block_id];
  field.id = ids.field;
  field.dataset.block = spec.block_id;
  field.dataset.holds = `${spec.element.type}/${spec.element.action_id}`;
  field.removeAttribute("aria-label");
  const described = [error && ids.error, spec.hint && ids.hint].filter(Boolean).join(" ");
  if (described) field.setAttribute("aria-describedby", described);
  const isGroup = field.getAttribute("role") === "group"; // which ARIA allows neither
  if (error && !isGroup) field.setAttribute("aria-invalid", "true");
  if (!spec.optional && !isGroup) field.setAttribute("aria-required", "true");
  const label = h(group ? "div" : "label", { class: "bk-label", id: `${ids.field}-label`, for: group ? undefined : ids.field },
    plain(spec.label.text), spec.optional && h("span", { class: "optional", text: " (optional)" }));
  if (group) field.setAttribute("aria-labelledby", `${ids.field}-label`);
  return h("div", { class: error ? "bk-input-block wrong" : "bk-input-block" },
    label, field,
    error && h("p", { class: "bk-error", id: ids.error, text: error }),
    spec.hint && h("p", { class: "bk-hint", id: ids.hint }, plain(spec.hint.text)));
}

const BLOCKS = {
  section,
  rich_text: richText,
  actions,
  context,
  input,
  divider: () => h("hr"),
  header: (spec) => h("h3", { class: "bk-header" }, plain(spec.text.text)),
};
