import { draw } from "./chart.js";
import { Source } from "./source.js";
import { Tally } from "./tally.js";

const rows = 12; // of the table
const redraw = 250; // ms
const longest = 200; // characters of a message that are shown

const at = (id) => document.getElementById(id);
const tally = new Tally();
let reconnects = 0;
let lost = false;
let paused = false;
let latest = []; // of the messages, the newest first

const source = new Source(
  (text) => {
    const seen = tally.take(text, Date.now());
    if (seen) source.last = seen.id;
    latest.unshift({ text: text.slice(0, longest), ...seen });
    if (latest.length > rows) latest.pop();
  },
  (name) => {
    if (name === "open" && lost) reconnects++;
    if (name !== "connecting") lost = name === "lost";
    const words = { open: "connected", connecting: "connecting", lost: "connection lost, trying again" };
    at("state").dataset.state = name;
    at("state").textContent = words[name];
  },
);

// What the stream says is only ever set as text.
function show() {
  if (paused) return;
  const now = Date.now();
  const f = tally.figures(now);
  at("rate").textContent = number(f.rate, 1);
  at("p50").textContent = number(f.p50, 0);
  at("p99").textContent = number(f.p99, 0);
  at("messages").textContent = tally.messages.toLocaleString("en");
  for (const [id, n] of Object.entries({ missing: tally.missing, duplicates: tally.duplicates, reconnects, restarts: tally.restarts })) {
    at(id).textContent = n.toLocaleString("en");
    at(id).classList.toggle("marked", n > 0 && (id === "missing" || id === "duplicates"));
  }
  at("unreadable").hidden = tally.unreadable === 0;
  at("unreadable").textContent = `${tally.unreadable.toLocaleString("en")} messages were not what this page reads.`;
  at("log").replaceChildren(...latest.map(row));
  draw(at("chart"), tally.line(now));
}

function row({ seq, due, latency, text }) {
  const tr = document.createElement("tr");
  const time = due === undefined ? "" : clock(new Date(due));
  for (const cell of [seq ?? "", time, latency === undefined ? "" : number(latency, 0) + " ms", text]) {
    const td = document.createElement("td");
    td.textContent = cell;
    tr.append(td);
  }
  return tr;
}

function clock(t) {
  const two = (n, width = 2) => String(n).padStart(width, "0");
  return Number.isNaN(t.getTime()) ? "" : `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}.${two(t.getMilliseconds(), 3)}`;
}

function number(x, digits) {
  return Number.isFinite(x) ? x.toFixed(digits).replace(/^-0$/, "0") : "–";
}

at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", String(paused));
  at("pause").textContent = paused ? "Go on" : "Pause";
  show();
});
for (const choice of document.querySelectorAll("input[name=transport]")) {
  choice.addEventListener("change", () => source.open(choice.value));
}
addEventListener("resize", show);
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (e) => { if (e.persisted) source.open(source.transport); });
source.open(document.querySelector("input[name=transport]:checked").value);
setInterval(show, redraw);
