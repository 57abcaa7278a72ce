//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// prepareFlask copies the lesson's app with the gallery's photos, and installs what it needs.
func prepareFlask(ctx context.Context, folder string, bytesOf [3][]byte) (app string, err error) {
	app = filepath.Join(folder, "lesson")
	err = os.CopyFS(app, os.DirFS("examples/lesson"))
	err = errors.Join(err,
		os.WriteFile(filepath.Join(app, "photos", "thumbnail.jpg"), bytesOf[1], 0o600),
		os.WriteFile(filepath.Join(app, "photos", "photo.jpg"), bytesOf[2], 0o600))
	if err != nil {
		return "", err
	}
	venv := filepath.Join(folder, "venv")
	for _, command := range [][]string{
		{"python3", "-m", "venv", venv},
		{filepath.Join(venv, "bin", "pip"), "install", "-q", "--disable-pip-version-check", "-r", "examples/lesson/requirements.txt", "-r", "tools/bench/requirements.txt"},
	} {
		if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%v: %w\n%s", command, err, out)
		}
	}
	return app, nil
}

const nginxConfig = `worker_processes auto;
daemon off;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  types { text/html html; image/jpeg jpg; }
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  server { listen %[2]s; root %[1]s/html; }
}
`

func startNginx(ctx context.Context, folder string, bytesOf [3][]byte) (*server, error) {
	root := filepath.Join(folder, "nginx")
	html := filepath.Join(root, "html")
	if err := os.MkdirAll(html, 0o755); err != nil {
		return nil, err
	}
	if err := os.Chmod(folder, 0o755); err != nil { //nolint:gosec // nginx's workers are another user's
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	config := filepath.Join(root, "nginx.conf")
	err = os.WriteFile(config, fmt.Appendf(nil, nginxConfig, root, address), 0o600)
	for page, name := range []string{"index.html", "thumbnail.jpg", "photo.jpg"} {
		err = errors.Join(err, os.WriteFile(filepath.Join(html, name), bytesOf[page], 0o644)) //nolint:gosec // as above
	}
	if err != nil {
		return nil, err
	}
	s, err := startAt(ctx, "nginx, static files", root, address, nil, "nginx", "-c", config, "-p", root)
	if err != nil {
		return nil, err
	}
	s.paths = [3]string{"/", "/thumbnail.jpg", "/photo.jpg"}
	return s, nil
}
