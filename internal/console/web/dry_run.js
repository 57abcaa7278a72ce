// A run that changes nothing: what a release would do, or a teardown delete.
import { check, get, post, pathOf } from "./api.js";
import { onChange, store } from "./store.js";

// dryRun runs a request dry and waits for the end; undefined where nobody waits any more.
export async function dryRun(kind, request, isOver) {
  const input = JSON.stringify({ ...request, dryRun: true });
  await check(kind, { input });
  const name = `dry-run-${new Date().toISOString().replace(/\D/g, "").slice(0, 17)}`;
  return ended(await post(`/api/executions/${kind}`, { name, input }), isOver);
}

function ended({ kind, name }, isOver) {
  return new Promise((resolve, reject) => {
    const leave = onChange(look);
    function look() {
      const execution = store.executions.find((e) => e.kind === kind && e.name === name);
      if (!isOver() && (!execution || execution.status === "RUNNING")) return;
      leave();
      if (isOver()) resolve();
      else get(pathOf(kind, name)).then(resolve, reject);
    }
    look();
  });
}
