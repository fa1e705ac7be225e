// The list of messages of a conversation.
//
// Messages stand in chunks. The browser lays out and paints the chunks that are near the
// screen and skips the rest, which stay in the page: find, links and Home reach them.

import { byId, fill, h, toast } from "./dom.js";
import { keepEnd } from "./ends.js";
import { between, item, swap } from "./message.js";
import { noticeOf } from "./markup.js";
import { announce } from "./told.js";
import { ask } from "./socket.js";
import { channelName, emit, on, personName, store } from "./store.js";

const CHUNK = 20;
const ALL_AT_ONCE = 1000;
const NEAR_PX = 600;
let list, inner, end;
let loading = null;
const early = new Map(); // what arrives while a conversation's history is on its way
let lastRead = "";

export function startMessages() {
  inner = h("div");
  list = byId("messages");
  list.append(inner);
  end = keepEnd(list, inner, scrolled);
  list.addEventListener("keydown", jump);
  on("here", show);
  on("push-messages", (frame) => frame.messages.forEach(take));
  on("push-gone", gone);
  on("thread-read", ({ channel, ts }) => {
    const parent = store.history.get(channel)?.messages.get(ts);
    if (parent?.new) take({ ...parent, new: 0 });
  });
  document.addEventListener("visibilitychange", () => end.isKept() && markRead());
}

function scrolled() {
  if (list.scrollTop < NEAR_PX) loadOlder();
  if (end.isKept()) markRead();
}

async function jump(event) {
  if (event.target !== list) return;
  if (event.key === "End") {
    event.preventDefault();
    end.go();
    markRead();
  } else if (event.key === "Home") {
    event.preventDefault();
    const channel = store.here;
    end.leave();
    while (channel === store.here && store.history.get(channel).more) await loadOlder(ALL_AT_ONCE);
    list.scrollTop = 0;
  }
}

export async function show() {
  const channel = store.here;
  if (!store.history.has(channel)) {
    early.set(channel, new Map());
    const answer = await ask("history", { channel });
    if (answer.refused) return toast(answer.refused);
    remember(channel, answer, early.get(channel) || []);
    early.delete(channel);
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
  const channel = store.channels.get(store.here);
  list.setAttribute("aria-label", `Messages ${channel.is_im ? "with " : "in #"}${channelName(store.here)}`);
  fill(inner, chunksOf([...history.messages.values()], history.more));
  end.go();
  markRead();
}

async function loadOlder(most) {
  while (loading) await loading;
  const channel = store.here;
  const history = store.history.get(channel);
  if (!history?.more) return;
  const [before] = history.messages.keys();
  loading = ask("history", { channel, before, most });
  const answer = await loading;
  loading = null;
  if (answer.refused || channel !== store.here) return;
  prepend(channel, answer, history);
}

// What stands on the screen stays where it is while older messages come in above it.
function prepend(channel, answer, history) {
  const anchor = [...inner.querySelectorAll(".message")].find((one) => one.getBoundingClientRect().bottom > list.getBoundingClientRect().top);
  const top = anchor?.getBoundingClientRect().top;
  remember(channel, answer, history.messages);
  const chunks = chunksOf(answer.messages, answer.more);
  const day = inner.querySelector(".day");
  if (chunks.some((one) => one.querySelector(`[data-day="${day?.dataset.day}"]`))) day.remove();
  inner.prepend(...chunks);
  if (anchor) list.scrollTop += anchor.getBoundingClientRect().top - top;
  end.moved();
}

function chunksOf(messages, more) {
  const chunks = more ? [] : [chunk(beginning())];
  let previous = null;
  messages.forEach((message, index) => {
    if (index % CHUNK === 0) chunks.push(chunk());
    chunks.at(-1).append(...between(previous, message), item(message, previous));
    previous = message;
  });
  return chunks;
}

const chunk = (...nodes) => h("ol", { class: "chunk", role: "presentation" }, nodes);

function beginning() {
  const channel = store.channels.get(store.here);
  const what = channel.is_im
    ? `This is where ${personName(channel.with)} writes to ${personName(store.me)} alone.`
    : `This is the very beginning of #${channel.name}.`;
  return h("li", { class: "beginning", text: what });
}

// One message arrived or was edited: put it where its stamp says.
function take(message) {
  emit("taken", message);
  if (message.thread) return;
  const history = store.history.get(message.channel);
  const isNew = message.fresh && !history?.messages.has(message.ts);
  if (isNew || history?.messages.has(message.ts)) history?.messages.set(message.ts, message);
  if (isNew) early.get(message.channel)?.set(message.ts, message);
  if (isNew) tell(message);
  if (message.channel !== store.here || !history) {
    if (isNew && message.user !== store.me) emit("unread", message.channel);
    return;
  }
  const old = inner.querySelector(`[data-ts="${message.ts}"]`);
  if (old) swap(old, item(message, null, { grouped: old.classList.contains("grouped") }));
  else if (isNew) append(message);
  if (end.isKept()) {
    end.go();
    markRead();
  } else if (isNew && message.user !== store.me) emit("unread", message.channel);
}

function append(message) {
  const previous = [...store.history.get(store.here).messages.values()].at(-2) || null;
  const last = inner.lastElementChild;
  const room = last && last.querySelectorAll(".message").length < CHUNK ? last : chunk();
  room.append(...between(previous, message), item(message, previous));
  inner.append(room);
}

// Says aloud what arrives where somebody looks, and what is for them alone.
function tell(message) {
  const isMine = message.user === store.me;
  const isDirect = store.channels.get(message.channel)?.is_im;
  if (isMine || !(message.channel === store.here || isDirect || message.private)) return;
  announce(`${message.private ? "Only visible to you. " : ""}${personName(message.user)}: ${noticeOf(message.text)}`);
}

function gone(frame) {
  store.history.get(frame.channel)?.messages.delete(frame.ts);
  document.querySelectorAll(`[data-ts="${frame.ts}"]`).forEach((node) => node.remove());
}

function markRead() {
  const messages = store.history.get(store.here)?.messages;
  const last = messages && [...messages.keys()].at(-1);
  const mark = `${store.me} ${store.here} ${last}`;
  if (!last || document.hidden || mark === lastRead) return;
  lastRead = mark;
  ask("read", { channel: store.here, ts: last });
  emit("read", store.here);
}

// Shows a message of this conversation, however long ago it was written.
export async function flash(ts) {
  const channel = store.here;
  while (channel === store.here && !store.history.get(channel)?.messages.has(ts)
    && store.history.get(channel)?.more) await loadOlder(ALL_AT_ONCE);
  const node = inner.querySelector(`[data-ts="${ts}"]`);
  if (!node) return;
  end.leave();
  node.scrollIntoView({ block: "center" });
  node.focus({ preventScroll: true });
  node.classList.add("flash");
  setTimeout(() => node.classList.remove("flash"), 2500);
}
