package coalesce

// bypass runs write, which sends on the connection below by itself, after what
// is buffered and before anything else. Its error does not stay: it loses no
// byte that was accepted.
func (c *Conn) bypass(write func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.turn(always); err != nil {
		return err
	}
	if c.buffered() > 0 {
		if _, err := c.sendOwn(ByFlush, nil); err != nil {
			return err
		}
	}
	c.take()
	c.blocked++
	c.mu.Unlock()
	err := write()
	c.mu.Lock()
	c.blocked--
	c.stats.Calls++
	c.yield()
	return err
}
