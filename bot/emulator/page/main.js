// The page of the local Slack: who acts in this tab, where they are, and what follows.

import { startComposer } from "./composer.js";
import { byId, fill, h, toast } from "./dom.js";
import { closeThread, flash, startMessages, show } from "./messages.js";
import { startModal } from "./modal.js";
import { startPanel } from "./panel.js";
import { startSide } from "./side.js";
import { ask, connect } from "./socket.js";
import { botChannel, channelName, emit, on, store } from "./store.js";
import { startStory } from "./story.js";
import { startTop } from "./top.js";

function remembered() {
  const [me, here] = decodeURIComponent(location.hash.slice(1)).split("/");
  return { me: me || sessionStorage.getItem("me") || null, here: here || null };
}

async function look(me, here) {
  store.me = me;
  const seen = await ask("look");
  if (seen.refused) {
    if (me !== null && me !== "U0ANA") return look("U0ANA", here);
    return toast(seen.refused);
  }
  store.me = seen.me;
  store.team = seen.team;
  store.bot = seen.bot;
  store.commands = seen.commands;
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

export async function go(id, ts = null) {
  if (!store.channels.has(id)) return toast("You are not in that conversation.");
  if (store.thread && store.thread.channel !== id) closeThread();
  store.here = id;
  history.replaceState(null, "", `#${store.me}/${id}`);
  head();
  emit("here");
  await show();
  if (ts) flash(ts);
  document.body.classList.remove("side-open");
}

function head() {
  const channel = store.channels.get(store.here);
  const name = channelName(store.here);
  document.title = `${channel.is_im ? name : `#${name}`} · ${store.team}`;
  fill(byId("chat-head"),
    h("button", { type: "button", class: "menu", "aria-label": "Channels and people", text: "☰", onclick: () => document.body.classList.toggle("side-open") }),
    h("h1", { text: channel.is_im ? name : `# ${name}` }),
    h("small", { text: channel.is_im ? "messages that only you see" : `${channel.members} members` }));
}

function start() {
  startTop();
  startStory();
  startSide();
  startMessages();
  startComposer();
  startModal();
  startPanel();
  on("connected", () => {
    document.body.classList.remove("lost");
    const { me, here } = store.me ? store : remembered();
    look(me || "U0ANA", here);
  });
  on("disconnected", () => document.body.classList.add("lost"));
  on("push-reset", () => look(store.me, store.here));
  on("push-state", (frame) => {
    const { push, ...changed } = frame;
    store.state = { ...store.state, ...changed };
    emit("state", changed);
  });
  on("become", (id) => look(id, store.channels.get(store.here)?.is_im ? dmOf(id) : store.here));
  on("go", (id) => go(id));
  on("visit", (visit) => { visiting = visiting.then(() => pay(visit)); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#side, .menu")) document.body.classList.remove("side-open");
    const link = event.target.closest("a[data-channel]");
    if (!link) return;
    event.preventDefault();
    go(link.dataset.channel, link.dataset.ts);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.body.classList.remove("side-open", "panel-open");
    if (event.key === "Escape" && store.thread && !document.querySelector("dialog[open]")) closeThread();
    if (event.key === "/" && !event.target.closest("input, textarea, select, dialog")) {
      event.preventDefault();
      const box = byId("composer-text");
      box.focus();
      if (!box.value) { box.value = "/"; box.dispatchEvent(new Event("input")); }
    }
  });
  connect();
}

// Visits come one after another: each looks around before the next begins.
let visiting = Promise.resolve();

async function pay({ me, here }) {
  if (me && me !== store.me) await look(me, here === "dm" ? dmOf(me) : here);
  else await go(here === "dm" ? botChannel().id : here);
}

const dmOf = (id) => `D${id.slice(1)}`;

start();
