package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
)

// ProgramName is the name under which an executable runs as the gallery's server.
const ProgramName = "photogallery"

// collectAt lets the heap grow to three times its live size: twice, Go's default, costs an instance
// that sends thumbnails a twelfth more of the processor. A busy instance uses 4 MB for it.
const collectAt = 200

// Called reports whether the program was called by ProgramName.
func Called(arguments []string) bool {
	return len(arguments) > 0 && filepath.Base(arguments[0]) == ProgramName
}

// Main runs one instance of the gallery: it reads its settings from the environment as
// ConfigFromEnv does, serves until SIGTERM or SIGINT, then drains and stops. It returns the exit
// status: 2 for wrong settings, 1 for any other failure, which it prints on standard error.
func Main() (status int) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	err := runProgram(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	var known *Error
	if errors.As(err, &known) && known.Code == InvalidConfig {
		return 2
	}
	return 1
}

// memoryLimit returns the memory that the service may use, in bytes, from its unit's MemoryMax,
// which Linux keeps below root, or false if there is no limit.
func memoryLimit(root fs.FS) (bytes int64, limited bool) {
	group, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	_, name, _ := strings.Cut(strings.TrimSpace(string(group)), "::")
	limit, err := fs.ReadFile(root, path.Join("sys/fs/cgroup", name, "memory.max"))
	if err != nil {
		return 0, false
	}
	bytes, err = strconv.ParseInt(strings.TrimSpace(string(limit)), 10, 64) // or it is "max"
	return bytes, err == nil
}

func runProgram(ctx context.Context) error {
	// The heap stays below the limit at which the kernel would end the service.
	if bytes, limited := memoryLimit(os.DirFS("/")); limited {
		debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), bytes/10*9))
	}
	config, err := ConfigFromEnv(os.Getenv)
	if err != nil {
		return err
	}
	config.Logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))
	server, err := New(ctx, config)
	if err != nil {
		return err
	}
	debug.SetGCPercent(collectAt)
	debug.FreeOSMemory() // a start uses more than an idle instance needs
	return errors.Join(server.Run(ctx), server.Close())
}
