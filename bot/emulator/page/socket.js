// The socket to the local Slack: acts go up and are answered, changes come down.

import { emit, store } from "./store.js";

const waiting = new Map();
let socket = null;
let number = 0;
let pause = 250;

export function connect() {
  socket = new WebSocket(`ws://${location.host}/page`);
  socket.addEventListener("open", () => {
    pause = 250;
    emit("connected");
  });
  socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    for (const answer of waiting.values()) answer({ refused: "The connection to this page's server was lost." });
    waiting.clear();
    emit("disconnected");
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 5000);
  });
}

// Acts as the person of this tab; the promise holds the answer, whatever it is.
export function ask(act, more = {}) {
  if (!socket || socket.readyState !== WebSocket.OPEN) {
    return Promise.resolve({ refused: "This page's server cannot be reached." });
  }
  number += 1;
  const id = number;
  socket.send(JSON.stringify({ id, as: store.me, act, ...more }));
  return new Promise((answer) => waiting.set(id, answer));
}

// What an app that did not answer looks like to whoever acted.
export function failure(error) {
  const why = {
    dispatch_failed: "Slack could not reach the app: it is not connected.",
    operation_timeout: "The app did not answer within three seconds.",
  }[error];
  return why ? `${why} (${error})` : `Slack says: ${error}`;
}

function take(frame) {
  if (frame.push) {
    emit(`push-${frame.push}`, frame);
    return;
  }
  const answer = waiting.get(frame.re);
  waiting.delete(frame.re);
  if (answer) answer(frame);
}
