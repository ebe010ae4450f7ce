package foreign

import (
	"compress/flate"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/loadgen/framing"
	"github.com/pushbench/pushbench/loadgen/sse"
)

// Errors of sessions.
var (
	errTooLong = errors.New("message longer than the read limit")
	errHead    = errors.New("the answer's head is longer than 1 MiB")
)

// A statusError is an answer that is no stream.
type statusError struct {
	code int
	why  string
}

func (e statusError) Error() string { return e.why }

// final tells whether asking again is of no use, as the HTML standard has it for
// event sources; a server that is overloaded may come to itself.
func (e statusError) final() bool {
	return e.code < 500 && e.code != http.StatusTooManyRequests && e.code != http.StatusRequestTimeout
}

// kinds sorts failures. The first that matches counts.
var kinds = []struct {
	name string
	is   func(error) bool
}{
	{"status", as[statusError]},
	{"too long", is(errTooLong, errHead, sse.ErrTooLong, framing.ErrTooLong, websocket.ErrReadLimit)},
	{"certificate", func(err error) bool {
		return as[*tls.CertificateVerificationError](err) || as[x509.UnknownAuthorityError](err) || as[x509.HostnameError](err)
	}},
	{"name not found", as[*net.DNSError]},
	{"timeout", func(err error) bool {
		var n net.Error
		return errors.As(err, &n) && n.Timeout()
	}},
	{"refused", is(syscall.ECONNREFUSED)},
	{"reset", is(syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED)},
	{"unreachable", is(syscall.EHOSTUNREACH, syscall.ENETUNREACH)},
	{"too many open files", is(syscall.EMFILE, syscall.ENFILE)},
	{"compression", func(err error) bool {
		return as[flate.CorruptInputError](err) || is(gzip.ErrHeader, gzip.ErrChecksum)(err)
	}},
	{"cut off", is(io.ErrUnexpectedEOF)},
	{"closed by the server", func(err error) bool { return as[*websocket.CloseError](err) || is(io.EOF)(err) }},
}

// kind names what went wrong; what the table does not know broke the protocol.
func kind(err error) string {
	for _, k := range kinds {
		if k.is(err) {
			return k.name
		}
	}
	return "protocol"
}

func as[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

func is(targets ...error) func(error) bool {
	return func(err error) bool {
		for _, t := range targets {
			if errors.Is(err, t) {
				return true
			}
		}
		return false
	}
}

// Failures are the errors of a run, by kind.
type Failures map[string]Failure

// A Failure is how often one kind of error happened, with the text of the first.
// The text may be the server's: quote it.
type Failure struct {
	Count int
	First string
}

func (f Failures) add(err error) {
	k := kind(err)
	x := f[k]
	if x.Count++; x.Count == 1 {
		x.First = fmt.Sprintf("%.200s", err.Error())
	}
	f[k] = x
}
