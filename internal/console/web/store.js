// What the page knows of the cloud, kept up to date by the stream.
import { get, pathOf } from "./api.js";
import { enter, onOther, session } from "./session.js";
import { openStream } from "./stream.js";

export const store = {
  connected: null, // null until it first is; "locked" without a session
  status: null,
  executions: [],
  images: [],
  history: [], // of the environment, newest first
  settings: null, // the names of settings and secrets
  cost: null, // of an hour on AWS
  can: { act: true, play: true }, // what the console lets people do
  trouble: {}, // what the console cannot read of AWS
  load: null,
  samples: [],
  runs: new Map(), // by kind/name; those that run, and those that were asked for
};

const shownSamples = 300;
const listeners = new Set();
let due = false;

// onChange has listener called after changes, once a frame at most, until what it returns is called.
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function changed() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    listeners.forEach((listener) => listener());
  });
}

export const keyOf = (execution) => `${execution.kind}/${execution.name}`;

// runOf is the execution's run, with all its events; undefined until they are there.
export function runOf(execution) {
  const run = store.runs.get(keyOf(execution));
  if (!run?.whole) load(execution);
  return run?.whole ? run : undefined;
}

const loading = new Set();

async function load({ kind, name }) {
  const key = `${kind}/${name}`;
  if (loading.has(key)) return;
  loading.add(key);
  try {
    const run = await get(pathOf(kind, name));
    const known = store.runs.get(key);
    if (!known?.whole || run.events.length >= known.events.length) store.runs.set(key, { ...run, whole: true });
  } catch (refusal) {
    store.runs.set(key, { whole: true, missing: refusal.message, states: [], ways: [], events: [] });
  } finally {
    loading.delete(key);
    changed();
  }
}

function progress({ kind, name, after, run }) {
  const key = `${kind}/${name}`;
  const known = store.runs.get(key);
  const last = known?.events.at(-1)?.id ?? 0;
  const whole = Boolean(known?.whole) && last >= after || after === 0;
  const events = whole ? (known?.events ?? []).concat(run.events.filter((event) => event.id > last)) : [];
  store.runs.set(key, { ...run, events, whole });
}

const take = {
  connected(now) {
    if (now === true && store.connected === false) for (const [key, run] of store.runs) if (run.status === "RUNNING") store.runs.delete(key);
    if (now === true) Object.assign(store, { samples: [], trouble: {} });
    store.connected = now;
  },
  overview(content) {
    Object.assign(store, content);
    forget(content.executions);
  },
  history(content) {
    store.history = content;
  },
  trouble(content) {
    store.trouble = content;
  },
  samples(content) {
    store.samples = store.samples.concat(content).slice(-shownSamples);
  },
  progress,
};

// forget lets go of runs that are in no list any more.
function forget(executions) {
  const listed = new Set(executions.map(keyOf));
  for (const key of store.runs.keys()) if (!listed.has(key)) store.runs.delete(key);
}

function receive(name, content) {
  take[name](content);
  changed();
}

// begin connects: through the worker that all pages share where the browser has such, else alone.
export async function begin() {
  await enter().catch(() => {}); // the stream tells that nothing answers
  onOther(() => location.reload());
  addEventListener("hashchange", () => location.hash.startsWith("#key=") && location.reload());
  if (!self.SharedWorker) {
    openStream(session(), (name, text) => receive(name, JSON.parse(text)), (now) => receive("connected", now));
    return;
  }
  const worker = new SharedWorker(trusted("/worker.js"), { type: "module", name: session() });
  worker.port.onmessage = ({ data }) => receive(data.name, data.content);
  addEventListener("pagehide", () => worker.port.postMessage("left"));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

// trusted is for browsers that refuse plain text where a script is named.
function trusted(address) {
  const policy = self.trustedTypes?.createPolicy("worker", { createScriptURL: () => address });
  return policy ? policy.createScriptURL(address) : address;
}
