package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// allowed is the direction of imports: what each package may import of this
// module and from elsewhere, its tests aside. A name that ends in a slash stands for
// all packages below it.
var allowed = map[string][]string{
	"weft/asm":          {"github.com/klauspost/cpuid/v2", "unsafe"},
	"weft/matmul":       {"weft/asm", "weft/matmul/pool"},
	"weft/matmul/pool":  {},
	"weft/activations":  {"weft/asm"},
	"weft/optim":        {"weft/asm", "weft/optim/math64"},
	"weft/optim/math64": {},

	"weft/nn/internal/engine":     {"weft/asm", "weft/matmul/pool", "weft/optim"},
	"weft/nn/internal/enginetest": {"weft/asm", "weft/matmul/pool", "weft/optim", "weft/activations", "weft/nn/internal/engine", "weft/nn/layers", "weft/nn/losses", "github.com/stretchr/testify/require"},
	"weft/nn/internal/tensor":     {},
	"weft/nn/internal/archive":    {},
	"weft/nn/internal/interop":    {"github.com/stretchr/testify/require"}, // helps tests
	"weft/nn/layers":              {"weft/asm", "weft/activations", "weft/nn/internal/engine"},
	"weft/nn/losses":              {"weft/asm", "weft/activations", "weft/nn/internal/engine"},
	"weft/nn/metrics":             {},
	"weft/nn/callbacks":           {"weft/nn/internal/engine"},
	"weft/nn/data":                {},
	"weft/nn":                     {"weft/asm", "weft/matmul", "weft/matmul/pool", "weft/activations", "weft/optim", "weft/nn/internal/engine", "weft/nn/layers", "weft/nn/losses", "weft/nn/metrics", "weft/nn/callbacks", "weft/nn/data"},
	"weft/nn/safetensors":         {"weft/nn/internal/tensor"},
	"weft/nn/npz":                 {"weft/nn/internal/tensor", "weft/nn/internal/archive"},
	"weft/nn/torch":               {"weft/nn/internal/tensor", "weft/nn/internal/archive"},
	"weft/nn/onnx":                {"weft/nn/internal/tensor"},

	"weft/nn/keras/internal/archive": {"weft/nn/keras/internal/hdf5"},
	"weft/nn/keras/internal/hdf5":    {},

	"weft/mnist":  {"weft/nn/data", "github.com/klauspost/compress/flate", "github.com/klauspost/compress/gzip"},
	"weft/cmd/":   {"weft/asm", "weft/matmul", "weft/activations", "weft/optim", "weft/nn", "weft/nn/layers", "weft/nn/losses", "weft/nn/metrics", "weft/nn/callbacks", "weft/nn/data", "weft/mnist", "golang.org/x/term", "golang.org/x/text/width"},
	"weft/bench":  {"weft/asm", "weft/matmul", "weft/matmul/pool", "weft/activations", "weft/optim", "weft/nn", "weft/nn/layers", "weft/nn/losses", "weft/nn/metrics", "weft/nn/callbacks", "weft/nn/data", "weft/mnist"},
	"weft/bench/": {"weft/asm", "weft/matmul", "weft/matmul/pool", "weft/activations", "weft/optim", "weft/nn", "weft/nn/layers", "weft/nn/data", "weft/mnist"},
}

// vendored are the packages that people copy into their own modules. Their
// tests use the standard library alone.
var vendored = []string{"asm", "matmul", "activations"}

// vendors reports whether a folder is copied.
func vendors(folder string) bool {
	return slices.ContainsFunc(vendored, func(v string) bool { return folder == v || strings.HasPrefix(folder, v+"/") })
}

// rule returns the entry of allowed for a package: its own, or the longest that ends
// in a slash and begins its name.
func rule(pkg string) (imports []string, ok bool) {
	if imports, ok := allowed[pkg]; ok {
		return imports, true
	}
	longest := ""
	for prefix := range allowed {
		if strings.HasSuffix(prefix, "/") && strings.HasPrefix(pkg, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	imports, ok = allowed[longest]
	return imports, ok
}

func TestImportDirection(t *testing.T) {
	out := command(t, "..", nil, "go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "./...")
	seen := 0
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		pkg, imports, _ := strings.Cut(line, ":")
		may, ok := rule(pkg)
		if !ok {
			t.Errorf("%s: a package that the design does not know", pkg)
			continue
		}
		seen++
		for _, i := range strings.Fields(imports) {
			standard := !strings.Contains(strings.SplitN(i, "/", 2)[0], ".") && !strings.HasPrefix(i, "weft/") && i != "unsafe"
			own := strings.HasPrefix(pkg, "weft/cmd/") && strings.HasPrefix(i, pkg+"/internal/") // a part of the command
			if !standard && !own && !slices.Contains(may, i) {
				t.Errorf("%s imports %s: it may import %v", pkg, i, may)
			}
		}
	}
	require.GreaterOrEqual(t, seen, 8, "packages of the module")
}

// What is vendored drags nothing along but cpuid, tests included.
func TestVendoredClosure(t *testing.T) {
	args := []string{"list", "-test", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}"}
	for _, v := range vendored {
		args = append(args, "./"+v+"/...")
	}
	for _, pkg := range strings.Fields(command(t, "..", nil, "go", args...)) {
		pkg = strings.TrimSuffix(strings.TrimSuffix(pkg, ".test"), "_test")
		if pkg != "github.com/klauspost/cpuid/v2" && !strings.HasPrefix(pkg, "[weft/") && !vendors(strings.TrimPrefix(pkg, "weft/")) {
			t.Errorf("asm, matmul and activations depend on %s", pkg)
		}
	}
}

// The three folders, copied into a fresh module under another path, build and
// pass their tests there.
func TestVendoring(t *testing.T) {
	dir := t.TempDir()
	for _, v := range vendored {
		copySources(t, filepath.Join("..", v), filepath.Join(dir, "internal", "simd", v))
	}
	goMod := "module example.org/app\n\ngo 1.26\n\nrequire (\n"
	for _, line := range strings.Split(read(t, "../go.mod"), "\n") {
		if strings.Contains(line, "klauspost/cpuid") || strings.Contains(line, "golang.org/x/sys") {
			goMod += line + "\n"
		}
	}
	write(t, filepath.Join(dir, "go.mod"), goMod+")\n")
	write(t, filepath.Join(dir, "go.sum"), read(t, "../go.sum"))
	write(t, filepath.Join(dir, "main.go"), `package main

import (
	"fmt"

	"example.org/app/internal/simd/activations"
	"example.org/app/internal/simd/asm"
	"example.org/app/internal/simd/matmul"
)

func main() {
	c := make([]float32, 1)
	matmul.Sgemm(false, true, 1, 1, 2, 1, []float32{1, 2}, 2, []float32{3, 4}, 2, 0, c, 1)
	activations.ReLU.Forward(asm.Best(), c, c)
	fmt.Println(c)
}
`)
	// Whatever platform this test was built for: what go run starts must run on
	// the machine itself.
	host := []string{"GOOS=", "GOARCH="}
	require.Equal(t, "[11]\n", command(t, dir, host, "go", "run", "."))
	command(t, dir, host, "go", "test", "-short", "./...")
	for _, arch := range []string{"amd64", "arm64"} {
		command(t, dir, []string{"GOOS=linux", "CGO_ENABLED=0", "GOARCH=" + arch}, "go", "vet", "./...")
	}
	const emulator = "qemu-aarch64-static"
	if _, err := exec.LookPath(emulator); err == nil {
		arm := []string{"GOOS=linux", "CGO_ENABLED=0", "GOARCH=arm64"}
		require.Equal(t, "[11]\n", command(t, dir, arm, "go", "run", "-exec", emulator, "."))
	} else {
		t.Logf("no %s: the arm64 program was built and vetted, not run", emulator)
	}
}

// copySources copies a folder and gives imports of this module the path of the
// other.
func copySources(t *testing.T, from, to string) {
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	require.NoError(t, filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") {
			write(t, path, strings.ReplaceAll(read(t, path), `"weft/`, `"example.org/app/internal/simd/`))
		}
		return err
	}))
}

// command runs a program in a folder and returns what it prints.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	if runtime.GOARCH == "wasm" {
		t.Skip("no processes here")
	}
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("no %s here", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoErrorf(t, err, "%s %s\n%s%s", name, strings.Join(args, " "), out, &stderr)
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}
