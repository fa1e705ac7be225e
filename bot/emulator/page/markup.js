// Slack's mrkdwn as nodes. What people wrote only ever becomes text.

import { full, written } from "./dates.js";
import { relative } from "./days.js";
import { h } from "./dom.js";
import { channelName, now, personName, store, zone } from "./store.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const STYLES = { code: "code", bold: "strong" };
const WORD = /[\p{L}\p{N}_]/u;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

export function plain(text) {
  return lines(text, (line) => [line]);
}

export function mrkdwn(text) {
  return text.split(/```([^]+?)```/).flatMap((part, index) =>
    index % 2 ? h("pre", { text: unescape(part.replace(/^\n|\n$/g, "")) }) : quoted(part));
}

// An element of rich text as nodes: nothing in its text is read as a mark.
export function rich(element) {
  const nodes = richly(element);
  return Object.entries(STYLES).reduce(
    (inner, [style, tag]) => (element.style?.[style] ? [h(tag, null, inner)] : inner), nodes);
}

function richly(element) {
  switch (element.type) {
    case "text": return plain(element.text);
    case "link": return [link(element.url, element.text || "")];
    case "user": return [mention(element.user_id, "")];
    case "channel": return [special(`#${element.channel_id}`)];
    case "date": return [instant(element.timestamp, element.format)];
    default: return [h("span", { class: "unknown", text: `[${element.type}]` })];
  }
}

// Top-level text as a phone shows it: one line, no marks.
export function noticeOf(text) {
  return h("span", null, inline(text)).textContent.replace(/\s+/g, " ");
}

function quoted(text) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, index) => {
    const match = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (match) {
      if (quote) quote.append(h("br"));
      else nodes.push((quote = h("blockquote")));
      quote.append(...inline(match[1]));
      return;
    }
    if (index && !quote) nodes.push(h("br"));
    quote = null;
    nodes.push(...inline(line));
  });
  return nodes;
}

function lines(text, render) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), ...render(line)] : render(line)));
}

function inline(text) {
  const nodes = [];
  let plainly = "";
  const flush = () => {
    if (plainly) nodes.push(document.createTextNode(unescape(plainly)));
    plainly = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const found = sequence(text, at) || code(text, at) || marked(text, at);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
    } else plainly += text[at];
  }
  flush();
  return nodes;
}

function sequence(text, at) {
  if (text[at] !== "<") return null;
  const end = text.indexOf(">", at);
  if (end < 0) return null;
  return { node: special(text.slice(at + 1, end)), end };
}

function code(text, at) {
  if (text[at] !== "`") return null;
  const end = text.indexOf("`", at + 1);
  if (end < at + 2) return null;
  return { node: h("code", null, inlineCode(text.slice(at + 1, end))), end };
}

function inlineCode(text) {
  return text.split(/(<[^<>]+>)/).map((part) =>
    part.startsWith("<") ? special(part.slice(1, -1)) : unescape(part));
}

function marked(text, at) {
  const tag = MARKS[text[at]];
  if (!tag || WORD.test(text[at - 1] || "") || /[\s]/.test(text[at + 1] || " ")) return null;
  for (let end = text.indexOf(text[at], at + 2); end > 0; end = text.indexOf(text[at], end + 1)) {
    if (!/\s/.test(text[end - 1]) && !WORD.test(text[end + 1] || "")) {
      return { node: h(tag, null, inline(text.slice(at + 1, end))), end };
    }
  }
  return null;
}

function special(inside) {
  if (inside.startsWith("!date^")) return date(inside);
  const cut = inside.indexOf("|");
  const body = cut < 0 ? inside : inside.slice(0, cut);
  const label = cut < 0 ? "" : unescape(inside.slice(cut + 1));
  if (body.startsWith("@")) return mention(body.slice(1), label);
  if (body.startsWith("#")) {
    const id = body.slice(1);
    const name = store.channels.has(id) ? channelName(id) : label || id;
    return h("a", { class: "mention", href: `#${id}`, dataset: { channel: id }, text: `#${name}` });
  }
  if (body.startsWith("!")) return h("span", { class: "mention", text: label || `@${body.slice(1).split("^")[0]}` });
  return link(unescape(body), label);
}

function mention(id, label) {
  const name = store.people.has(id) ? personName(id) : label || id;
  return h("span", { class: id === store.me ? "mention you" : "mention", text: `@${name}` });
}

function link(url, label) {
  const message = /\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(url);
  if (message) {
    const [, channel, seconds, micros] = message;
    return h("a", { href: `#${channel}`, dataset: { channel, ts: `${seconds}.${micros}` }, text: label || url });
  }
  if (!/^(https?|mailto|tel):/i.test(url)) return document.createTextNode(label || url);
  return h("a", { href: url, target: "_blank", rel: "noreferrer noopener", text: label || url });
}

function date(inside) {
  const cut = inside.indexOf("|");
  const fallback = cut < 0 ? "" : unescape(inside.slice(cut + 1));
  const [, seconds, tokens] = (cut < 0 ? inside : inside.slice(0, cut)).split("^");
  if (!/^\d+$/.test(seconds || "") || !tokens) return document.createTextNode(fallback);
  return instant(seconds, unescape(tokens));
}

function instant(seconds, tokens) {
  const at = new Date(Number(seconds) * 1000);
  const time = h("time", { datetime: at.toISOString(), title: full(at, zone()) });
  return relative(time, () => written(tokens, at, zone(), now()));
}

function unescape(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}
