// Where the keyboard focus is, to restore it after redrawing that part of the page.

import { byId } from "./dom.js";

// Returns a function that brings the keyboard back to where it is now.
export function focused() {
  const node = document.activeElement;
  const { action, key } = node?.dataset || {};
  const ts = node?.closest("[data-ts]")?.dataset.ts;
  const pane = node?.closest("#thread") ? "#thread" : "#messages";
  return () => {
    if (node === document.body) return undefined;
    if (node?.isConnected) return node.focus({ preventScroll: true });
    const message = ts && document.querySelector(`${pane} [data-ts="${ts}"]`);
    const same = message && [...message.querySelectorAll("[data-action], [data-key]")].find((one) =>
      (action ? one.dataset.action === action : one.dataset.key === key));
    return (same || message || byId("messages")).focus({ preventScroll: true });
  };
}
