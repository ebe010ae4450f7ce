// Counts the messages of a WebSocket until its server closes it, and prints the
// number.
import { Counter } from 'k6/metrics';
import { WebSocket } from 'k6/experimental/websockets';

const counted = new Counter('counted');

export default function () {
  const ws = new WebSocket(__ENV.TARGET);
  ws.binaryType = 'arraybuffer'; // the cheaper of the two
  let n = 0;
  ws.onmessage = () => { n++; };
  ws.onclose = () => { counted.add(n); };
}

export function handleSummary(data) {
  return { stdout: `${data.metrics.counted.values.count}\n` };
}
