// Behind the stage: what lies ahead, what became of it, and Slack's faults by hand.

import { stamp } from "./dates.js";
import { byId, fill, h } from "./dom.js";
import { ask } from "./socket.js";
import { emit, on, personName, store, zone } from "./store.js";
import { behind } from "./top.js";

const TABS = { ahead: "Ahead", sent: "Sent", faults: "Break Slack" };
const CONDITIONS = [
  ["well", "Well", "Slack works."],
  ["slow", "Slow", "Each call takes two seconds."],
  ["rate_limiting", "Rate-limiting", "Each call gets a 429: try again in 5 s."],
  ["failing", "Failing", "Each call ends in an error 500."],
  ["gone", "Gone", "Nothing answers; the socket is cut."],
];
const WHAT_BECAME = {
  sent: "sent", merged: "merged into one", superseded: "superseded", queued: "held back", sending: "held back", dead: "given up", held: "held", deleted: "deleted",
};
const BOT_IS = { running: "runs", starting: "is starting", dead: "is dead" };
let tab = "ahead";
let links = 0;

export function startPanel() {
  on("state", draw);
  on("looked", draw);
}

function draw() {
  const panel = byId("panel");
  const { state } = store;
  panel.hidden = !state.slack;
  if (panel.hidden) return;
  const focused = document.activeElement?.closest("#panel [data-key]")?.dataset.key;
  links = 0;
  const top = panel.querySelector(".panel-body")?.scrollTop || 0;
  const tabs = Object.keys(TABS).filter((one) => one === "faults" || state[one]);
  if (!tabs.includes(tab)) tab = tabs[0];
  fill(panel,
    h("div", { class: "tabs" },
      h("div", { role: "tablist", "aria-label": "Behind the stage", onkeydown: turn }, tabs.map(tabButton)),
      h("button", { type: "button", class: "close panel-close", dataset: { key: "close" }, "aria-label": "Close this panel", text: "×", onclick: () => emit("panel", false) })),
    h("div", { class: "panel-body", role: "tabpanel", id: "panel-body", "aria-labelledby": `tab-${tab}`, tabindex: "0", dataset: { key: "body" } },
      { ahead, sent, faults }[tab](state)));
  panel.querySelector(".panel-body").scrollTop = top;
  if (focused) panel.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
}

// The arrows go from tab to tab.
function turn(event) {
  const tabs = [...event.currentTarget.children];
  const at = tabs.indexOf(event.target);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const next = { Home: tabs[0], End: tabs.at(-1) }[event.key] || (step && tabs[(at + step + tabs.length) % tabs.length]);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}

function tabButton(name) {
  const badge = name === "faults" && (store.state.slack.condition !== "well" || store.state.app?.state === "dead");
  const waits = name === "sent" && store.state.waiting > 0;
  return h("button", {
    type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(name === tab), "aria-controls": "panel-body",
    tabindex: name === tab ? "0" : "-1",
    dataset: { key: name }, onclick: () => { tab = name; draw(); },
  }, TABS[name], badge && h("span", { class: "dot", role: "img", "aria-label": "broken now", text: " ●" }),
  waits && h("span", { class: "badge" }, store.state.waiting, h("span", { class: "unseen", text: " waiting" })));
}

const when = (text) => h("time", { datetime: text, text: stamp(new Date(text), zone()) });

function told(ids) {
  return ids.map((id) => h("button", {
    type: "button", dataset: { key: `to-${links += 1}` }, class: store.people.has(id) ? "to person-to" : "to",
    text: store.people.has(id) ? `@${personName(id)}` : `#${store.channels.get(id)?.name || id}`,
    onclick: () => emit("visit", store.people.has(id) ? { me: id, here: "dm" } : { here: id }),
  }));
}

function ahead(state) {
  if (!state.ahead.length) return empty("Nothing is owed. Type /sev2 in a channel, and see what that makes the bot do.");
  return [
    h("p", { class: "lead", text: "What the bot will do if nobody acts, in your local time:" }),
    h("ol", { class: "timeline" }, state.ahead.map((one) => h("li", { class: `kind-${one.kind}` },
      h("div", { class: "line" }, when(one.at), one.about && h("b", { text: one.about })),
      h("p", null, one.what, one.to.length > 0 && [" → ", told(one.to)]),
      one.why && h("p", { class: "why", text: one.why })))),
  ];
}

function sent(state) {
  const waits = state.waiting
    ? `${state.waiting} ${state.waiting === 1 ? "message waits" : "messages wait"} in the outbox.`
    : "The outbox is empty: nothing waits.";
  return [
    h("p", { class: state.waiting ? "lead waits" : "lead", text: waits }),
    state.sent.length ? h("ol", { class: "timeline" }, state.sent.map((one) => h("li", { class: `state-${one.state}` },
      h("div", { class: "line" }, when(one.at), h("span", { class: "state", text: WHAT_BECAME[one.state] || one.state })),
      h("p", null, one.what, " → ", told(one.to)),
      one.why && h("p", { class: "why", text: one.why })))) : empty("Nothing was sent yet."),
  ];
}

function faults(state) {
  const alive = state.app?.state !== "dead";
  return [
    h("fieldset", { class: "conditions" }, h("legend", { text: "Slack is" }), CONDITIONS.map(([id, name, about]) =>
      h("label", null, h("input", {
        type: "radio", name: "condition", value: id, checked: state.slack.condition === id, dataset: { key: `is-${id}` },
        onchange: () => ask("slack", { condition: id }),
      }), h("span", null, h("b", { text: name }), h("small", { text: about }))))),
    h("div", { class: "deeds" },
      h("button", { type: "button", class: "bk-button", dataset: { key: "cut" }, text: "Cut the socket", onclick: () => ask("cut") }),
      state.app && h("button", {
        type: "button", class: alive ? "bk-button danger" : "bk-button primary", dataset: { key: "kill" },
        text: alive ? "Kill the bot" : "Start the bot", onclick: () => behind(alive ? "kill" : "start"),
      }),
      state.clock && h("button", { type: "button", class: "bk-button", dataset: { key: "over" }, text: "Start over", onclick: () => behind("over") })),
    h("dl", { class: "health" },
      state.app && [h("dt", { text: "The bot" }), h("dd", { class: state.app.state === "running" ? "good" : "bad", text: BOT_IS[state.app.state] })],
      h("dt", { text: "Its sockets" }), h("dd", { class: state.slack.sockets ? "good" : "bad", text: state.slack.sockets || "none: commands fail" }),
      state.waiting !== undefined && [h("dt", { text: "Outbox" }), h("dd", { class: state.waiting ? "bad" : "good", text: state.waiting ? `${state.waiting} waiting` : "empty" })]),
    h("p", { class: "why", text: "Break Slack, type a command or let time pass, then make Slack well again, and watch each message arrive once." }),
  ];
}

const empty = (text) => h("p", { class: "empty", text });
