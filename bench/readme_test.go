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

// The README's recipe for a module of one's own works: its program builds there.
func TestREADMERecipe(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, step := range []string{"go mod edit -replace weft=../weft", "go mod tidy", "go build"} {
		require.Contains(t, string(text), step)
	}
	_, program, found := strings.Cut(string(text), "```go\npackage main")
	require.True(t, found)
	program, _, _ = strings.Cut(program, "```")
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main"+program), 0o666))
	for _, args := range [][]string{{"mod", "init", "example.org/own"}, {"mod", "edit", "-replace", "weft=" + root}, {"mod", "tidy"}, {"build", "-o", os.DevNull}} {
		command := exec.Command("go", args...)
		command.Dir = dir
		out, err := command.CombinedOutput()
		if err != nil && args[1] == "tidy" && strings.Contains(string(out), "dial tcp") {
			t.Skipf("go mod tidy needs the network here: %s", out)
		}
		require.NoError(t, err, "go %s:\n%s", strings.Join(args, " "), out)
	}
}
