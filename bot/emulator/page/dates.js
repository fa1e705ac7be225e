// Instants in a person's zone, and Slack's date tokens, with a clock of 24 hours.

const formats = new Map();

function parts(at, zone) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", weekday: "long", year: "numeric", month: "long",
      day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    }));
  }
  const found = {};
  for (const part of formats.get(zone).formatToParts(at)) found[part.type] = part.value;
  return found;
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];
const HALF_A_YEAR = 182 * 86400e3;

export function clock(at, zone) {
  const p = parts(at, zone);
  return `${p.hour}:${p.minute}`;
}

// Mon 23 Nov 14:05
export function stamp(at, zone) {
  const p = parts(at, zone);
  return `${p.weekday.slice(0, 3)} ${p.day} ${p.month.slice(0, 3)} ${p.hour}:${p.minute}`;
}

export function full(at, zone) {
  const p = parts(at, zone);
  return `${p.weekday} ${p.day} ${p.month} ${p.year} ${p.hour}:${p.minute} (${zone})`;
}

export function dayName(at, zone, now) {
  const p = parts(at, zone);
  return near(at, zone, now) || `${p.weekday}, ${p.day} ${p.month}`;
}

// today; Monday, 23 November
export function dayInText(at, zone, now) {
  return near(at, zone, now)?.toLowerCase() || dayName(at, zone, now);
}

export function dayKey(at, zone) {
  const p = parts(at, zone);
  return `${p.year}-${pad(MONTHS.indexOf(p.month) + 1)}-${pad(p.day)}`;
}

// The value of a datetime-local input, and back again.
export function toLocal(at, zone) {
  return `${dayKey(at, zone)}T${clock(at, zone)}`;
}

export function fromLocal(text, zone) {
  const wall = Date.parse(`${text}:00Z`);
  if (Number.isNaN(wall)) return null;
  let at = wall - offset(wall, zone);
  at = wall - offset(at, zone); // Once more: the offset may differ around a change.
  return new Date(at);
}

function offset(at, zone) {
  return Date.parse(`${toLocal(new Date(at), zone)}:00Z`) - Math.floor(at / 60000) * 60000;
}

// Those of Slack's date tokens that the bot uses.
export function written(tokens, at, zone, now) {
  const p = parts(at, zone);
  const year = Math.abs(at - now) < HALF_A_YEAR ? "" : `, ${p.year}`;
  const day = near(at, zone, now);
  const values = {
    date_long_pretty: day?.toLowerCase() || `${p.weekday}, ${p.month} ${ordinal(Number(p.day))}${year}`,
    time: `${p.hour}:${p.minute}`,
  };
  const text = tokens.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  return tokens.startsWith("{") ? text[0].toUpperCase() + text.slice(1) : text;
}

function near(at, zone, now) {
  const days = Math.round(
    (Date.parse(dayKey(at, zone)) - Date.parse(dayKey(now, zone))) / 86400e3);
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[days];
}

function ordinal(day) {
  const end = day > 10 && day < 14 ? "th" : { 1: "st", 2: "nd", 3: "rd" }[day % 10] || "th";
  return `${day}${end}`;
}

const pad = (number) => String(number).padStart(2, "0");
