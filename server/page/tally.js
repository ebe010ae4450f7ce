// A tally counts what arrives: how fast, how late, what is missing.

const remembered = 4096; // numbers, to tell a late message from a second copy
const sampled = 2000; // latencies of one second that are kept, a fair sample of all
const windowSeconds = 10;
export const chartSeconds = 60;

export class Tally {
  constructor() {
    this.messages = this.missing = this.duplicates = this.restarts = this.unreadable = 0;
    this.stream = null; // name of the stream; another one is of another server process
    this.next = 0;
    this.absent = new Set(); // numbers below next that did not come
    this.seconds = []; // {at, count, latencies}, of the last chartSeconds
    this.began = 0; // second of the first message
  }

  // take returns {seq, due, latency} of a message, times in ms, or null if it is none.
  take(text, now) {
    let m;
    try { m = JSON.parse(text); } catch { m = null; }
    if (typeof m?.stream !== "string" || !Number.isSafeInteger(m.seq) || m.seq < 0 || !Number.isFinite(m.ts)) {
      this.unreadable++;
      return null;
    }
    this.messages++;
    this.order(m.stream, m.seq);
    const due = m.ts / 1e6; // ns; a number in JavaScript has them to within 256
    const latency = now - due;
    this.count(this.second(now), latency);
    return { id: m.stream + "-" + m.seq, seq: m.seq, due, latency };
  }

  order(stream, seq) {
    if (stream !== this.stream) {
      if (this.stream !== null) {
        this.restarts++;
        this.missing += seq; // all that a new process sent from 0 on is ours
      }
      this.stream = stream;
      this.next = seq + 1;
      this.absent.clear();
    } else if (seq >= this.next) {
      this.missing += seq - this.next;
      for (let n = Math.max(this.next, seq - remembered); n < seq; n++) this.absent.add(n);
      this.next = seq + 1;
      for (const n of this.absent) {
        if (n >= seq - remembered) break;
        this.absent.delete(n);
      }
    } else if (this.absent.delete(seq)) {
      this.missing--;
    } else {
      this.duplicates++;
    }
  }

  count(second, latency) {
    second.count++;
    if (second.latencies.length < sampled) {
      second.latencies.push(latency);
      return;
    }
    const i = Math.floor(Math.random() * second.count);
    if (i < sampled) second.latencies[i] = latency;
  }

  second(now) {
    const at = Math.floor(now / 1000);
    this.began ||= at;
    let last = this.seconds.at(-1);
    if (last?.at !== at) {
      last = { at, count: 0, latencies: [] };
      this.seconds.push(last);
      while (this.seconds[0].at < at - chartSeconds) this.seconds.shift();
    }
    return last;
  }

  // figures are over the last complete seconds.
  figures(now) {
    const end = Math.floor(now / 1000);
    const from = Math.max(end - windowSeconds, this.began + 1);
    const seconds = this.seconds.filter((s) => s.at >= from && s.at < end);
    const count = seconds.reduce((n, s) => n + s.count, 0);
    const all = seconds.flatMap((s) => s.latencies);
    return { rate: this.began && end > from ? count / (end - from) : NaN, p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
  }

  // line is the last minute: one {rate, p50, p99} for each complete second, NaN where
  // nothing is known.
  line(now) {
    const end = Math.floor(now / 1000);
    const by = new Map(this.seconds.map((s) => [s.at, s]));
    const out = [];
    for (let at = end - chartSeconds; at < end; at++) {
      const s = by.get(at);
      if (!this.began || at <= this.began) out.push({ rate: NaN, p50: NaN, p99: NaN }); // the first second was not whole
      else if (!s) out.push({ rate: 0, p50: NaN, p99: NaN });
      else out.push((s.point ??= { rate: s.count, p50: quantile(s.latencies, 0.5), p99: quantile(s.latencies, 0.99) }));
    }
    return out;
  }
}

// quantile is the least value that at least a share q does not exceed; NaN of none.
export function quantile(values, q) {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
