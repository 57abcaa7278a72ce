// The stream of what happens, for one page or for the worker that all pages share.

const names = ["overview", "progress", "samples"];

// quiet is after how long without a sign of life a stream is taken for dead; the server gives one
// every five seconds.
const quiet = 12000;

// openStream calls tell(name, text) for each message, and told(connected) when that changes. The
// browser connects again by itself only after some errors: this does so after all of them.
export function openStream(tell, told) {
  let source, timer, wait = 250;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(again, quiet);
  };
  const again = () => {
    clearTimeout(timer);
    source.close();
    told(false);
    timer = setTimeout(connect, wait);
    wait = Math.min(2 * wait, 4000);
  };
  const connect = () => {
    source = new EventSource("/api/live");
    source.onopen = () => {
      wait = 250;
      told(true);
      alive();
    };
    source.onerror = again;
    source.addEventListener("pulse", alive);
    for (const name of names) {
      source.addEventListener(name, (event) => {
        alive();
        tell(name, event.data);
      });
    }
    alive();
  };
  connect();
}
