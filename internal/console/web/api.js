// Requests to the console's own server.
import { authorization, session } from "./session.js";

// Refused is an answer that says no: its message is for people, its problems have a field each.
export class Refused extends Error {
  constructor(message, problems) {
    super(message);
    this.problems = problems ?? [];
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...options?.headers, ...authorization(session()) } });
  } catch {
    throw new Refused("The console does not answer: start it again, with `gallery up` or `gallery console`.");
  }
  if (response.ok) return response;
  const refusal = await response.json().catch(() => ({}));
  throw new Refused(refusal.message ?? `The console answers ${response.status}.`, refusal.problems);
}

export const get = async (path) => (await ask(path)).json();
export const getText = async (path) => (await ask(path)).text();
export const remove = async (path) => (await ask(path, { method: "DELETE" })).json();

export async function post(path, body = {}) {
  const response = await ask(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  return response.json();
}

export const pathOf = (kind, name) => `/api/executions/${kind}/${encodeURIComponent(name)}`;

// check throws what the server finds wrong with a request, before it is sent.
export async function check(kind, body) {
  const { message, problems } = await post(`/api/checks/${kind}`, body);
  if (message) throw new Refused(message, problems);
}
