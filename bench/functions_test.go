package bench

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// No function has more lines or branches than this, so that it can be read at once.
const (
	mostLines    = 60
	mostBranches = 15
)

// largeFunctions are the exceptions, each with its reason.
var largeFunctions = map[string]string{
	"cmd/fashion/cells.go:notebook": "the tutorial, cell by cell, as its reader sees it",
	"cmd/fashion/session.go:finish": "each thing that the end of a run saves or prints, in order",
	"cmd/fashion/train.go:run":      "the steps of a run, each with its error",
	"cmd/fashion/evaluate.go:run":   "the steps of the command, each with its error",
	"matmul/sgemm.go:Sgemm":         "BLAS's argument checks, one line each",
	"mnist/download.go:try":         "one attempt of a download, from the request to the last byte",
	"mnist/load.go:Fashion":         "the places that the set is looked for in, in order",

	// Readers of files check each field where they read it.
	"nn/npz/npy.go:readArray":            "the fields of an .npy header",
	"nn/safetensors/write.go:headerOf":   "the fields of a header",
	"nn/torch/rebuild.go:view":           "what a view of a storage may be",
	"nn/onnx/build.go:activation":        "the activations and their attributes",
	"nn/onnx/decode_tensor.go:attribute": "the fields of an attribute",
	"nn/onnx/fold.go:foldIntegers":       "the operations that shapes are computed with",
	"nn/onnx/fold.go:constantShape":      "the operations that shapes are computed with",
	"nn/onnx/recognize.go:begin":         "what a chain must begin with",
	"nn/onnx/rules_image.go:conv":        "the attributes of a convolution",
	"nn/onnx/rules_shape.go:resolve":     "the forms of a shape",
	"nn/onnx/shapes.go:compute":          "the operations that shapes are computed with",
}

// Functions are small, or say in largeFunctions why not.
func TestFunctionsAreSmall(t *testing.T) {
	found := map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "peers" || len(d.Name()) > 2 && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			name := fmt.Sprintf("%s:%s", strings.TrimPrefix(filepath.ToSlash(path), "../"), f.Name.Name)
			lines := files.Position(f.End()).Line - files.Position(f.Pos()).Line + 1
			branches := branchesOf(f)
			if lines <= mostLines && branches <= mostBranches {
				continue
			}
			found[name] = true
			if largeFunctions[name] == "" {
				t.Errorf("%s has %d lines and %d branches: at most %d and %d, or a reason in largeFunctions", name, lines, branches, mostLines, mostBranches)
			}
		}
		return nil
	}))
	for name := range largeFunctions {
		if !found[name] {
			t.Errorf("%s is small, or gone: take it out of largeFunctions", name)
		}
	}
}

// branchesOf counts the decisions of a function: if, for, case, && and ||.
func branchesOf(f *ast.FuncDecl) (n int) {
	ast.Inspect(f, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if node.List != nil {
				n++
			}
		case *ast.CommClause:
			if node.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}
