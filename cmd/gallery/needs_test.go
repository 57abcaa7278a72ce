package main

import (
	"os"
	"path/filepath"
	"testing"
)

// redirecting is an app whose home page leads elsewhere, and whose health path answers.
const redirecting = `
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class App(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({"/healthz": 200, "/private": 401}.get(self.path, 302))
        self.send_header("Location", "/login")
        self.send_header("Content-Length", "0")
        self.end_headers()

ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), App).serve_forever()
`

func TestAppIsCheckedAtThePathThatItNames(t *testing.T) {
	needs(t, "python3")
	data, app := t.TempDir(), t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(app, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const unit = "[Service]\nExecStart=/usr/bin/env python3 /opt/photogallery/serve.py\n[X-Photogallery]\n"
	write("install.sh", `cp serve.py "$INSTALL_DIR"`)
	write("serve.py", redirecting)
	up := brought(t, data)
	release := func() said { return gallery(t, "release", "--bundle", app, "--data", data) }

	for path, status := range map[string]string{"/": "302", "/private": "401"} {
		write("app.service", unit+"HealthPath="+path+"\n")
		release().wants(t, exitFailed, "FailedClean", path+" answers "+status+", not 200: let that path answer by itself, without a redirect or a sign-in")
	}
	write("app.service", unit+"HealthPath=/healthz\nStartupTime=90s\n")
	release().wants(t, 0, up.Endpoint().Gallery)
	gallery(t, "release", "--rebake", "--data", data).wants(t, 0) // the bundle alone knows the path
	gallery(t, "status", "--data", data).wants(t, 0, "2 of 2 in service", "healthy")
}
