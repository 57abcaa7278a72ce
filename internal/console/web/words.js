// Times and names, in words for people.

// took tells a duration in milliseconds as people read one off a clock.
export function took(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${two((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

// milliseconds tells a time in seconds, of which a service has 0 for unknown.
export const milliseconds = (seconds) => (seconds ? `${(seconds * 1000).toFixed(seconds < 0.0095 ? 1 : 0)} ms` : "–");

const two = (number) => String(Math.floor(number)).padStart(2, "0");

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const clock = (at) => clockFormat.format(new Date(at));
export const day = (at) => dayFormat.format(new Date(at));

// title tells a state's name in words: "Launch builder". The ways to unlock differ for the machine alone.
export function title(name) {
  return name.replace(/^Unlock(Failed|Dirty)$/, "Unlock").replace(/(?<=[a-z])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

// since is how long an execution, a visit or an instance has lasted.
export function since(began, ended) {
  return (ended ? Date.parse(ended) : Date.now()) - Date.parse(began);
}

export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

// outOf tells how many there are of those that are wanted: "2 of 3 healthy". While a release replaces
// instances, there are more.
export function outOf(count, wanted, words) {
  return count > wanted ? `${count} ${words}, ${wanted} wanted` : `${count} of ${wanted} ${words}`;
}

// number shows a measured value with as many digits as tell something.
export function number(value) {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(value < 10 ? 1 : 0);
}

export function bytes(count) {
  return `${(count / 1e6).toFixed(1)} MB`;
}

// split names each of two fleets with its part of the visitors: blue 95 %, green 5 %. It is "" for one.
export const split = (fleets) => (fleets.length > 1 ? fleets.map(share).join(", ") : "");

export const share = (fleet) => `${fleet.slot} ${fleet.traffic} %`;

export const phases = {
  waiting: "not reached", running: "running", retrying: "retrying", succeeded: "succeeded",
  caught: "failed, and caught", failed: "failed", stopped: "stopped",
};

export const statuses = {
  RUNNING: "running", SUCCEEDED: "succeeded", FAILED: "failed", TIMED_OUT: "out of time", ABORTED: "stopped", BUSY: "found it busy",
};

// sentence begins a message with a capital, as in a text, and leaves its end to the text.
export const sentence = (message) => message.charAt(0).toUpperCase() + message.slice(1).replace(/\.$/, "");

// endOf is an execution's status. One that ended in Busy changed nothing, and is no failure.
export const endOf = ({ status, error }) => (status === "FAILED" && error === "Busy" ? "BUSY" : status);

// culprit is the step whose failure ended a run; undefined for none.
export function culprit(run) {
  if (!run?.error) return undefined;
  const failures = (state) => state.visits.flatMap((visit) => visit.failures ?? []);
  const failed = run.states.filter((state) => state.type === "Task" && failures(state).length);
  return failed.find((state) => failures(state).some(({ error }) => error && run.cause?.startsWith(error))) ?? failed[0];
}

// inForm says in the form's words what a message says in JSON: tick wait.
export function inForm(message) {
  return message.replace(/\b(?:give|add) "(\w+)": (true|"[^"]*")/g, (_, field, value) => (value === "true" ? `tick ${field}` : `choose ${value.slice(1, -1)} as ${field}`));
}

// aMinute is the time that counts are of: at the demo pace a minute takes a second.
export const aMinute = (pace) => (pace > 1 ? `a demo minute (${60 / pace} s)` : "a minute");

// isDryRun tells executions that change nothing.
export const isDryRun = (execution) => execution.name.startsWith("dry-run-");

// isQuiet tells alarms that go off while little is asked of the gallery, which is no reason to worry.
export const isQuiet = (alarm) => /-(idle|unvisited)$/.test(alarm);
