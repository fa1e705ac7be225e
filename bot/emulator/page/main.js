// The page of the local Slack: who acts in this tab, where they are, and what follows.

import { startComposer } from "./composer.js";
import { startDays } from "./days.js";
import { byId, fill, h, toast } from "./dom.js";
import { flash, startMessages, show } from "./messages.js";
import { startModal } from "./modal.js";
import { startPanel } from "./panel.js";
import { startSide } from "./side.js";
import { ask, connect } from "./socket.js";
import { botChannel, channelName, dmOf, emit, on, store } from "./store.js";
import { startStory } from "./story.js";
import { closeThread, startThreads } from "./threads.js";
import { startTop } from "./top.js";

function remembered() {
  const [me, here] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { me: me || sessionStorage.getItem("me") || null, here: here || null };
}

async function look(me, here) {
  store.me = me;
  const seen = await ask("look");
  if (seen.refused) {
    return me ? look("", here) : toast(seen.refused);
  }
  store.me = seen.me;
  store.team = seen.team;
  store.bot = seen.bot;
  store.commands = seen.commands;
  store.shortcuts = seen.shortcuts;
  store.emoji = seen.emoji;
  store.people = new Map(seen.people.map((one) => [one.id, one]));
  store.channels = new Map(seen.channels.map((one) => [one.id, one]));
  store.history = new Map();
  store.view = seen.view;
  sessionStorage.setItem("me", seen.me);
  closeThread();
  const there = store.channels.has(here) ? here : first();
  emit("looked");
  await go(there);
}

function first() {
  const channels = [...store.channels.values()];
  return (channels.find((one) => one.name === "support") || channels.find((one) => !one.is_im) || channels[0]).id;
}

async function go(id, ts = null) {
  if (!store.channels.has(id)) return toast("You are not in that conversation.");
  if (store.thread && store.thread.channel !== id) closeThread();
  store.here = id;
  history.replaceState(null, "", `#${store.me}/${id}`);
  head();
  emit("here");
  await show();
  if (ts) await flash(ts);
  reveal("side", false);
}

// The sidebar and the panel, where a narrow window has no room for them.
function reveal(part, isOpen) {
  document.body.classList.toggle(`${part}-open`, isOpen);
  const opener = document.querySelector(`[aria-controls="${part}"]`);
  const hadFocus = byId(part).contains(document.activeElement);
  opener?.setAttribute("aria-expanded", String(isOpen));
  if (opener?.checkVisibility() && isOpen) byId(part).querySelector("button")?.focus();
  else if (opener?.checkVisibility() && hadFocus) opener.focus();
  cover();
}

// On a phone the part in front covers the others: the keyboard must not get behind it.
function cover() {
  const front = narrow.matches && (["side", "panel"].find(isOpen) || (store.thread && "thread"));
  for (const part of ["top", "notice", "story", "side", "chat", "thread", "panel"]) {
    byId(part).inert = Boolean(front) && part !== front;
  }
}

const narrow = matchMedia("(max-width: 760px)");

const isOpen = (part) => document.body.classList.contains(`${part}-open`);

function head() {
  const channel = store.channels.get(store.here);
  const name = channelName(store.here);
  title();
  fill(byId("chat-head"),
    h("button", {
      type: "button", class: "menu", "aria-label": "Channels and people", "aria-controls": "side",
      "aria-expanded": String(isOpen("side")), text: "☰", onclick: () => reveal("side", !isOpen("side")),
    }),
    h("h1", { text: channel.is_im ? name : `# ${name}` }),
    h("small", { text: channel.is_im ? "messages that only you see" : `${channel.members} members` }));
}

// What is unread comes first, as the tab may show only a few letters.
function title() {
  const channel = store.channels.get(store.here);
  if (!channel) return;
  const name = channelName(store.here);
  const unread = [...store.channels.values()].reduce((sum, one) => sum + (one.id === store.here ? 0 : one.unread), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${channel.is_im ? name : `#${name}`} · ${store.team}`;
}

function away() {
  const condition = store.state.slack?.condition;
  byId("away").textContent = condition === "gone"
    ? "Slack is down: nothing arrives, and no command reaches the bot."
    : condition === "failing" ? "Slack fails: nothing that the bot sends arrives." : "";
}

function start() {
  startDays();
  startTop();
  startStory();
  startSide();
  startMessages();
  startThreads();
  startComposer();
  startModal();
  startPanel();
  on("connected", () => {
    byId("lost").textContent = "";
    const { me, here } = store.me ? store : remembered();
    inTurn(() => look(me || "", here));
  });
  on("disconnected", () => {
    byId("lost").textContent = "Not connected to this page's server. Trying again …";
  });
  for (const name of ["unread", "read", "looked"]) on(name, title);
  on("state", (changed) => changed.slack && away());
  on("push-reset", () => inTurn(() => look(store.me, store.here)));
  on("push-state", (frame) => {
    const { push, ...changed } = frame;
    store.state = { ...store.state, ...changed };
    emit("state", changed);
  });
  on("become", (id) => inTurn(() => look(id, store.channels.get(store.here)?.is_im ? dmOf(id) : store.here)));
  on("go", (id) => inTurn(() => go(id)));
  on("visit", (visit) => inTurn(() => pay(visit)));
  on("thread-pane", cover);
  narrow.addEventListener("change", cover);
  on("panel", (isWanted) => reveal("panel", isWanted ?? !isOpen("panel")));
  document.addEventListener("click", (event) => {
    if (isOpen("side") && !event.target.closest("#side, .menu")) reveal("side", false);
    const link = event.target.closest("a[data-channel]");
    if (!link) return;
    event.preventDefault();
    inTurn(() => go(link.dataset.channel, link.dataset.ts));
  });
  document.addEventListener("keydown", key);
  connect();
}

function key(event) {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    const part = ["side", "panel"].find(isOpen);
    if (part) reveal(part, false);
    else closeThread();
  }
  if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    const box = byId("composer-text");
    box.focus();
    if (!box.value) { box.value = "/"; box.dispatchEvent(new Event("input")); }
  }
}

// Moves come one after another: each looks around before the next begins.
let moving = Promise.resolve();

function inTurn(move) {
  moving = moving.then(move).catch((error) => console.error(error));
}

async function pay({ me, here }) {
  if (me && me !== store.me) await look(me, here === "dm" ? dmOf(me) : here);
  else await go(here === "dm" ? botChannel().id : here);
}

start();
