package loadgen

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// trust is a TLS configuration that knows a server by this certificate alone. The
// name is verified, too: it is the address that is dialed.
func trust(certificate string, alpn []string) (*tls.Config, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(certificate)) {
		return nil, errors.New("the configuration asks for TLS and has no certificate to know the server by")
	}
	return &tls.Config{RootCAs: roots, NextProtos: alpn, MinVersion: tls.VersionTLS13}, nil
}
