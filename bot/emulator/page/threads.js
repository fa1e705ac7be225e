// The pane of a thread: its parent, its replies, and a box to reply in.

import { composer } from "./composer.js";
import { byId, fill, h, toast } from "./dom.js";
import { keepEnd } from "./ends.js";
import { focused } from "./focus.js";
import { noticeOf } from "./markup.js";
import { between, item, swap } from "./message.js";
import { ask } from "./socket.js";
import { channelName, emit, on, personName, store } from "./store.js";
import { announce } from "./told.js";

let list, end;
let back = () => {};

export function startThreads() {
  on("thread", openThread);
  on("taken", take);
}

async function openThread({ channel, ts }) {
  const from = focused();
  const answer = await ask("thread", { channel, ts });
  if (answer.refused) return toast(answer.refused);
  if (byId("thread").hidden) back = from;
  store.thread = { channel, ts, messages: new Map(answer.messages.map((one) => [one.ts, one])) };
  draw();
  byId("reply-text").focus();
  markRead();
}

export function closeThread() {
  if (!store.thread) return;
  const hadFocus = byId("thread").contains(document.activeElement);
  store.thread = null;
  byId("thread").hidden = true;
  byId("thread").replaceChildren();
  emit("thread-pane");
  if (hadFocus) back();
}

function draw() {
  const pane = byId("thread");
  const { channel, ts, messages } = store.thread;
  const isDirect = store.channels.get(channel).is_im;
  const place = `${isDirect ? "" : "#"}${channelName(channel)}`;
  list = h("div", { class: "messages", role: "log", "aria-live": "off", "aria-label": `Thread in ${place}`, tabindex: "0" },
    h("ol", { role: "presentation" }));
  const box = h("div", { class: "composer" });
  end = keepEnd(list, list.firstChild);
  fill(pane,
    h("header", { class: "pane-head" },
      h("h2", null, "Thread ", h("small", { text: place })),
      h("button", { type: "button", class: "close", "aria-label": "Close the thread", text: "×", onclick: closeThread })),
    list, box);
  pane.hidden = false;
  emit("thread-pane");
  for (const message of sorted(messages)) append(message);
  composer(box, { id: "reply", label: `Reply in the thread in ${place}`, hint: "Reply …", place: () => ({ channel, thread: ts }) });
  end.go();
}

const sorted = (messages) => [...messages.values()].sort((a, b) => a.ts - b.ts);

function append(message) {
  const all = sorted(store.thread.messages);
  const previous = all[all.indexOf(message) - 1] || null;
  list.firstChild.append(...between(previous, message), item(message, previous, { inThread: true }));
}

function take(message) {
  if ("threads" in message) emit("thread-unread", message);
  const { thread } = store;
  if (!thread || thread.channel !== message.channel || (message.thread || message.ts) !== thread.ts) return;
  const old = list.querySelector(`[data-ts="${message.ts}"]`);
  thread.messages.set(message.ts, message);
  if (old) {
    swap(old, item(message, null, { grouped: old.classList.contains("grouped"), inThread: true }));
    return;
  }
  append(message);
  if (end.isKept() || message.user === store.me) end.go();
  if (message.user !== store.me) announce(`In the thread. ${personName(message.user)}: ${noticeOf(message.text)}`);
  markRead();
}

async function markRead() {
  const { channel, ts, messages } = store.thread;
  const last = sorted(messages).at(-1).ts;
  const answer = await ask("read", { channel, ts: last, thread: ts });
  if (answer.refused) return;
  emit("thread-read", { channel, ts });
  emit("thread-unread", { channel, threads: answer.threads });
}
