package coalesce

// A Cause is why buffered bytes left.
type Cause int

// The causes.
const (
	ByIdle   Cause = iota // the owner had nothing to add
	ByBytes               // Config.Bytes had gathered
	ByWindow              // Config.Window had passed
	ByRead                // the owner called Read
	ByFlush               // Flush, or a call that bypasses the buffer: ReadFrom, SyscallConn
	ByClose               // Close or CloseWrite
	causes
)

// String returns the cause's name.
func (c Cause) String() string {
	return [...]string{"idle", "bytes", "window", "read", "flush", "close"}[c]
}

// Stats counts what a Conn did since New.
type Stats struct {
	Writes  int64         // calls of Write that were accepted
	Bytes   int64         // bytes accepted, ReadFrom's included
	Calls   int64         // write calls on the connection below; one it takes in parts counts once
	Flushes [causes]int64 // times bytes left, by Cause; ByBytes includes large writes that found the buffer empty
}

// Stats returns the counts so far.
func (c *Conn) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

func (c *Conn) addBytes(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Bytes += n
}
