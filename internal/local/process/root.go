package process

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// installDir is where a bundle's files lie on an instance.
const installDir = "/opt/photogallery"

// absolutePath finds paths where a text begins, after what can be no part of a name, as in --config=/etc/x and
// in A:/b:/c, and after an option's letters, as in -I/usr/include.
var absolutePath = regexp.MustCompile("(^|://|(?:^|[\\s='\"])-\\w+|[^\\w.~/%+$}-])(/[^/" + endsPath + "][^" + endsPath + "]*)")

const endsPath = "\\s=:,;'\"()<>|&`"

// inRoot turns absolute paths into those below a machine's root folder: all of the bundle's, and others
// where something is there. What is not, like /usr/bin/python3, is this machine's own.
func inRoot(root, text string) string {
	return absolutePath.ReplaceAllStringFunc(text, func(found string) string {
		begin := strings.IndexByte(found, '/')
		if strings.HasPrefix(found, "://") {
			begin = len("://")
		}
		path := found[begin:]
		if !isInstalled(path) && !exists(filepath.Join(root, path)) {
			return found
		}
		return found[:begin] + strings.TrimSuffix(root, "/") + path
	})
}

func isInstalled(path string) bool {
	return path == installDir || strings.HasPrefix(path, installDir+"/")
}

func allInRoot(root string, texts []string) []string {
	there := make([]string, len(texts))
	for i, text := range texts {
		there[i] = inRoot(root, text)
	}
	return there
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
