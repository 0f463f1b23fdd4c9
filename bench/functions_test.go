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
	"matmul/sgemm.go:Sgemm":         "BLAS's argument checks, one line each",
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
