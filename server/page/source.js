// A source reads the stream by EventSource or WebSocket, and comes back when it is
// lost. Both go on after the last message seen, as the query says: EventSource
// sends Last-Event-ID only when it reconnects by itself, which it does not after an
// answer that is no stream, and a WebSocket never does.

const firstPause = 500; // ms until a lost connection is made again, doubled up to
const longestPause = 8000;

export class Source {
  // take(text) is called for each message, state(name) for each change.
  constructor(take, state) {
    this.take = take;
    this.state = state;
    this.last = ""; // id of the last message
    this.pause = firstPause;
  }

  // open begins to read by "sse" or "ws", in place of what was read before.
  open(transport) {
    this.close();
    this.transport = transport;
    this.state("connecting");
    const query = "format=json" + (this.last && "&last_event_id=" + encodeURIComponent(this.last));
    this.connection = transport === "ws" ? this.webSocket(query) : this.eventSource(query);
  }

  close() {
    clearTimeout(this.timer);
    const old = this.connection;
    this.connection = null; // what it still says is not heard
    if (old) old.close();
  }

  eventSource(query) {
    const c = new EventSource("stream?" + query);
    c.addEventListener("open", () => this.opened(c));
    c.addEventListener("message", (e) => this.got(c, e.data));
    c.addEventListener("error", () => this.lost(c));
    return c;
  }

  webSocket(query) {
    const url = new URL("ws?" + query, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const c = new WebSocket(url);
    c.addEventListener("open", () => this.opened(c));
    c.addEventListener("message", (e) => this.got(c, e.data));
    c.addEventListener("close", () => this.lost(c));
    return c;
  }

  opened(c) {
    if (c === this.connection) this.state("open");
  }

  got(c, text) {
    if (c !== this.connection) return;
    this.pause = firstPause;
    this.take(String(text));
  }

  lost(c) {
    if (c !== this.connection) return;
    this.close();
    this.state("lost");
    this.timer = setTimeout(() => this.open(this.transport), this.pause * (0.5 + Math.random() / 2));
    this.pause = Math.min(2 * this.pause, longestPause);
  }
}
