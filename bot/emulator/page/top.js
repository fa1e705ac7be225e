// The bar on top: the simulated now, and how to travel from it.

import { clock as hour, fromLocal, stamp, toLocal } from "./dates.js";
import { byId, fill, h, toast } from "./dom.js";
import { ask } from "./socket.js";
import { emit, now, on, personName, store, teamZone, zone } from "./store.js";

let time, place, theirs, moving, play, fast, pause, goto;

export async function behind(what, more = {}) {
  const answer = await ask("backstage", { do: what, ...more });
  if (answer.refused) toast(answer.refused);
  return !answer.refused;
}

export function startTop() {
  time = h("time", { id: "now", class: "now" });
  place = h("small", { class: "now-zone" });
  theirs = h("small", { class: "now-zone" });
  moving = h("span", { class: "moving", role: "status" });
  const does = (label, name, what, more) => h("button", {
    type: "button", class: "travel", title: name, text: label, onclick: () => behind(what, more),
    "aria-label": /^[+N]/.test(label) ? undefined : `${label.replace(/[^\w×]+/, "")} ${name}`.trim(),
  });
  play = does("▶ 60×", "Let time run 60 times as fast", "play", { speed: 60 });
  fast = does("▶▶ 600×", "Let time run 600 times as fast", "play", { speed: 600 });
  pause = does("❚❚", "Pause: time stands still", "pause");
  goto = h("input", { type: "datetime-local", "aria-label": "Travel to an instant" });
  const leave = h("form", { class: "goto" }, goto, h("button", { type: "submit", class: "travel", text: "Go", title: "Travel there" }));
  leave.addEventListener("submit", (event) => {
    event.preventDefault();
    const at = goto.value && fromLocal(goto.value, teamZone());
    if (at) behind("to", { at: at.toISOString() });
  });
  fill(byId("top"),
    h("div", { class: "clock" }, time, place, theirs, moving),
    h("div", { class: "travels", role: "group", "aria-label": "Time travel" },
      does("+15 min", "Travel 15 minutes ahead", "forward", { minutes: 15 }),
      does("+1 h", "Travel one hour ahead", "forward", { minutes: 60 }),
      does("Next opening", "Travel to when the team opens next", "opening"),
      does("Next reminder", "Travel to when the bot does something next", "reminder"),
      play, fast, pause, leave),
    h("div", { class: "switches" },
      h("button", { type: "button", class: "icon", "aria-label": "Light or dark", title: "Light or dark", text: "◐", onclick: turn }),
      h("button", { type: "button", class: "icon panel-toggle", "aria-label": "Behind the stage: what lies ahead, what was sent, faults", "aria-controls": "panel", "aria-expanded": "false", title: "Behind the stage", text: "⚙", onclick: () => emit("panel") })));
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "";
  on("state", (changed) => changed.clock && draw());
  on("looked", draw);
}

function turn() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", document.documentElement.dataset.theme);
}

function draw() {
  const clock = store.state.clock;
  byId("top").hidden = !clock;
  if (!clock || !store.me) return;
  const city = (name) => name.split("/").at(-1).replaceAll("_", " ");
  time.textContent = stamp(now(), teamZone());
  time.setAttribute("datetime", clock.now);
  place.textContent = city(teamZone());
  theirs.textContent = zone() === teamZone() ? "" : `${personName(store.me)}: ${hour(now(), zone())} ${city(zone())}`;
  moving.textContent = clock.speed ? `${clock.speed}×` : clock.to ? `on the way to ${stamp(new Date(clock.to), teamZone())}; ❚❚ stops` : "stands still";
  moving.classList.toggle("still", !clock.speed && !clock.to);
  play.setAttribute("aria-pressed", String(clock.speed === 60));
  fast.setAttribute("aria-pressed", String(clock.speed === 600));
  pause.setAttribute("aria-pressed", String(!clock.speed && !clock.to));
  if (document.activeElement !== goto) goto.value = toLocal(now(), teamZone());
}
