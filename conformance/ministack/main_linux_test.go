//go:build conformance

package ministack_test

import (
	"testing"

	"photogallery/conformance/emulator"
)

func TestMain(m *testing.M) { emulator.Main(m) }
