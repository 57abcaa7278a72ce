"use strict";
document.documentElement.classList.add("js");

// Full view: arrow keys turn the page, Escape goes back, a swipe does the same.
const link = (id) => document.getElementById(id);
const follow = (id) => { const a = link(id); if (a) location.assign(a.href); };
if (link("all")) {
  const keys = { ArrowLeft: "newer", ArrowRight: "older", Escape: "all" };
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest("details[open]")) return;
    if (keys[event.key]) { event.preventDefault(); follow(keys[event.key]); }
  });
  let start = null;
  const stage = document.querySelector(".stage");
  stage.addEventListener("touchstart", (event) => {
    start = event.touches.length === 1 ? event.touches[0] : null;
  }, { passive: true });
  stage.addEventListener("touchend", (event) => {
    if (!start || (visualViewport && visualViewport.scale > 1)) return;
    const end = event.changedTouches[0], dx = end.clientX - start.clientX, dy = end.clientY - start.clientY;
    if (Math.abs(dx) > 60 && Math.abs(dx) > 2 * Math.abs(dy)) follow(dx > 0 ? "newer" : "older");
  }, { passive: true });
  // The next picture is fetched while this one is looked at.
  addEventListener("load", () => {
    for (const id of ["older", "newer"]) {
      const match = link(id) && link(id).pathname.match(/^\/view\/([0-9a-fx-]+-(jpg|png|webp|gif))$/);
      if (match) new Image().src = `/photos/${match[1]}.${match[2]}`;
    }
  });
}

// Index: arrow keys walk from photo to photo.
const photos = [...document.querySelectorAll(".grid a")];
if (photos.length) {
  addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = photos.indexOf(document.activeElement);
    const next = photos[at < 0 ? 0 : at + step];
    if (next) { event.preventDefault(); next.focus(); }
  });
}

// Upload: two files at a time, each with its own progress and outcome.
const form = document.getElementById("upload");
if (form) {
  const input = document.getElementById("files"), list = document.getElementById("progress");
  const drop = form.querySelector(".drop");
  const waiting = [];
  let sending = 0;

  const row = (file) => {
    const item = document.createElement("li"), text = document.createElement("span");
    const name = document.createElement("b"), detail = document.createElement("span"), bar = document.createElement("progress");
    const picture = document.createElement("span");
    picture.className = "mark"; picture.textContent = "…";
    name.textContent = file.name; bar.max = 1; bar.value = 0;
    text.append(name, document.createElement("br"), detail, bar);
    item.append(picture, text);
    list.append(item);
    return {
      progress(part) { bar.value = part; if (part === 1) detail.textContent = "Preparing…"; },
      refused(message) { item.className = "bad"; picture.textContent = "!"; bar.remove(); detail.textContent = message; },
      stored(photo) {
        item.className = "good"; bar.remove();
        const image = new Image(); image.src = `/thumbs/${photo.id}.jpg`; image.alt = "";
        picture.replaceWith(image);
        const a = document.createElement("a"); a.href = photo.view; a.textContent = "See it in the gallery";
        if (photo.note) detail.replaceChildren(photo.note, document.createElement("br"), a);
        else detail.replaceChildren(a);
      },
    };
  };

  const send = (file, view) => new Promise((resolve) => {
    const request = new XMLHttpRequest(), body = new FormData();
    body.append("photos", file, file.name);
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) view.progress(event.loaded / event.total); };
    request.onload = () => {
      const answer = request.response || {};
      const refused = (answer.refused && answer.refused[0]) || answer.error;
      if (answer.stored && answer.stored[0]) view.stored(answer.stored[0]);
      else view.refused(refused ? refused.message : "The gallery gave no usable answer. Please try again.");
      resolve();
    };
    request.onerror = () => { view.refused("The connection broke off. Please try again."); resolve(); };
    request.send(body);
  });

  const take = (files) => {
    for (const file of files) {
      const view = row(file);
      if (file.size > Number(form.dataset.maxBytes)) {
        view.refused(`The file is larger than ${form.dataset.maxSize}. Save it smaller, or with more compression.`);
        continue;
      }
      waiting.push([file, view]);
    }
    sendNext();
  };

  const sendNext = () => {
    while (sending < 2 && waiting.length) {
      sending++;
      send(...waiting.shift()).then(() => { sending--; sendNext(); });
    }
  };

  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  for (const type of ["dragenter", "dragover"]) drop.addEventListener(type, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
}
