// Package source finds the commit that a folder was made from.
package source

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patience bounds each call of git: a large folder on a slow disk keeps no release waiting.
const patience = 5 * time.Second

// WithChanges follows the commit of a folder that has changes which no commit has.
const WithChanges = " with changes"

// Commit returns the commit of a folder and whether the folder has changes, or "" without git or a
// repository. It never fails: the commit is for people, and no release needs it.
func Commit(ctx context.Context, folder string) string {
	// A path of a repository that ignores the whole folder says nothing about it.
	if _, err := git(ctx, folder, "check-ignore", "--quiet", "."); err == nil {
		return ""
	}
	commit, err := git(ctx, folder, "rev-parse", "--verify", "HEAD")
	if err != nil || commit == "" {
		return ""
	}
	changes, err := git(ctx, folder, "status", "--porcelain", "--", ".")
	if err != nil || changes != "" {
		return commit + WithChanges
	}
	return commit
}

// git runs git in a folder. It starts no program that the repository's settings name for a status, and
// writes nothing.
// https://git-scm.com/docs/git-config#Documentation/git-config.txt-corefsmonitor
// https://git-scm.com/docs/git#Documentation/git.txt-codeGITOPTIONALLOCKScode
func git(ctx context.Context, folder string, arguments ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, "git", append([]string{"-C", absolute, "-c", "core.fsmonitor=false"}, arguments...)...)
	command.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	command.WaitDelay = time.Second
	var out bytes.Buffer
	command.Stdout = &out
	err = command.Run()
	return strings.TrimSpace(out.String()), err
}
