// Talks with the bot. The token came in the address and leaves it at once.

import { recall, remember } from "./keep.js";

const KEY = "painting-token";
const AWAY = "The bot cannot be reached. Your drawing is kept; try again in a moment.";

export class Refused extends Error {
  constructor(status, sentence, price) {
    super(sentence);
    Object.assign(this, { status, price });
  }
}

function found() {
  const token = (/[#&]t=([\w-]{50})/.exec(location.hash) ?? /\/([\w-]{50})$/.exec(location.pathname))?.[1];
  if (!token) return recall("sessionStorage", KEY);
  remember("sessionStorage", KEY, token);
  history.replaceState(null, "", "./");
  return token;
}

const token = found();
// Another link opened in this tab.
addEventListener("hashchange", () => location.reload());

async function ask(path, options = {}) {
  const headers = { Authorization: `Bearer ${token}`, ...options.headers };
  let answer;
  try {
    answer = await fetch(`api/${path}`, { ...options, headers, cache: "no-store", credentials: "omit" });
  } catch {
    throw new Refused(0, AWAY);
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, told.error ?? AWAY, told.price);
}

export const facts = async () => (await ask("draft")).json();
export const progress = async () => (await ask("progress")).json();
export const picture = async (path, signal) => URL.createObjectURL(await (await ask(path, { signal })).blob());
export const submit = async (wish) =>
  (await ask("submit", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) })).json();
