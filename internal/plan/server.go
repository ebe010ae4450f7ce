package plan

import (
	"regexp"
	"strings"
)

// Ours is the server of a cell that has none of the user's: the default of the
// factor "server".
const Ours = "pushbench"

// A Server is a program of the user's that cells measure in place of our own.
// In Command, Env and Target stand {host} and {port} for what the harness picks
// for each trial.
type Server struct {
	Command     []string          `json:"command"`
	Build       []string          `json:"build,omitempty"` // run once, before the first trial
	Dir         string            `json:"dir,omitempty"`   // of both; relative to the working directory
	Env         map[string]string `json:"env,omitempty"`   // beyond that of pushbench
	Target      string            `json:"target"`          // a URL
	Ready       string            `json:"ready"`           // one of ReadyWays
	ReadyLine   string            `json:"ready_line,omitempty"`
	ReadyWithin Seconds           `json:"ready_within_seconds"`
	Messages    string            `json:"messages"`            // one of MessageForms
	Timestamp   string            `json:"timestamp,omitempty"` // where a message has its time
	Sequence    string            `json:"sequence,omitempty"`  // where it has its number
}

// ReadyWays says how a server shows that it can be connected to.
var ReadyWays = []string{"tcp", "http", "line"}

// The forms of a stream.
const (
	MessagesPushbench = "pushbench" // a length, our header, our padding
	MessagesLines     = "lines"
	MessagesSSE       = "sse"
	MessagesWebSocket = "websocket"
	MessagesRaw       = "raw" // bytes alone
)

// MessageForms lists them.
var MessageForms = []string{MessagesPushbench, MessagesLines, MessagesSSE, MessagesWebSocket, MessagesRaw}

// Stamped tells whether its messages carry the time they were due, so that
// their latency is known.
func (s Server) Stamped() bool { return s.Messages == MessagesPushbench || s.Timestamp != "" }

// Fill returns text with the address in place of {host} and {port}. Other braces
// stay: they are the command's own.
func Fill(text, host, port string) string {
	return strings.NewReplacer("{host}", host, "{port}", port).Replace(text)
}

// plainWord is what a shell reads as it is written.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./{}-]+$`)

// Quote writes a command as a shell would read it.
func Quote(words []string) string {
	var out []string
	for _, w := range words {
		if !plainWord.MatchString(w) {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}
