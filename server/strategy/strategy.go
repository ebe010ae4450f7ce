// Package strategy holds the ways to hand a stream of messages to a TCP socket.
// It imports the standard library and x/sys alone, so that a server can use a
// strategy as it was measured.
package strategy

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"strings"
)

// ErrNotSupported reports a strategy or an option that this system lacks.
var ErrNotSupported = errors.New("not supported on this system")

// A Strategy writes messages to one connection. It is used by one goroutine.
type Strategy interface {
	// WriteBatch hands over messages in order. A strategy that holds bytes back
	// has copied them when it returns.
	WriteBatch(msgs [][]byte) error
}

// A Flusher is a Strategy that holds bytes back.
type Flusher interface {
	Strategy
	// Flush hands everything held to the kernel.
	Flush() error
	// Buffered is the number of bytes held.
	Buffered() int
}

// An Appender is a Strategy in whose memory messages can be made: append them to
// AvailableBuffer and hand them over at once, in order, and they are not copied.
// What outgrows its capacity is simply copied, as by [bufio.Writer.AvailableBuffer].
type Appender interface {
	Strategy
	AvailableBuffer() []byte
}

// A Reporter is a Strategy that counts more than its write calls. Like all else
// of a strategy, Report belongs to the goroutine that writes.
type Reporter interface {
	Strategy
	// Report returns counts since the strategy was made, by name.
	Report() map[string]float64
}

// Options are the settings a strategy may use; its Spec says which. A Strategy
// that is also an [io.Closer] is closed when all is written, before its
// connection is.
type Options struct {
	Buffer int // bytes held back at most; 0 is 4096
	// Of pipeline: see its file.
	BDPShare  float64 // bytes in flight, as a share of bandwidth times RTT; 0 is 1
	LeastRTT  bool    // the RTT is the least seen, not the smoothed one
	HighWater float64 // share of the send buffer at which it pauses; 0 is 0.8
}

func (o Options) buffer() int {
	if o.Buffer <= 0 {
		return 4096
	}
	return o.Buffer
}

func (o Options) inflight() inflight {
	return inflight{share: cmp.Or(o.BDPShare, 1), least: o.LeastRTT, high: cmp.Or(o.HighWater, 0.8)}
}

// A Spec describes one strategy.
type Spec struct {
	Name    string
	Doc     string   // one sentence: which calls reach the kernel
	Factors []string // optional factors that apply: "flush", "buffer"
	Flush   []string // flush policies it knows; without the factor, "each" alone
	// Gathers asks the writer loop to keep messages until the flush policy is
	// due and then hand them over in one WriteBatch.
	Gathers bool
	// Socket says that it works on the bare connection or its descriptor: nothing
	// that encodes, as TLS does, can stand between it and the socket.
	Socket bool
	// Deafens says that a Read of the same connection can fail while it works.
	Deafens bool
	// Allocates says that the standard library does, in each write call.
	Allocates bool
	New       func(*Sink, Options) (Strategy, error)
}

// policies are what a writer loop can do with a strategy that holds bytes back.
var policies = []string{"each", "full", "idle", "window", "next-write"}

// Table lists every strategy in the order people should see them.
var Table = []Spec{
	{
		Name: "direct", Doc: "one conn.Write a message",
		New: newDirect,
	},
	{
		Name: "rawwrite", Doc: "one write(2) a message through syscall.RawConn",
		Socket: true, New: newRawWrite,
	},
	{
		Name: "bufio", Doc: "a bufio.Writer that writes when it is full or flushed",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		New: newBufio,
	},
	{
		Name: "writev", Doc: "one writev(2) through net.Buffers for all messages up to the buffer size",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		Gathers: true, Socket: true, New: newWritev,
	},
	{
		Name: "cork", Doc: "one conn.Write a message under TCP_CORK, taken out when the buffer size is reached or flushed (Linux)",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		Socket: true, New: newCork,
	},
	{
		Name: "more", Doc: "one send(2) a message, with MSG_MORE but for the last of those up to the buffer size (Linux)",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		Gathers: true, Socket: true, New: newMore,
	},
	{
		Name: "zerocopy", Doc: "one send(2) with MSG_ZEROCOPY when a buffer is full or flushed (Linux)",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		Socket: true, Deafens: true, New: newZerocopy,
	},
	{
		Name: "ring", Doc: "a ring of pooled memory that, when full, writes what the socket takes at once, and all of it when flushed",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		New: newRing,
	},
	{
		Name: "pipeline", Doc: "a bufio.Writer that pauses while more is in flight than bandwidth times round-trip time, or the send buffer is nearly full (Linux)",
		Factors: []string{"flush", "buffer", "bdp_share", "bdp_rtt", "high_water"}, Flush: policies,
		Socket: true, New: newPipeline,
	},
	{
		Name: "splice", Doc: "a full buffer written into a pipe and moved to the socket by splice(2) (Linux)",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		Socket: true, New: newSplice,
	},
	{
		Name: "readfrom", Doc: "a full buffer written to a file in memory and sent by TCPConn.ReadFrom, which is sendfile(2) (Linux)",
		Factors: []string{"flush", "buffer"}, Flush: policies,
		Socket: true, Allocates: true, New: newReadFrom,
	},
}

// Named returns the strategy of that name.
func Named(name string) (Spec, error) {
	var names []string
	for _, s := range Table {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Spec{}, fmt.Errorf("no strategy %q: there are %s", name, strings.Join(names, ", "))
}

// Applies tells whether the optional factor changes what the strategy does.
func (s Spec) Applies(factor string) bool {
	for _, f := range s.Factors {
		if f == factor {
			return true
		}
	}
	return false
}

// New returns the named strategy on a bare connection.
func New(name string, conn net.Conn, o Options) (Strategy, error) {
	spec, err := Named(name)
	if err != nil {
		return nil, err
	}
	return spec.New(NewSink(conn), o)
}
