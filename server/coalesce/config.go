package coalesce

import "time"

// Defaults of Config.
const (
	DefaultBytes  = 16 << 10
	DefaultWindow = time.Millisecond
	DefaultLinger = 5 * time.Second
)

// Config says when buffered bytes leave. The zero value is ready to use and
// adds next to no latency.
type Config struct {
	// Bytes that gather before Write sends them itself. Zero or less is
	// DefaultBytes. While it sends, as many again can gather.
	Bytes int
	// Window is the longest a byte waits here. Zero or less is DefaultWindow.
	Window time.Duration
	// Hold keeps bytes for the whole Window although the owner is idle: fewer
	// calls, for Window of added latency.
	Hold bool
	// Linger bounds how long Close and CloseWrite wait for a peer that takes
	// nothing, counted from the call it has not taken. Zero is DefaultLinger;
	// less drops what is buffered.
	Linger time.Duration
}

func (c Config) withDefaults() Config {
	if c.Bytes <= 0 {
		c.Bytes = DefaultBytes
	}
	if c.Window <= 0 {
		c.Window = DefaultWindow
	}
	if c.Linger == 0 {
		c.Linger = DefaultLinger
	}
	return c
}
