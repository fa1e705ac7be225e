// The sidebar: who you are, the channels, the direct messages.

import { clock } from "./dates.js";
import { byId, fill, h } from "./dom.js";
import { avatar } from "./message.js";
import { emit, now, on, personName, store } from "./store.js";

export function startSide() {
  for (const name of ["looked", "here", "read"]) on(name, draw);
  on("unread", (channel) => {
    const found = store.channels.get(channel);
    if (found) found.unread += 1;
    draw();
  });
  on("read", (channel) => {
    const found = store.channels.get(channel);
    if (found) found.unread = 0;
    draw();
  });
  on("thread-unread", ({ channel, threads }) => {
    const found = store.channels.get(channel);
    if (!found || found.threads === threads) return;
    found.threads = threads;
    draw();
  });
  on("state", (changed) => (changed.clock || changed.phones || changed.roles) && draw());
}

function draw() {
  const side = byId("side");
  const focused = document.activeElement?.closest("#side [data-key]")?.dataset.key;
  const channels = [...store.channels.values()].sort((a, b) => a.name.localeCompare(b.name));
  const bot = channels.filter((one) => one.is_im && one.with === store.bot);
  fill(side,
    h("div", { class: "workspace" }, h("b", { text: store.team }), h("small", { text: "local Slack" })),
    h("h2", { id: "who-you-are", text: "You are" }),
    h("ul", { class: "people", "aria-labelledby": "who-you-are" }, persons().map(person)),
    h("h2", { id: "channels-head", text: "Channels" }),
    h("ul", { "aria-labelledby": "channels-head" },
      channels.filter((one) => !one.is_im).map((one) => row(one, h("span", { class: "sign", text: one.is_private ? "▪" : "#", "aria-hidden": "true" }), one.name))),
    h("h2", { id: "dms-head", text: "Direct messages" }),
    h("ul", { "aria-labelledby": "dms-head" },
      bot.map((one) => row(one, avatar(store.people.get(store.bot), "tiny"), personName(store.bot)))));
  if (focused) side.querySelector(`[data-key="${focused}"]`)?.focus();
}

const persons = () => [...store.people.values()].filter((one) => !one.is_bot && !one.deleted);

function person(one) {
  const unread = store.state.phones?.[one.id] || 0;
  const role = store.state.roles?.[one.id];
  const isMe = one.id === store.me;
  const time = clock(now(), one.tz);
  const told = unread && !isMe ? `, ${unread} unread from ${personName(store.bot)}` : "";
  return h("li", null, h("button", {
    type: "button", class: "person", dataset: { key: one.id }, title: `Act as ${one.real_name} (${one.tz})`,
    "aria-pressed": String(isMe), "aria-label": `Act as ${one.real_name}, ${role || "team"}, ${time} there${told}`,
    onclick: () => emit("become", one.id),
  },
  avatar(one), h("span", { class: "name" }, h("b", { text: one.real_name }), h("small", { text: role || place(one.tz) })),
  unread > 0 && !isMe ? h("span", { class: "badge", text: unread }) : h("span", { class: "time", text: time })));
}

const place = (tz) => tz.split("/").at(-1).replaceAll("_", " ");

function row(channel, sign, name) {
  const isHere = channel.id === store.here;
  const unread = channel.unread > 0 && !isHere;
  const threads = channel.threads > 0 && `${channel.threads} new in threads`;
  const news = [unread && `${channel.unread} unread`, threads].filter(Boolean);
  return h("li", null, h("button", {
    type: "button", class: unread ? "row unread" : "row", dataset: { key: channel.id },
    "aria-current": isHere ? "page" : undefined,
    "aria-label": [name, ...news].join(", "), title: threads || undefined,
    onclick: () => emit("go", channel.id),
  }, sign, h("span", { class: "name", text: name }),
  threads && h("span", { class: "badge threads", text: `⤷ ${channel.threads}` }), unread && h("span", { class: "badge", text: channel.unread })));
}
