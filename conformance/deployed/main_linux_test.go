//go:build conformance

package deployed

import (
	"testing"

	"photogallery/conformance/emulator"
)

func TestMain(m *testing.M) { emulator.Main(m) }
