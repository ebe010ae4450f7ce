// draw shows the last minute on a canvas: latency as lines, rate as bars behind
// them, each with an axis of its own.

const font = "12px system-ui, sans-serif";
const edge = { left: 52, right: 52, top: 30, bottom: 24 };

export function draw(canvas, line) {
  const css = getComputedStyle(canvas);
  const colour = (name) => css.getPropertyValue("--" + name).trim();
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const g = canvas.getContext("2d");
  g.setTransform(scale, 0, 0, scale, 0, 0);
  g.clearRect(0, 0, width, height);
  g.font = font;
  const box = { x: edge.left, y: edge.top, w: width - edge.left - edge.right, h: height - edge.top - edge.bottom };
  const late = ceiling(Math.max(2, ...line.map((s) => s.p99).filter(Number.isFinite)));
  const early = Math.min(0, ...line.map((s) => s.p50).filter(Number.isFinite)) < -1 ? -late : 0;
  const fast = ceiling(Math.max(1, ...line.map((s) => s.rate).filter(Number.isFinite)));
  const x = (i) => box.x + (box.w * i) / line.length;
  const up = (value, low, high) => box.y + box.h * (1 - Math.min(1, Math.max(0, (value - low) / (high - low))));

  axes(g, box, colour, { early, late, fast });
  g.fillStyle = colour("rate");
  g.globalAlpha = 0.28;
  line.forEach((s, i) => {
    if (s.rate > 0) g.fillRect(x(i) + 1, up(s.rate, 0, fast), box.w / line.length - 2, box.y + box.h - up(s.rate, 0, fast));
  });
  g.globalAlpha = 1;
  for (const [key, name] of [["p99", "tail"], ["p50", "latency"]]) {
    g.strokeStyle = g.fillStyle = colour(name);
    g.lineWidth = 2;
    g.beginPath();
    let pen = false;
    line.forEach((s, i) => {
      if (!Number.isFinite(s[key])) { pen = false; return; }
      const px = x(i + 0.5), py = up(s[key], early, late);
      if (pen) g.lineTo(px, py); else g.moveTo(px, py);
      pen = true;
      g.fillRect(px - 1.5, py - 1.5, 3, 3);
    });
    g.stroke();
  }
}

function axes(g, box, colour, { early, late, fast }) {
  g.strokeStyle = colour("line");
  g.lineWidth = 1;
  for (let i = 0; i <= 2; i++) {
    const y = Math.round(box.y + (box.h * i) / 2) + 0.5;
    g.beginPath();
    g.moveTo(box.x, y);
    g.lineTo(box.x + box.w, y);
    g.stroke();
    const share = 1 - i / 2;
    write(g, format(early + share * (late - early)), box.x - 8, y, "right", colour("soft"));
    write(g, format(share * fast), box.x + box.w + 8, y, "left", colour("soft"));
  }
  const under = box.y + box.h + 14;
  write(g, "60 s ago", box.x, under, "left", colour("soft"));
  write(g, "now", box.x + box.w, under, "right", colour("soft"));
  let at = 12;
  for (const [text, name] of [["latency ms: median", "latency"], ["p99", "tail"]]) {
    write(g, text, at, 14, "left", colour(name));
    at += g.measureText(text).width + 14;
  }
  write(g, "bars: messages/s", box.x + box.w + edge.right - 12, 14, "right", colour("soft"));
}

function write(g, text, x, y, align, colour) {
  g.fillStyle = colour;
  g.textAlign = align;
  g.textBaseline = "middle";
  g.fillText(text, x, y);
}

// ceiling is the next of 1, 2, 4, 10, 20, 40 … from x on.
function ceiling(x) {
  const ten = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 4, 10].map((n) => n * ten).find((n) => n >= x * (1 - 1e-9)) ?? 10 * ten;
}

function format(x) {
  if (Math.abs(x) >= 10000) return Math.round(x / 1000) + "k";
  return String(Math.round(x * 10) / 10);
}
