//go:build !js && !wasip1

package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The program of the README compiles as it stands there.
func TestREADMEProgram(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("this test compiles: %v", err)
	}
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, program, found := strings.Cut(string(text), "```go\npackage main")
	require.True(t, found, "README.md has no program")
	program, _, _ = strings.Cut(program, "```")
	file := filepath.Join(t.TempDir(), "main.go")
	require.NoError(t, os.WriteFile(file, []byte("package main"+program), 0o666))
	for _, args := range [][]string{{"build", "-o", os.DevNull, file}, {"vet", file}} {
		command := exec.Command("go", args...)
		command.Dir = ".."
		out, err := command.CombinedOutput()
		require.NoError(t, err, "go %s:\n%s", args[0], out)
	}
}
