package process

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// installDir is the folder of a bundle's files on an instance.
const installDir = "/opt/photogallery"

// absolutePath matches paths after a character that cannot be part of a name, as in --config=/etc/x
// and in A:/b:/c, and after an option's letters, as in -I/usr/include.
var absolutePath = regexp.MustCompile("(^|://|(?:^|[\\s='\"])-\\w+|[^\\w.~/%+$}-])(/[^/" + endsPath + "][^" + endsPath + "]*)")

const endsPath = "\\s=:,;'\"()<>|&`"

// inRoot maps absolute paths to a machine's root folder: all paths in the service's own folders,
// and other paths that exist there. The rest, like /usr/bin/python3, are the host's.
func inRoot(root string, own []string, text string) string {
	return absolutePath.ReplaceAllStringFunc(text, func(found string) string {
		begin := strings.IndexByte(found, '/')
		if strings.HasPrefix(found, "://") {
			begin = len("://")
		}
		path := found[begin:]
		if !isBelow(own, path) && !exists(filepath.Join(root, path)) {
			return found
		}
		return found[:begin] + strings.TrimSuffix(root, "/") + path
	})
}

// isBelow reports whether the path is one of the folders or below one.
func isBelow(folders []string, path string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") })
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
