// The stream of what happens, for one page or for the worker that all pages share.
import { authorization } from "./session.js";

const names = ["overview", "history", "progress", "samples", "trouble"];

// quiet is after how long without a sign of life a stream is taken for dead; the server gives one
// every five seconds.
const quiet = 12000;

// openStream calls tell(name, text) for each message of the session's stream, and told(connected) when
// that changes: true, false, or "locked" where the session is none of this console, which ends it.
export async function openStream(session, tell, told) {
  let wait = 250;
  for (;;) {
    const ending = new AbortController();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => ending.abort(), quiet);
    };
    alive();
    try {
      // Not an EventSource: that has no headers.
      const response = await fetch("/api/live", { headers: authorization(session), signal: ending.signal, cache: "no-store" });
      if (response.status === 403) {
        clearTimeout(timer);
        told("locked");
        return;
      }
      if (response.ok) {
        wait = 250;
        told(true);
        await readAll(response.body, (name, text) => {
          alive();
          if (names.includes(name)) tell(name, text);
        });
      }
    } catch {
      // it is lost
    }
    clearTimeout(timer);
    ending.abort();
    told(false);
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(2 * wait, 4000);
  }
}

// readAll takes a stream of server-sent events apart; this server's have one line of data each.
async function readAll(body, tell) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = (rest + value).split("\n\n");
    rest = messages.pop();
    for (const message of messages) {
      const [, name, text] = message.match(/^event: (.*)\ndata: (.*)$/) ?? [];
      if (name) tell(name, text);
    }
  }
}
