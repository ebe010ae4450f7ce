package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"

	"github.com/gorilla/websocket"
	"github.com/tmaxmax/go-sse"
)

// beginCounting starts this program in the role of a client.
func beginCounting(role, scheme string) func(bench, string) (*process, error) {
	return func(b bench, addr string) (*process, error) {
		return start(role, b.pins.Generator, exec.Command(b.programs.self, role, scheme+"://"+addr+"/stream"))
	}
}

// countWebSocket counts messages with gorilla/websocket: it takes no message out
// of the library's buffer, which is the least a reader can do.
func countWebSocket(args []string, _ io.Reader, stdout io.Writer) error {
	d := websocket.Dialer{ReadBufferSize: 64 << 10}
	conn, _, err := d.Dial(args[0], nil)
	if err != nil {
		return err
	}
	defer conn.Close()
	for n := 0; ; n++ {
		if _, _, err := conn.NextReader(); websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			_, err = fmt.Fprintln(stdout, n)
			return err
		} else if err != nil {
			return err
		}
	}
}

// countEvents counts events with go-sse.
func countEvents(args []string, _ io.Reader, stdout io.Writer) error {
	r, err := http.NewRequest(http.MethodGet, args[0], nil)
	if err != nil {
		return err
	}
	n := 0
	conn := (&sse.Client{Backoff: sse.Backoff{MaxRetries: -1}}).NewConnection(r)
	conn.Buffer(make([]byte, 64<<10), 1<<20)
	conn.SubscribeToAll(func(sse.Event) { n++ })
	if err := conn.Connect(); !errors.Is(err, io.EOF) {
		return err
	}
	_, err = fmt.Fprintln(stdout, n)
	return err
}
