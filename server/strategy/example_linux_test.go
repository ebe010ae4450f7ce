package strategy_test

import "github.com/pushbench/pushbench/server/strategy"

// Keep a long path full and its queues short: no more in flight than the path
// holds, and a pause when the send buffer is at 70 %.
func ExampleNew_pipeline() {
	streamLines("pipeline", strategy.Options{Buffer: 16 << 10, LeastRTT: true, BDPShare: 1.25, HighWater: 0.7})
	// Output:
	// pipeline: 1000 messages, 8890 bytes
}

// Move what lies in a pipe to the socket without a second copy.
func ExampleNew_splice() {
	streamLines("splice", strategy.Options{Buffer: 16 << 10})
	// Output:
	// splice: 1000 messages, 8890 bytes
}

// Send a file's pages as TCPConn.ReadFrom does.
func ExampleNew_readfrom() {
	streamLines("readfrom", strategy.Options{Buffer: 16 << 10})
	// Output:
	// readfrom: 1000 messages, 8890 bytes
}
