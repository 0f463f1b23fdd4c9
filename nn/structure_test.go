package nn_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"weft/activations"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/nn/metrics"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// largestKnot is the most files of one package that may refer to each other in a
// circle: a reader of one of them needs the others.
const largestKnot = 4

// sources is a type-checked package without its tests.
type sources struct {
	path    string
	imports []string
	fset    *token.FileSet
	files   []*ast.File
	info    *types.Info
	pkg     *types.Package
}

// checkedPackages type-checks nn and all packages below it.
func checkedPackages(t *testing.T) []*sources {
	if runtime.GOARCH == "wasm" {
		t.Skip("no processes here")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go here")
	}
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", `{{.ImportPath}}|{{.Export}}|{{.Dir}}|{{join .GoFiles ","}}|{{join .Imports ","}}`, "./...")
	// Whatever platform this test was built for: the compiler of this machine made the
	// export data that is read.
	cmd.Env = append(os.Environ(), "GOOS=", "GOARCH=")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	export := map[string]string{}
	fset := token.NewFileSet()
	from := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	var all []*sources
	for line := range strings.Lines(strings.TrimSpace(string(out))) {
		f := strings.Split(strings.TrimSpace(line), "|")
		export[f[0]] = f[1]
		if f[0] != "weft/nn" && !strings.HasPrefix(f[0], "weft/nn/") {
			continue
		}
		s := &sources{path: f[0], imports: strings.Split(f[4], ","), fset: fset, info: &types.Info{Uses: map[*ast.Ident]types.Object{}}}
		for _, name := range strings.Split(f[3], ",") {
			file, err := parser.ParseFile(fset, filepath.Join(f[2], name), nil, parser.ParseComments)
			require.NoError(t, err)
			s.files = append(s.files, file)
		}
		s.pkg, err = (&types.Config{Importer: from}).Check(f[0], fset, s.files, s.info)
		require.NoError(t, err)
		all = append(all, s)
	}
	return all
}

// references returns for each file of a package which others of it it refers to, and a
// name for each.
func (s *sources) references() map[string]map[string]string {
	file := func(pos token.Pos) string { return filepath.Base(s.fset.Position(pos).Filename) }
	to := map[string]map[string]string{}
	for _, f := range s.files {
		to[file(f.Pos())] = map[string]string{}
	}
	for id, object := range s.info.Uses {
		if object.Pkg() != s.pkg || !object.Pos().IsValid() {
			continue
		}
		if a, b := file(id.Pos()), file(object.Pos()); a != b {
			if !strings.Contains(" "+to[a][b]+" ", " "+object.Name()+" ") {
				to[a][b] = strings.TrimSpace(to[a][b] + " " + object.Name())
			}
		}
	}
	return to
}

// knots returns the strongly connected components of a graph of more than one node
// (Tarjan 1972).
func knots(to map[string]map[string]string) (all [][]string) {
	index, low, on := map[string]int{}, map[string]int{}, map[string]bool{}
	var stack []string
	var visit func(v string)
	visit = func(v string) {
		index[v] = len(index) + 1
		low[v] = index[v]
		stack, on[v] = append(stack, v), true
		for w := range to[v] {
			if index[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if on[w] {
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] != index[v] {
			return
		}
		var knot []string
		for {
			w := stack[len(stack)-1]
			stack, on[w] = stack[:len(stack)-1], false
			knot = append(knot, w)
			if w == v {
				break
			}
		}
		if len(knot) > 1 {
			slices.Sort(knot)
			all = append(all, knot)
		}
	}
	for v := range to {
		if index[v] == 0 {
			visit(v)
		}
	}
	return all
}

// No more than four files of a package refer to each other in a circle.
func TestKnotsOfFiles(t *testing.T) {
	for _, s := range checkedPackages(t) {
		to := s.references()
		for _, knot := range knots(to) {
			t.Logf("%s: a knot of %d files: %s", s.path, len(knot), strings.Join(knot, " "))
			if len(knot) <= largestKnot {
				continue
			}
			var arrows []string
			for _, a := range knot {
				for b, name := range to[a] {
					if slices.Contains(knot, b) {
						arrows = append(arrows, fmt.Sprintf("%s → %s (%s)", a, b, name))
					}
				}
			}
			slices.Sort(arrows)
			t.Errorf("%s: %d files refer to each other in a circle, at most %d may: move what one of them wants of another\n%s", s.path, len(knot), largestKnot, strings.Join(arrows, "\n"))
		}
	}
}

// Imports point one way: the engine knows no layer, loss, metric or rule, layers and
// losses do not know each other, and nothing below knows nn.
func TestImportsPointOneWay(t *testing.T) {
	below := map[string][]string{ // what of nn each package may import
		"weft/nn/internal/engine": {},
		"weft/nn/data":            {},
		"weft/nn/metrics":         {},
		"weft/nn/layers":          {"weft/nn/internal/engine"},
		"weft/nn/losses":          {"weft/nn/internal/engine"},
		"weft/nn/callbacks":       {"weft/nn/internal/engine"},
		"weft/nn":                 {"weft/nn/internal/engine", "weft/nn/data", "weft/nn/metrics", "weft/nn/layers", "weft/nn/losses", "weft/nn/callbacks"},
	}
	seen := 0
	for _, s := range checkedPackages(t) {
		may, ok := below[s.path]
		if !ok {
			continue
		}
		seen++
		for _, i := range s.imports {
			if i == "weft/nn" || strings.HasPrefix(i, "weft/nn/") {
				require.Contains(t, may, i, "%s imports it", s.path)
			}
		}
		if s.path == "weft/nn/internal/engine" {
			require.NotContains(t, s.imports, "weft/activations")
		}
	}
	require.Equal(t, len(below), seen)
}

// The engine mentions no layer, activation, loss, metric or rule by name, in code or
// strings: comments may, as examples.
func TestEngineNamesNobody(t *testing.T) {
	names := map[string]bool{}
	add := func(all []string) {
		for _, n := range all {
			names[strings.ToLower(strings.ReplaceAll(n, "_", ""))] = true
		}
	}
	add(layers.Kinds())
	add(activations.Names())
	add(losses.Names())
	add(metrics.Names())
	add(optim.Names())
	require.Greater(t, len(names), 15)
	for _, s := range checkedPackages(t) {
		if s.path != "weft/nn/internal/engine" {
			continue
		}
		for _, f := range s.files {
			ast.Inspect(f, func(n ast.Node) bool {
				word := ""
				switch n := n.(type) {
				case *ast.Ident:
					word = n.Name
				case *ast.BasicLit:
					word = strings.Trim(n.Value, "\"`")
				}
				word = strings.ToLower(strings.ReplaceAll(word, "_", ""))
				for name := range names {
					if word == name || len(name) > 3 && strings.Contains(word, name) {
						t.Errorf("%s: the engine names %s", s.fset.Position(n.Pos()), name)
					}
				}
				return true
			})
		}
		return
	}
	t.Error("no engine")
}
