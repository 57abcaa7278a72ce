// Who this page is: the address that opens the console has a key in its fragment, good once, for a session.
// The browser keeps that for this origin, and so for this port.
const kept = "session";

export const session = () => localStorage.getItem(kept) ?? "";
export const authorization = (of) => ({ Authorization: `Bearer ${of}` });

// enter resolves when the page has the session that its address is good for, if it is for any.
export async function enter() {
  const ticket = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!ticket) return;
  history.replaceState(null, "", "/");
  const response = await fetch("/api/session", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ticket }),
  });
  if (response.ok) localStorage.setItem(kept, (await response.json()).session);
}

// onOther calls act when another page has been given another session.
export const onOther = (act) => addEventListener("storage", (event) => event.key === kept && act());
