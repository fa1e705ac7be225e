// Building elements. Text always becomes text nodes: nothing here reads markup.

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else if (key in PROPERTIES) node[PROPERTIES[key]] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PROPERTIES = { class: "className", value: "value", checked: "checked", text: "textContent" };

export const byId = (id) => document.getElementById(id);

export function fill(node, ...children) {
  node.replaceChildren(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
}

let serial = 0;

export function freshId(stem) {
  serial += 1;
  return `${stem}-${serial}`;
}

export function toast(text) {
  const node = h("div", { class: "toast", text });
  byId("toasts").append(node);
  setTimeout(() => node.remove(), 7000);
}
