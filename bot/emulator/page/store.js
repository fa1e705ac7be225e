// What this tab knows: who acts, what they see, what the panel shows.

export const store = {
  me: null,
  team: "",
  bot: null,
  people: new Map(),
  channels: new Map(),
  commands: [],
  shortcuts: [],
  emoji: [], // what the page offers for messages: { name, shown }
  history: new Map(), // channel -> { messages: Map(ts -> message), more: older ones exist }
  here: null, // the conversation on the screen
  thread: null, // { channel, ts, messages }
  view: null,
  state: {}, // the panel's parts
};

const listeners = new Map();

export function on(name, listener) {
  listeners.set(name, [...(listeners.get(name) || []), listener]);
}

export function emit(name, value) {
  for (const listener of listeners.get(name) || []) listener(value);
}

export function now() {
  const clock = store.state.clock;
  return clock ? new Date(clock.now) : new Date();
}

export function zone() {
  return store.people.get(store.me)?.tz || "Etc/UTC";
}

// The zone of the clock on top: the team's, in a demo.
export function teamZone() {
  return store.state.clock?.zone || zone();
}

export const dmOf = (id) => `D${id.slice(1)}`;

export function personName(id) {
  const person = store.people.get(id);
  return person ? person.real_name : id;
}

export function channelName(id) {
  const channel = store.channels.get(id);
  if (!channel) return id;
  return channel.is_im ? personName(channel.with) : channel.name;
}

export function botChannel() {
  return [...store.channels.values()].find((one) => one.is_im && one.with === store.bot);
}
