package matmul

import (
	"math"
	"strings"
	"testing"
)

func TestMatrixViews(t *testing.T) {
	m := NewMatrix(3, 4)
	for i := range 3 {
		for j := range 4 {
			m.Set(i, j, float32(10*i+j))
		}
	}
	if got := m.T().At(3, 2); got != 23 {
		t.Errorf("T().At(3, 2) = %v, want 23", got)
	}
	b := m.Block(1, 2, 2, 2)
	if got := b.At(1, 1); got != 23 {
		t.Errorf("Block(1, 2, 2, 2).At(1, 1) = %v, want 23", got)
	}
	b.T().Set(0, 1, 7)
	if got := m.At(2, 2); got != 7 {
		t.Errorf("a block's transpose does not share: At(2, 2) = %v, want 7", got)
	}
	if e := m.Block(3, 4, 0, 0); e.Rows != 0 || e.Cols != 0 {
		t.Errorf("the empty block at the end is %d×%d", e.Rows, e.Cols)
	}
}

func TestMatrixContract(t *testing.T) {
	m := NewMatrix(3, 4)
	for message, f := range map[string]func(){
		"a matrix of -1×2":                     func() { NewMatrix(-1, 2) },
		"a matrix of 8×":                       func() { NewMatrix(8, math.MaxInt/4) },
		"a matrix of 4×":                       func() { NewMatrix(4, math.MaxInt/2+1) }, // the product is 0
		"block (1, 0) of":                      func() { m.Block(1, 0, math.MaxInt, 1) },
		"block (0, 1) of":                      func() { m.Block(0, 1, 1, math.MaxInt) },
		"element (3, 0) of a matrix of 3×4":    func() { m.At(3, 0) },
		"element (0, -1) of a matrix of 3×4":   func() { m.Set(0, -1, 0) },
		"block (2, 0) of 2×1 in a matrix of 3": func() { m.Block(2, 0, 2, 1) },
		"block (0, 3) of 1×2 in a matrix of 3": func() { m.Block(0, 3, 1, 2) },
	} {
		if got := panics(f); !strings.Contains(got, message) {
			t.Errorf("panic %q, want %q", got, message)
		}
	}
}
