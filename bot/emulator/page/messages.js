// The list of messages of a conversation, and the pane of a thread.

import { blocks } from "./blocks.js";
import { clock, dayKey, dayName, full } from "./dates.js";
import { byId, fill, h, toast } from "./dom.js";
import { mrkdwn } from "./markup.js";
import { ask } from "./socket.js";
import { channelName, emit, now, on, personName, store, zone } from "./store.js";

const GROUPED_WITHIN_S = 300;
const LONG = 3000;
let list = null;
let older = false;
let wasAtEnd = true;

export function startMessages() {
  list = byId("messages");
  list.addEventListener("scroll", () => {
    if (list.scrollTop < 400) loadOlder();
    wasAtEnd = isAtEnd();
    if (wasAtEnd) markRead();
  });
  // What stands above or below may grow: whoever read the end still does.
  new ResizeObserver(() => wasAtEnd && toEnd(list, 2)).observe(list);
  on("here", show);
  on("push-messages", (frame) => frame.messages.forEach(take));
  on("push-gone", gone);
}

export async function show() {
  const channel = store.here;
  if (!store.history.has(channel)) {
    const answer = await ask("history", { channel });
    if (answer.refused) return toast(answer.refused);
    remember(channel, answer, new Map());
  }
  if (channel === store.here) draw();
}

function remember(channel, answer, later) {
  const found = new Map(answer.messages.map((one) => [one.ts, one]));
  for (const [ts, one] of later) found.set(ts, one);
  store.history.set(channel, { messages: found, more: answer.more });
}

function draw() {
  const history = store.history.get(store.here);
  fill(list, nodesOf([...history.messages.values()], history.more));
  toEnd(list);
  markRead();
}

// What is off the screen has only an estimated height until it is drawn: look again.
function toEnd(node, again = 8) {
  node.scrollTop = node.scrollHeight;
  if (again) requestAnimationFrame(() => toEnd(node, again - 1));
}

async function loadOlder() {
  const channel = store.here;
  const history = store.history.get(channel);
  if (older || !history?.more) return;
  older = true;
  const before = history.messages.keys().next().value;
  const answer = await ask("history", { channel, before });
  if (!answer.refused && channel === store.here) {
    const height = list.scrollHeight;
    const top = list.scrollTop;
    remember(channel, answer, history.messages);
    list.querySelector(".beginning")?.remove();
    const nodes = nodesOf(answer.messages, answer.more);
    list.prepend(...nodes.flat());
    list.scrollTop = top + list.scrollHeight - height;
  }
  older = false;
}

function nodesOf(messages, more) {
  const nodes = [];
  if (!more) nodes.push(beginning());
  let previous = null;
  for (const message of messages) {
    nodes.push(...between(previous, message), item(message, previous));
    previous = message;
  }
  return nodes;
}

function beginning() {
  const channel = store.channels.get(store.here);
  const what = channel.is_im
    ? `This is where ${personName(channel.with)} writes to ${personName(store.me)} alone.`
    : `This is the very beginning of #${channel.name}.`;
  return h("li", { class: "beginning", text: what });
}

const instant = (message) => new Date(Number(message.ts) * 1000);

function between(previous, message) {
  const day = dayKey(instant(message), zone());
  if (previous && dayKey(instant(previous), zone()) === day) return [];
  return [h("li", { class: "day", dataset: { day } },
    h("span", { text: dayName(instant(message), zone(), now()) }))];
}

// One message arrived or was edited: put it where its stamp says.
function take(message) {
  if (message.thread) {
    if (store.thread?.ts === message.thread) takeReply(message);
    return;
  }
  if (store.thread?.ts === message.ts) takeReply(message);
  const history = store.history.get(message.channel);
  const isNew = !history?.messages.has(message.ts);
  history?.messages.set(message.ts, message);
  if (message.channel !== store.here) {
    if (isNew && message.user !== store.me && !message.edited) emit("unread", message.channel);
    return;
  }
  const atEnd = isAtEnd();
  const old = list.querySelector(`[data-ts="${message.ts}"]`);
  if (old) old.replaceWith(item(message, null, old.classList.contains("grouped")));
  else if (isNew) append(message);
  if (atEnd) {
    toEnd(list, 1);
    markRead();
  } else if (isNew) emit("unread", message.channel);
}

function append(message) {
  const all = [...store.history.get(store.here).messages.values()];
  const previous = all.at(-2) || null;
  list.append(...between(previous, message), item(message, previous));
}

function gone(frame) {
  store.history.get(frame.channel)?.messages.delete(frame.ts);
  document.querySelectorAll(`[data-ts="${frame.ts}"]`).forEach((node) => node.remove());
}

const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 60;

function markRead() {
  const messages = store.history.get(store.here)?.messages;
  const last = messages && [...messages.keys()].at(-1);
  if (!last || document.hidden) return;
  ask("read", { channel: store.here, ts: last });
  emit("read", store.here);
}

function item(message, previous, grouped = isGrouped(message, previous)) {
  const at = instant(message);
  const person = store.people.get(message.user);
  const time = h("time", { datetime: at.toISOString(), title: full(at, zone()), text: clock(at, zone()) });
  const classes = ["message", grouped && "grouped", message.private && "private", message.deleted && "deleted"];
  return h("li", { class: classes.filter(Boolean).join(" "), dataset: { ts: message.ts } },
    message.private && h("div", { class: "eyes", text: "Only visible to you" }),
    h("div", { class: "gutter" }, grouped ? time : avatar(person)),
    h("div", { class: "body" },
      !grouped && h("div", { class: "who" },
        h("b", { text: personName(message.user) }),
        person?.is_bot && h("span", { class: "app", text: "APP" }), time, edited(message)),
      h("div", { class: "content" }, content(message), grouped && edited(message)),
      message.replies > 0 && replies(message)));
}

function edited(message) {
  return message.edited && h("span", { class: "edited", text: " (edited)" });
}

function isGrouped(message, previous) {
  return Boolean(previous) && previous.user === message.user && !previous.private && !message.private
    && message.ts - previous.ts < GROUPED_WITHIN_S
    && dayKey(instant(previous), zone()) === dayKey(instant(message), zone())
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

function replies(message) {
  const words = `${message.replies} ${message.replies === 1 ? "reply" : "replies"}`;
  const last = new Date(Number(message.replied) * 1000);
  return h("button", {
    type: "button", class: "replies", onclick: () => openThread(message.channel, message.ts),
  }, h("b", { text: words }), h("span", { text: ` Last ${dayName(last, zone(), now())} ${clock(last, zone())}` }));
}

async function act(name, more) {
  const answer = await ask(name, more);
  if (answer.refused) toast(answer.refused);
  if (answer.error) toast(failure(answer.error));
}

export function failure(error) {
  const why = {
    dispatch_failed: "Slack could not reach the app: it is not connected.",
    operation_timeout: "The app did not answer within three seconds.",
  }[error];
  return why ? `${why} (${error})` : `Slack says: ${error}`;
}

export function flash(ts) {
  const node = list.querySelector(`[data-ts="${ts}"]`);
  if (!node) return;
  node.scrollIntoView({ block: "center" });
  node.classList.add("flash");
  setTimeout(() => node.classList.remove("flash"), 2500);
}

// Threads

export async function openThread(channel, ts) {
  const answer = await ask("thread", { channel, ts });
  if (answer.refused) return toast(answer.refused);
  store.thread = { channel, ts, messages: new Map(answer.messages.map((one) => [one.ts, one])) };
  drawThread();
  byId("thread").querySelector(".close").focus();
}

export function closeThread() {
  store.thread = null;
  byId("thread").hidden = true;
}

function drawThread() {
  const pane = byId("thread");
  const { channel, messages } = store.thread;
  const all = [...messages.values()].sort((a, b) => a.ts - b.ts);
  let previous = null;
  const nodes = all.map((message) => {
    const node = [...between(previous, message), item({ ...message, replies: 0 }, previous)];
    previous = message;
    return node;
  });
  fill(pane,
    h("header", { class: "pane-head" },
      h("h2", null, "Thread ", h("small", { text: `#${channelName(channel)}` })),
      h("button", { type: "button", class: "close", "aria-label": "Close the thread", text: "×", onclick: closeThread })),
    h("ol", { class: "messages", role: "log", "aria-live": "polite", tabindex: "0" }, nodes));
  pane.hidden = false;
  toEnd(pane.lastChild);
}

function takeReply(message) {
  store.thread.messages.set(message.ts, message);
  drawThread();
}
