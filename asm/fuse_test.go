//go:build !js && !wasip1

package asm

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// meant lists the functions whose Go code is meant to hold a fused multiply-add
// instruction, with the reason, as "package.function". The specification has
// none: fma32 computes in float64 without one.
var meant = map[string]string{}

// fused matches the fused multiply-adds of all of Go's assemblers: FMADDS,
// FNMSUBD, VFMADD231SS, WFMADB, FMADDF, …
var fused = regexp.MustCompile(`^(V?FN?M(ADD|SUB)\w*|WFN?M[AS][DSX]B)$`)

// TestNoFusion compiles the packages that compute or print floats for platforms on which
// Go may fuse x·y + z, and fails on a fused instruction: it would change bits.
// The remedy is a conversion of the product: float32(x*y) + z.
func TestNoFusion(t *testing.T) {
	targets := [][]string{
		{"GOARCH=arm64"}, {"GOARCH=amd64", "GOAMD64=v3"}, {"GOARCH=riscv64"}, {"GOARCH=s390x"}, {"GOARCH=ppc64le"}, {"GOARCH=loong64"},
	}
	if testing.Short() {
		targets = targets[:1]
	}
	for i, target := range targets {
		names := []string{"matmul", "activations", "optim", "nn", filepath.Join("internal", "math64")}
		if i == 0 { // what reads and prints takes much compiling, and one platform finds it
			names = append(names, "mnist", filepath.Join("cmd", "fashion"))
		}
		found := compileForFusion(t, ".", target)
		for _, name := range names {
			dir := filepath.Join("..", name)
			if files, _ := filepath.Glob(filepath.Join(dir, "*.go")); len(files) > 0 { // a vendored copy has some of them only
				found = append(found, compileForFusion(t, dir, target)...)
			}
		}
		for _, f := range found {
			t.Errorf("%v: %s", target, f)
		}
	}
}

// TestFusionIsFound proves that TestNoFusion would find what it looks for.
func TestFusionIsFound(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module fusing\n\ngo 1.26\n",
		"f.go":   "package fusing\n\nfunc F(x, y, z float32) float32 { return x*y + z }\n\nfunc G(x, y, z float32) float32 { return float32(x*y) + z }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	found := compileForFusion(t, dir, []string{"GOARCH=arm64"})
	if len(found) != 1 || !strings.Contains(found[0], "fusing.F ") {
		t.Errorf("found %q, want one instruction of fusing.F", found)
	}
}

// compileForFusion compiles the package in dir and returns its fused
// instructions.
func compileForFusion(t *testing.T, dir string, target []string) (found []string) {
	t.Helper()
	needGo(t)
	command := exec.Command("go", "build", "-o", os.DevNull, "-gcflags=-S", ".")
	command.Dir = dir
	command.Env = append(os.Environ(), append([]string{"GOOS=linux", "CGO_ENABLED=0", "GOFLAGS="}, target...)...)
	listing, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v in %s: %v\n%s", target, command.Args, dir, err, tail(listing))
	}
	functions, function := 0, ""
	for line := range bytes.Lines(listing) {
		fields := strings.Fields(string(line))
		switch {
		case len(fields) > 1 && fields[1] == "STEXT":
			function = fields[0]
			functions++
		case len(fields) > 3 && strings.HasPrefix(fields[0], "0x") && fused.MatchString(fields[3]):
			if meant[function] == "" {
				found = append(found, function+" "+strings.Join(fields[2:], " "))
			}
		}
	}
	if functions == 0 {
		t.Fatalf("%v: no listing of %s:\n%s", target, dir, tail(listing))
	}
	return found
}

// needGo skips a test that compiles where there is no compiler: a test binary may run on
// a machine without Go.
func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("this test compiles: %v", err)
	}
}

// tail returns the end of a long output.
func tail(output []byte) []byte { return output[max(0, len(output)-2000):] }
