package process

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// installDir is where a bundle's files lie on an instance.
const installDir = "/opt/photogallery"

// absolutePath finds paths where a text begins, after what can be no part of a name, as in --config=/etc/x and
// in A:/b:/c, and after an option's letters, as in -I/usr/include.
var absolutePath = regexp.MustCompile("(^|://|(?:^|[\\s='\"])-\\w+|[^\\w.~/%+$}-])(/[^/" + endsPath + "][^" + endsPath + "]*)")

const endsPath = "\\s=:,;'\"()<>|&`"

// inRoot turns absolute paths into those below a machine's root folder: all in the service's own folders,
// and others where something is there. What is not, like /usr/bin/python3, is this machine's own.
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

// isBelow reports whether the path is one of the folders, or below one.
func isBelow(folders []string, path string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") })
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
