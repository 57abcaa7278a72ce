// A form that a JSON Schema drives: a control for each property, its default and what it takes.
import { attribute, h, marked, text } from "./dom.js";

// apart are fields that few people need; the server fills some of them in.
export const apart = new Set(["Comment", "by", "commit", "run"]);

export class Form {
  // suggestions are { field: [{ value, label }] }, of which a menu is made; leaveOut are fields that are not shown, more those
  // that are behind a fold.
  constructor(schema, { suggestions = {}, values = {}, leaveOut = [], more = [], changed = () => {} } = {}) {
    this.fields = new Map();
    const first = h("div", { class: "fields" }), others = h("div", { class: "fields" });
    this.fold = h("details", { class: "more" }, h("summary", {}, "More"), others);
    this.element = h("div", {}, first, more.length ? this.fold : "");
    for (const [name, property] of Object.entries(schema.properties)) {
      if (leaveOut.includes(name) || apart.has(name)) continue;
      const field = makeField(name, property, suggestions[name], values[name]);
      field.control.addEventListener("change", changed);
      this.fields.set(name, field);
      (more.includes(name) ? others : first).append(field.element);
      if (more.includes(name)) field.fold = this.fold;
    }
  }

  // value is the request: what was left empty is left out.
  value() {
    const request = {};
    for (const [name, field] of this.fields) {
      const value = field.read();
      if (value !== undefined) request[name] = value;
    }
    return request;
  }

  // fill puts a request into the fields; it tells those that the form has no field for.
  fill(request) {
    const unknown = { ...request };
    for (const [name, field] of this.fields) {
      field.write(request[name]);
      delete unknown[name];
    }
    return Object.keys(unknown);
  }

  // show puts each problem at its field. What it returns are links to them, and those of no field.
  show(problems) {
    for (const field of this.fields.values()) field.complain("");
    return problems.map(({ field: name, message }) => {
      const field = this.fields.get(name);
      if (!field) return name ? `${name}: ${message}` : message;
      field.complain(message);
      if (field.fold) field.fold.open = true;
      return h("a", { href: `#${field.control.id}`, onclick: (event) => {
        event.preventDefault();
        field.control.focus();
      } }, `${name}: ${message}`);
    });
  }
}

function makeField(name, property, suggestions, given) {
  const id = `field-${name}`;
  const error = h("p", { class: "error", id: `${id}-error`, hidden: true });
  const { control, read, write } = makeControl(id, property, suggestions);
  const hint = h("p", { class: "hint", id: `${id}-hint` }, marked(property.description));
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const isBox = control.type === "checkbox";
  const label = h("label", { for: id }, property.title ?? name, " ", property.title ? h("code", { class: "quiet" }, name) : "");
  const element = h("div", { class: isBox ? "field box" : "field" }, isBox ? h("span", { class: "check" }, control, label) : [label, control], error, hint);
  write(given);
  const complain = (message) => {
    text(error, message);
    error.hidden = !message;
    attribute(control, "aria-invalid", message ? "true" : false);
  };
  return { element, control, read, write, complain };
}

// makeControl leaves all checking to the server, whose words are better: a number is asked for as text.
function makeControl(id, property, suggestions) {
  if (property.type === "boolean") {
    const control = h("input", { type: "checkbox", id });
    return { control, read: () => control.checked || undefined, write: (value) => (control.checked = Boolean(value ?? property.default)) };
  }
  if (property.enum) {
    const control = h("select", { id }, property.enum.map((value) => h("option", { value }, value)));
    return {
      control, read: () => (control.value === property.default ? undefined : control.value), write: (value) => (control.value = value ?? property.default),
    };
  }
  if (suggestions?.length) return makeMenu(id, suggestions);
  if (property.items?.type === "object") return makeObjects(id, property);
  const isNumber = property.type === "integer", isList = property.type === "array";
  const control = h("input", {
    id, type: "text", autocomplete: "off", spellcheck: "false", inputmode: isNumber ? "numeric" : false,
    placeholder: property.default !== undefined ? `${property.default} by default` : property.examples ? `such as ${inWords(property.examples.at(-1))}` : "",
  });
  return {
    control,
    read: () => {
      const words = control.value.trim();
      if (!words) return undefined;
      if (isList) return words.split(/[\s,]+/).filter(Boolean).map(numeric);
      return isNumber ? numeric(words) : words;
    },
    write: (value) => (control.value = inWords(value ?? "")),
  };
}

// makeMenu offers values. One that it does not offer, as of a request in JSON, it takes up.
function makeMenu(id, suggestions) {
  const option = ({ value, label }) => h("option", { value }, label);
  const control = h("select", { id }, option({ value: "", label: "none" }), suggestions.map(option));
  const write = (value = "") => {
    if (![...control.options].some((one) => one.value === value)) control.append(option({ value, label: value }));
    control.value = value;
  };
  return { control, read: () => control.value || undefined, write };
}

// makeObjects takes a list of objects as JSON. What is none is sent as text, which the server refuses.
function makeObjects(id, property) {
  const control = h("textarea", { id, rows: 3, autocomplete: "off", spellcheck: "false", placeholder: `such as ${JSON.stringify(property.examples[0])}` });
  const read = () => {
    const words = control.value.trim();
    try {
      return words ? JSON.parse(words) : undefined;
    } catch {
      return words;
    }
  };
  return { control, read, write: (value) => (control.value = value === undefined ? "" : JSON.stringify(value)) };
}

const numeric = (words) => (/^-?\d+(\.\d+)?$/.test(words) ? Number(words) : words);

// inWords writes a list as people do: 5, 50, 100.
const inWords = (value) => (Array.isArray(value) ? value.join(", ") : value);
