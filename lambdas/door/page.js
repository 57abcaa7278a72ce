"use strict";
// Looks again without a flash. Once the gallery serves, the address leads there.
async function look() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.ok) {
      location.replace(location.href); // a reload would repeat a click
      return;
    }
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The next look may do better.
  }
  wait();
}

function show(page) {
  for (const id of ["status", "rest"]) {
    const now = document.getElementById(id), next = page.getElementById(id);
    if (!next || next.innerHTML === now.innerHTML || isTyped(now)) continue;
    now.innerHTML = next.innerHTML;
    if (next.dataset.refresh) now.dataset.refresh = next.dataset.refresh;
  }
  document.title = page.title || document.title;
}

// Whether somebody fills in a field.
function isTyped(part) {
  return document.activeElement?.tagName === "INPUT" && part.contains(document.activeElement);
}

function wait() {
  setTimeout(look, 1000 * document.getElementById("rest").dataset.refresh);
}
wait();
