package units

import "testing"

func TestFormat(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Size(16), "16 B"},
		{Size(0), "0 B"},
		{Size(210), "210 B"},
		{Size(1000), "1000 B"},
		{Size(4096), "4 KiB"},
		{Size(1536), "1.5 KiB"},
		{Size(1 << 20), "1 MiB"},
		{Rate(187.6e6), "188 MB/s"},
		{Rate(1e9), "1 GB/s"},
		{Bandwidth(10e6), "10 Mbit/s"},
		{Duration(8.2e-6), "8.2 µs"},
		{Duration(999.9e-9), "1 µs"},
		{Duration(0.04), "40 ms"},
		{Duration(0), "0 s"},
		{Duration(90), "90 s"},
		{Duration(1e-12), "0.001 ns"},
		{Number(0.25), "0.25"},
		{Number(12345), "12.3 k"},
		{Number(-1.5e6), "-1.5 M"},
		{Number(0), "0"},
		{Digits(18.2371, 3), "18.2"},
		{Digits(1234, 2), "1200"},
		{Digits(0.5, 2), "0.50"},
		{Places(18.25, 0), "18"},
		{Places(1849, -2), "1800"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
