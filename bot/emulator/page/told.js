// What a screen reader announces: new messages, politely, and never a flood of them.

import { byId, h } from "./dom.js";

const GATHERED_MS = 400;
const MOST = 3;
const KEPT_MS = 15000;
const LONGEST = 300;
let gathered = [];

export function announce(text) {
  gathered.push(text.slice(0, LONGEST));
  if (gathered.length === 1) setTimeout(say, GATHERED_MS);
}

function say() {
  const lines = gathered.length > MOST ? [`${gathered.length} new messages`] : gathered;
  gathered = [];
  for (const line of lines) {
    const node = h("p", { text: line });
    byId("told").append(node);
    setTimeout(() => node.remove(), KEPT_MS);
  }
}
