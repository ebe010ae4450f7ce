// Package coalesce gathers the small writes of an existing server into few
// system calls: a [net.Conn] and a [net.Listener] to put between the server and
// its sockets.
//
//	l, err := net.Listen("tcp", addr)
//	…
//	err = http.Serve(coalesce.Listen(l, coalesce.Config{}), handler)
//
// A Write copies its bytes into a buffer and returns. They leave, in order and
// in one call,
//
//   - as soon as the owner is idle: every goroutine that could run had its turn
//     and the buffer did not grow;
//   - when [Config.Bytes] have gathered, or [Config.Window] has passed;
//   - when Read is called, so that nobody waits for an answer to bytes that are
//     still here;
//   - on Flush, ReadFrom, CloseWrite, Close and SyscallConn's Write.
//
// A connection is idle often: the first byte into an empty buffer starts a
// goroutine that ends when the buffer is empty again. One that has nothing to
// write has neither goroutine nor buffer.
//
// # Errors
//
// As with any buffered writer, Write reports that bytes were accepted, not that
// they were sent. The first error of the connection below stays: every later
// Write, Flush and CloseWrite returns it, and so does Close.
//
// # TLS
//
// Put the listener below TLS (the server's own, or tls.NewListener on top of
// this one): net/http must see the *tls.Conn to offer HTTP/2. Records of
// several Writes then leave in one call. A Conn above a tls.Conn makes fewer,
// larger records of a protocol of one's own.
package coalesce
