package matmul

import (
	"math/rand/v2"
	"testing"
)

// The shapes of [TestTurned] are turned, and products without idle lanes are not.
func TestOrient(t *testing.T) {
	for _, s := range setups(t, 1) {
		for _, c := range []struct {
			m, n, k int
			lb      layout
			turned  bool
		}{
			{100, 10, 2*s.Engine.kernels.KC + 7, rowMajor, true},
			{277, 5, 40, rowMajor, true},
			{64, 64, 64, rowMajor, false},
			{128, 1024, 30, columnMajor, false},
		} {
			p := product{c: NewMatrix(c.m, c.n), a: columnMajor.view(c.m, c.k, zero), b: c.lb.view(c.k, c.n, zero), alpha: 1}
			p.orient(s.Engine.kernels)
			if turned := p.c.Rows != c.m; turned != c.turned {
				t.Errorf("%v: %d×%d×%d: turned is %t, want %t", s, c.m, c.n, c.k, turned, c.turned)
			}
		}
	}
}

// Products that are turned: several blocks of k, several blocks of columns of a
// C in the scratch, for all layouts and both starts.
func TestTurned(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	for _, s := range setups(t, 1, 2) {
		for _, size := range [][3]int{{100, 10, 2*s.Engine.kernels.KC + 7}, {277, 5, 40}, {290, 10, 12}} {
			for i := range layouts {
				for _, add := range []bool{false, true} {
					checkProduct(t, []setup{s}, r, size[0], size[1], size[2], i, (i+layout(size[1]))%layouts, rowMajor, add, add)
				}
			}
		}
	}
}

// Several blocks of rows of an A that is scaled, with B in place and in panels.
func TestScaledBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	for _, s := range setups(t, 1, 2) {
		for _, n := range []int{40, 150} {
			m, k := 2*s.Engine.kernels.MC+3, 21
			a, b := rowMajor.view(m, k, random(r, false)), rowMajor.view(k, n, random(r, false))
			c, want := NewMatrix(m, n), NewMatrix(m, n)
			sgemm(-0.7, a, b, 0, want)
			s.Sgemm(false, false, m, n, k, -0.7, a.Data, k, b.Data, n, 0, c.Data, n)
			if err := sameBits(c, want); err != nil {
				t.Errorf("%v: %d columns: %v", s, n, err)
			}
		}
	}
}

// A single row of C has its own path.
func TestRow(t *testing.T) {
	all := setups(t, 1, 2)
	r := rand.New(rand.NewPCG(13, 13))
	for _, n := range []int{1, 2, 7, 8, 30, 100, 104, 105, 2*rowColumns + 9} {
		for _, k := range []int{0, 1, 2, rowSteps - 1, rowSteps + 1, 3*rowSteps + 5} {
			for i := range layouts {
				for j := range layouts {
					checkProduct(t, all, r, 1, n, k, i, j, layout(n+k)%layouts, (n+k+int(i))%2 == 0, k%3 == 0)
				}
			}
		}
	}
	for _, s := range all {
		a, b := gapped.view(1, 40, random(r, false)), columnMajor.view(40, 90, random(r, false))
		c, want := NewMatrix(1, 90), NewMatrix(1, 90)
		sgemm(0.3, a, b, 0, want)
		s.Sgemm(false, true, 1, 90, 40, 0.3, a.Data, 43, b.Data, 40, 0, c.Data, 90)
		if err := sameBits(c, want); err != nil {
			t.Errorf("%v: alpha: %v", s, err)
		}
	}
}
