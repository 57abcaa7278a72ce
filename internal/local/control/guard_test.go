package control

import "testing"

func TestIsLoopbackTakesOnlyNamesOfThisMachine(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:8080": true, "127.0.0.1": true, "127.0.0.1:8080": true, "127.1.2.3:1": true, "[::1]": true, "[::1]:8080": true, "::1": true,
		"": false, ":8080": false, "example.com": false, "example.com:8080": false, "192.0.2.1:8080": false, "localhost.example.com": false,
		"127.0.0.1.example.com": false, "127.0.0.1:8080.example.com": false, "localhost:8080.example.com": false, "[::1]:8080.example.com": false,
		"127.0.0.1:": false, "127.0.0.1:-1": false, "127.0.0.1:65536": false, "127.0.0.1:80:80": false, "localhost:80@example.com": false, "[::1].example.com": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
