// Completion in a message box: slash commands, @people and #channels, as a combobox.

import { fill, h } from "./dom.js";
import { avatar } from "./message.js";
import { store } from "./store.js";

const MOST = 8;
const EVERYBODY = { here: "whoever is active", channel: "everybody in this conversation", everyone: "everybody" };
const TOKEN = /(?:^|[\s(])([@#])([\w.-]*)$/;

// `commands` tells whether slash commands are offered: in threads Slack has none.
export function completion(box, menu, { commands, changed }) {
  let offered = [];
  let picked = -1;
  let from = 0;

  function look() {
    const found = document.activeElement === box && box.selectionStart === box.selectionEnd
      ? offersAt(box.value, box.selectionStart, commands) : null;
    from = found?.from ?? 0;
    show(found?.items || [], found?.label);
  }

  function show(items, label = "") {
    offered = items;
    menu.hidden = !items.length;
    box.setAttribute("aria-expanded", String(items.length > 0));
    menu.setAttribute("aria-label", label);
    fill(menu, items.map((one, index) => h("li", {
      id: `${menu.id}-${index}`, role: "option", "aria-selected": "false", dataset: { insert: one.insert },
      onmousedown: (event) => { event.preventDefault(); complete(index); },
    }, one.nodes)));
    pick(items.length ? 0 : -1);
  }

  function pick(index) {
    picked = index;
    [...menu.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === index)));
    if (index < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", `${menu.id}-${index}`);
      menu.children[index].scrollIntoView({ block: "nearest" });
    }
  }

  function complete(index) {
    const { insert } = offered[index];
    const rest = box.value.slice(box.selectionStart);
    box.value = `${box.value.slice(0, from)}${insert} ${rest}`;
    box.selectionStart = box.selectionEnd = from + insert.length + 1;
    box.focus();
    show([]);
    changed();
  }

  // Tells whether the key was for the menu.
  function key(event) {
    if (menu.hidden) return false;
    const typed = box.value.slice(from, box.selectionStart);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      pick((picked + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length);
    } else if (event.key === "Tab" && !event.shiftKey) complete(picked);
    else if (event.key === "Enter" && !event.shiftKey && typed !== offered[picked].insert) complete(picked);
    else if (event.key === "Escape") {
      show([]);
      event.stopPropagation();
    } else return false;
    event.preventDefault();
    return true;
  }

  return { look, key, close: () => show([]) };
}

function offersAt(text, caret, commands) {
  const before = text.slice(0, caret);
  if (commands && /^\/\S*$/.test(before)) {
    return { from: 0, label: "Slash commands", items: store.commands.filter((one) => one.command.startsWith(before)).map(command) };
  }
  const match = TOKEN.exec(before);
  if (!match) return null;
  const [, sign, name] = match;
  const from = caret - name.length - 1;
  return sign === "@"
    ? { from, label: "People", items: people(name.toLowerCase()) }
    : { from, label: "Channels", items: channels(name.toLowerCase()) };
}

const command = (one) => ({
  insert: one.command, nodes: [h("b", { text: one.command }), h("i", { text: ` ${one.hint}` }), h("small", { text: one.about })],
});

function people(start) {
  const found = [...store.people.values()].filter((one) => !one.deleted
    && [one.name, ...one.real_name.split(/\s+/)].some((word) => word.toLowerCase().startsWith(start)))
    .sort((one, other) => one.is_bot - other.is_bot);
  const everybody = Object.keys(EVERYBODY).filter((name) => name.startsWith(start));
  return [
    ...found.map((one) => ({ insert: `@${one.name}`, nodes: [avatar(one, "tiny"), h("b", { text: one.real_name }), h("i", { text: ` @${one.name}` })] })),
    ...everybody.map((name) => ({ insert: `@${name}`, nodes: [h("b", { text: `@${name}` }), h("i", { text: ` ${EVERYBODY[name]}` })] })),
  ].slice(0, MOST);
}

function channels(start) {
  return [...store.channels.values()].filter((one) => !one.is_im && one.name.startsWith(start)).slice(0, MOST)
    .map((one) => ({ insert: `#${one.name}`, nodes: [h("b", { text: `#${one.name}` }), h("i", { text: ` ${one.members} members` })] }));
}
