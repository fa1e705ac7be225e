// The strip that tells a story step by step, or offers the stories.

import { byId, fill, h } from "./dom.js";
import { emit, on, store } from "./store.js";
import { behind } from "./top.js";

let follows = true;
let seen = null; // the step whose screen was shown last
const cameToAPlace = location.hash.length > 1; // by a link, or by loading the page again
let held = null; // a button that is disabled for a while keeps the keyboard's place

export function startStory() {
  on("state", (changed) => {
    if (changed.story !== undefined || changed.stories) draw();
    if (changed.policy) notice();
    if (changed.story !== undefined) {
      follow(changed.story);
      outline(changed.story?.outlined);
    }
  });
}

function draw() {
  const { stories, story } = store.state;
  const strip = byId("story");
  strip.hidden = !stories?.length;
  if (strip.hidden) return;
  const key = document.activeElement?.closest("#story [data-key]")?.dataset.key;
  held = key || (document.activeElement === document.body ? held : null);
  fill(strip, story ? telling(story) : choosing(stories));
  if (held) strip.querySelector(`[data-key="${held}"]`)?.focus();
}

function choosing(stories) {
  return h("div", { class: "choosing" },
    h("div", { class: "caption" }, h("b", { text: "Type /sev2 acme: checkout fails below, as any of the people. " }),
      h("span", { class: "more", text: "Then press Next reminder on top, and read what each person gets. Or watch a story: each starts from scratch." })),
    h("div", { class: "stories" }, stories.map((one) => h("button", {
      type: "button", class: "story-choice", dataset: { key: one.id }, title: one.about, onclick: () => behind("story", { story: one.id }),
    }, h("b", { text: one.title }), h("small", { text: one.about })))));
}

function telling(story) {
  const next = story.step === 0 ? "Begin" : "Next step";
  return h("div", { class: "telling" },
    h("div", { class: "caption", "aria-live": "polite" },
      h("small", { class: "chapter", text: `${story.title} · ${story.step} of ${story.of}` }),
      h("p", { text: story.caption }),
      story.doing?.length > 0 && h("ul", { class: "doing" }, story.doing.map((one) => h("li", { text: one }))),
      story.trouble && h("p", { class: "trouble", text: story.trouble })),
    h("div", { class: "story-buttons" },
      story.over
        ? h("button", { type: "button", class: "bk-button primary", dataset: { key: "next" }, text: "Another story", onclick: () => behind("leave") })
        : h("button", { type: "button", class: "bk-button primary", dataset: { key: "next" }, disabled: story.busy, text: story.busy ? "…" : next, onclick: () => behind("step") }),
      !story.over && h("button", { type: "button", class: "bk-button", dataset: { key: "auto" }, "aria-pressed": String(Boolean(story.playing)), text: story.playing ? "Stop" : "Play all", onclick: () => behind("autoplay") }),
      h("label", { class: "follow", title: "Show the screen of whoever acts" }, h("input", { type: "checkbox", checked: follows, dataset: { key: "follow" }, onchange: (event) => { follows = event.target.checked; } }), " Follow"),
      h("button", { type: "button", class: "link", dataset: { key: "leave" }, "aria-label": "Leave the story", text: "Leave", onclick: () => behind("leave") })));
}

// Show the screen of the person who acts in the step, in the conversation where they act.
function follow(story) {
  const now = story ? JSON.stringify([story.id, story.step, story.who, story.where]) : "";
  const isHere = seen === null && cameToAPlace;
  const isSeen = now === seen || isHere || !follows || !story?.who;
  seen = now;
  if (isSeen) return;
  emit("visit", { me: story.who, here: story.where || "dm" });
}

// By a rule, not on the button itself, so that it stays when the message is drawn anew.
const rules = new CSSStyleSheet();
document.adoptedStyleSheets.push(rules);

function outline(pressed) {
  rules.replaceSync(pressed
    ? `#messages [data-ts="${pressed.ts}"] [data-label="${CSS.escape(pressed.button)}"] { outline: 3px solid var(--focus); outline-offset: 3px; }`
    : "");
  if (pressed) setTimeout(() => document.querySelector(`#messages [data-ts="${pressed.ts}"]`)?.scrollIntoView({ block: "nearest" }), 300);
}

function notice() {
  const { policy } = store.state;
  const node = byId("notice");
  node.hidden = !policy?.problems?.length;
  if (node.hidden) return;
  fill(node,
    h("b", { text: `${policy.name} was not loaded. ` }), policy.notice,
    h("ul", null, policy.problems.map((one) => h("li", null, h("span", { text: one.said }), one.line && h("code", { text: one.line })))),
    h("button", { type: "button", class: "bk-button", text: "Read the file again", onclick: () => behind("reload") }));
}
