// One stream for all pages: a browser opens six connections to a server at most, and a stream holds
// one for good. Its name is the session.
import { openStream } from "./stream.js";

const ports = new Set();
let connected = null;
let overview = null;
let history = null;
let trouble = {};
let samples = [];
const runs = new Map();

const tellAll = (message) => ports.forEach((port) => port.postMessage(message));

openStream(self.name, (name, text) => {
  const content = JSON.parse(text);
  remember(name, content);
  tellAll({ name, content });
}, (now) => {
  connected = now;
  if (now === true) { // and everything begins anew
    runs.clear();
    samples = [];
  }
  tellAll({ name: "connected", content: now });
});

// remember keeps what a page that opens later begins with.
function remember(name, content) {
  if (name === "overview") overview = content;
  if (name === "history") history = content;
  if (name === "trouble") trouble = content;
  if (name === "samples") samples = samples.concat(content).slice(-300);
  if (name !== "progress") return;
  const key = `${content.kind}/${content.name}`;
  if (content.status !== "RUNNING") {
    runs.delete(key);
    return;
  }
  const last = content.run.events.at(-1)?.id ?? content.after;
  runs.set(key, { ...content, after: last, run: { ...content.run, events: [] } });
}

self.onconnect = (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.onmessage = () => ports.delete(port); // a page that leaves says so
  if (connected === null) return;
  port.postMessage({ name: "connected", content: connected });
  if (overview) port.postMessage({ name: "overview", content: overview });
  if (history) port.postMessage({ name: "history", content: history });
  port.postMessage({ name: "trouble", content: trouble });
  port.postMessage({ name: "samples", content: samples });
  runs.forEach((content) => port.postMessage({ name: "progress", content }));
};
