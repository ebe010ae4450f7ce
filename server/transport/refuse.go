package transport

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/plan"
	"github.com/pushbench/pushbench/server/strategy"
)

// Refuse says why a transport cannot carry what the factors ask for, and names
// the factor to change; both are empty if it can.
func Refuse(v plan.Values) (factor, what string) {
	t, err := Named(v.Text("transport"))
	if err != nil {
		return "", ""
	}
	s, err := strategy.Named(v.Text("strategy"))
	if err != nil {
		return "", ""
	}
	position := v.Text("tls")
	switch {
	case v.Text("sink") != "socket" && s.Socket:
		return "strategy", fmt.Sprintf("strategy %s works on the socket itself, and sink %s is a file; take direct, bufio or ring", s.Name, v.Text("sink"))
	case position == "above" && s.Socket:
		return "strategy", fmt.Sprintf("strategy %s works on the socket itself and cannot stand above the records of TLS; tls below can be had, or strategy direct, bufio or ring", s.Name)
	case position == "below" && s.Gathers:
		return "strategy", fmt.Sprintf("strategy %s keeps what is written until it is flushed, and crypto/tls uses the memory of a record again at once; take bufio or zerocopy, which copy", s.Name)
	case t.Reads && s.Deafens:
		return "strategy", fmt.Sprintf("transport %s must read what the client lets it send, and a read can fail while strategy %s waits for completions; take bufio", t.Name, s.Name)
	case t.New != nil && s.Gathers && (t.Keeps == nil || !t.Keeps(v)):
		return "strategy", fmt.Sprintf("strategy %s keeps what is written until it is flushed, and the library of transport %s uses that memory again at once; %s", s.Name, t.Name, remedy(t))
	}
	if size, applies := v["message"].(float64); applies && int(size) < t.Least {
		return "message", fmt.Sprintf("a message of %d B is too small for transport %s, whose header alone takes %d B", int(size), t.Name, t.Least)
	}
	return "", ""
}

func remedy(t Spec) string {
	if t.Applies("ws_prepared") {
		return "take ws_prepared: true with audience broadcast, whose frames stay, or bufio or zerocopy, which copy"
	}
	if t.Reads {
		return "take bufio, which copies"
	}
	return "take bufio or zerocopy, which copy"
}
