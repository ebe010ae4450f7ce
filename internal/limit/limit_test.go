package limit

import (
	"math"
	"testing"
)

// The windows that RFC 9438 prints in tables 1 and 2. It rounds the constant of
// Reno to 1.2, which is 2 % less.
func TestCubicAgreesWithItsRFC(t *testing.T) {
	for _, c := range []struct{ rtt, p, want float64 }{
		{0.1, 1e-2, 12},
		{0.1, 1e-3, 38},
		{0.1, 1e-4, 187},
		{0.1, 1e-5, 1054},
		{0.1, 1e-6, 5926},
		{0.1, 1e-7, 33325},
		{0.1, 1e-8, 187400},
		{0.01, 1e-4, 122},
		{0.01, 1e-6, 1225},
		{0.01, 1e-7, 5926},
		{0.01, 1e-8, 33325},
	} {
		if got := Cubic(c.rtt, c.p); math.Abs(got/c.want-1) > 0.03 {
			t.Errorf("RTT %v s, loss %v: %.1f segments, RFC 9438 has %v", c.rtt, c.p, got, c.want)
		}
	}
}

func TestReno(t *testing.T) {
	for _, c := range []struct{ p, want float64 }{{0.015, 10}, {0.0006, 50}, {1.5e-6, 1000}} {
		if got := Reno(c.p); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("loss %v: %v segments, want %v", c.p, got, c.want)
		}
	}
}

func TestBytesPerSecond(t *testing.T) {
	for _, c := range []struct {
		name string
		link Link
		want float64 // 0 is none
	}{
		{"nothing limits", Link{}, 0},
		{"a round trip alone", Link{RTT: 0.1, Congestion: "cubic"}, 0},
		{"rate", Link{Rate: 1514 * 8 * 1000}, 1448000},
		{"rate with overhead", Link{Rate: 1538 * 8 * 1000, Overhead: 24}, 1448000},
		{"window", Link{Rate: 1514 * 8 * 1000, RTT: 0.1, Window: 10000}, 100000},
		{"a window that holds more than the link", Link{Rate: 1514 * 8 * 1000, RTT: 0.1, Window: 1e6}, 1448000},
		{"a window without a round trip", Link{Window: 1e6}, 0},
		{"reno under loss", Link{Rate: 1e9, RTT: 0.1, Loss: 0.015, Congestion: "reno"}, 144800},
		{"two of them", Link{Rate: 1e9, RTT: 0.1, Loss: 0.015, Congestion: "reno", Connections: 2}, 289600},
		{"cubic that is reno-friendly", Link{RTT: 0.001, Loss: 0.015, Congestion: "cubic"}, 14480000},
		{"none of bbr", Link{RTT: 0.1, Loss: 0.015, Congestion: "bbr"}, 0},
		{"loss without a round trip", Link{Loss: 0.01, Congestion: "reno"}, 0},
	} {
		got, ok := c.link.BytesPerSecond()
		if ok != (c.want != 0) || ok && math.Abs(got/c.want-1) > 1e-12 {
			t.Errorf("%s: %v, %v; want %v", c.name, got, ok, c.want)
		}
	}
}
