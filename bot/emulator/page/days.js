// Texts that name a day by its distance from today, updated when the day changes.

import { dayKey } from "./dates.js";
import { now, on, zone } from "./store.js";

const telling = new WeakMap();

export function relative(node, tell) {
  node.dataset.relative = "";
  node.textContent = tell();
  telling.set(node, tell);
  return node;
}

export function startDays() {
  let today = null;
  on("state", (changed) => {
    const day = changed.clock && dayKey(now(), zone());
    if (!day || day === today) return;
    today = day;
    for (const node of document.querySelectorAll("[data-relative]")) node.textContent = telling.get(node)();
  });
}
