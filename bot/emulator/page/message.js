// One message as a node, and what stands between two of them.

import { blocks } from "./blocks.js";
import { clock, dayInText, dayKey, dayName, full } from "./dates.js";
import { relative } from "./days.js";
import { h, toast } from "./dom.js";
import { focused } from "./focus.js";
import { mrkdwn } from "./markup.js";
import { ask, failure } from "./socket.js";
import { emit, now, personName, store, zone } from "./store.js";

const GROUPED_WITHIN_S = 300;
const LONG = 3000;

export const instant = (message) => new Date(Number(message.ts) * 1000);
const dayOf = (message) => dayKey(instant(message), zone());

// The name of the day, where a message is the first of its day.
export function between(previous, message) {
  const day = dayOf(message);
  if (previous && dayOf(previous) === day) return [];
  return [h("li", { class: "day", dataset: { day } },
    relative(h("h2"), () => dayName(instant(message), zone(), now())))];
}

// `inThread`: it stands in the pane of its thread, which cannot be opened from there.
export function item(message, previous, { grouped = isGrouped(message, previous), inThread = false } = {}) {
  const at = instant(message);
  const person = store.people.get(message.user);
  const name = personName(message.user);
  const time = h("time", { datetime: at.toISOString(), title: full(at, zone()), text: clock(at, zone()) });
  const classes = ["message", grouped && "grouped", message.private && "private", message.deleted && "deleted"];
  const hasThread = !inThread && !message.private;
  return h("li", {
    class: classes.filter(Boolean).join(" "), dataset: { ts: message.ts }, role: "article", tabindex: "-1",
    "aria-label": `${name}, ${clock(at, zone())}${message.private ? ", only visible to you" : ""}`,
  },
  message.private && h("div", { class: "eyes", text: "Only visible to you" }),
  h("div", { class: "gutter" }, grouped ? time : avatar(person)),
  h("div", { class: "body" },
    !grouped && h("div", { class: "who" },
      h("b", { text: name }),
      person?.is_bot && h("span", { class: "app", text: "APP" }), time, edited(message)),
    h("div", { class: "content" }, content(message), grouped && edited(message)),
    reactions(message),
    hasThread && message.replies > 0 && replies(message)),
  h("div", { class: "over" },
    !message.private && !message.deleted && message.user !== store.bot && store.emoji.map((one) => emoji(message, one.name, one.shown)),
    !message.private && message.user !== store.bot && store.shortcuts.map((one) => h("button", {
      type: "button", text: one.name, dataset: { key: one.shortcut },
      "aria-label": `${one.name}: ${name}, ${clock(at, zone())}`,
      onclick: () => act("shortcut", { channel: message.channel, ts: message.ts, shortcut: one.shortcut }),
    })),
    hasThread && h("button", {
      type: "button", text: "Reply", dataset: { key: "reply" },
      "aria-label": `Reply in a thread to ${name}, ${clock(at, zone())}`, onclick: () => emit("thread", message),
    })));
}

// Puts a newer node in place of a message; whoever stands in it keeps their place.
export function swap(old, node) {
  const back = old.contains(document.activeElement) && focused();
  old.replaceWith(node);
  if (back) back();
}

function edited(message) {
  return message.edited && h("span", { class: "edited", text: " (edited)" });
}

function isGrouped(message, previous) {
  return Boolean(previous) && previous.user === message.user && !previous.private && !message.private
    && message.ts - previous.ts < GROUPED_WITHIN_S && dayOf(previous) === dayOf(message)
    && !message.blocks.length;
}

export function avatar(person, extra = "") {
  const name = person?.real_name || "?";
  const hue = Math.max([...store.people.keys()].indexOf(person?.id), 0) % 6;
  const classes = person?.is_bot ? "avatar bot" : `avatar hue-${hue}`;
  return h("span", { class: `${classes} ${extra}`, "aria-hidden": "true", text: name.slice(0, 1).toUpperCase() });
}

function content(message) {
  if (message.blocks.length) {
    const where = { channel: message.channel, ts: message.ts };
    return blocks(message.blocks, {
      press: (button) => act("press", { ...where, button }),
      choose: (element, choice) => act("choose", { ...where, element, choice }),
      search: async (element, text) => (await ask("search", { ...where, element, text })).options || [],
    });
  }
  const text = h("div", { class: "text" }, mrkdwn(message.text));
  if (message.text.length < LONG) return text;
  text.classList.add("folded");
  const more = h("button", { type: "button", class: "link", text: "See more", "aria-expanded": "false" });
  more.addEventListener("click", () => {
    const folded = text.classList.toggle("folded");
    more.textContent = folded ? "See more" : "See less";
    more.setAttribute("aria-expanded", String(!folded));
  });
  return [text, more];
}

// An emoji on a message; a press puts it there, or takes one's own off.
function emoji(message, name, text, users = []) {
  return h("button", {
    type: "button", text, dataset: { key: `emoji-${name}` }, "aria-pressed": String(users.includes(store.me)),
    "aria-label": `${name.replaceAll("_", " ")}${users.length ? `: ${users.map(personName).join(", ")}` : ""}`,
    onclick: () => act("react", { channel: message.channel, ts: message.ts, emoji: name }),
  });
}

function reactions(message) {
  if (!message.reactions.length) return null;
  const shown = (name) => store.emoji.find((one) => one.name === name)?.shown || `:${name}:`;
  return h("div", { class: "reactions" }, message.reactions.map((one) =>
    emoji(message, one.name, `${shown(one.name)} ${one.users.length}`, one.users)));
}

function replies(message) {
  const words = `${message.replies} ${message.replies === 1 ? "reply" : "replies"}`;
  const last = new Date(Number(message.replied) * 1000);
  return h("button", {
    type: "button", class: message.new ? "replies unread" : "replies", dataset: { key: "replies" },
    onclick: () => emit("thread", message),
  },
  h("b", { text: words }), message.new > 0 && h("span", { class: "badge", text: `${message.new} new` }),
  relative(h("span", { class: "last" }), () => ` Last reply ${dayInText(last, zone(), now())} ${clock(last, zone())}`));
}

async function act(name, more) {
  const answer = await ask(name, more);
  if (answer.refused) toast(answer.refused);
  if (answer.error) toast(failure(answer.error));
}
