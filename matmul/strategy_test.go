package matmul

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"weft/asm"
	"weft/matmul/pool"
)

// smallBlocks returns engines whose blocks are a few tiles, so that small products have
// several of each loop.
func smallBlocks(t testing.TB, workers int) []setup {
	var all []setup
	for _, best := range asm.Available() {
		k := *best
		k.MC, k.KC, k.KCShort, k.NC, k.FloatsA, k.FloatsB, k.StrideA = 2*k.MR, 64, 32, 3*asm.PanelWidth, 100*k.MR, 500, 8
		p := pool.New(workers)
		t.Cleanup(p.Close)
		all = append(all, setup{k.Name + " in small blocks", workers, New(&k, p)})
	}
	return all
}

// Every way to read A and B and to write C, with several turns of every loop, edges
// of blocks included.
func TestBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	seen := map[strategy]bool{}
	for _, s := range append(smallBlocks(t, 1), smallBlocks(t, 3)...) {
		k := s.Engine.kernels
		sizes := [][3]int{
			{7*k.MR + 3, 2*k.NC + 37, 2*k.KC + 9}, {5 * k.MR, 2*k.NC + k.NR, k.KCShort}, {100, 2*k.NC - 1, k.KCShort - 1}, {6 * k.MR, 2*k.NC + 5, 2 * k.KC},
			{30, 20, k.KC + 1}, {3 * k.MR, 150, 3}, {90, k.NC + 1, 3*k.KC - 1}, {70, 60, 150},
		}
		for i, size := range sizes {
			for la := range layouts {
				if testing.Short() && (int(la)+i)%2 == 0 {
					continue
				}
				for _, lb := range []layout{rowMajor, columnMajor} {
					lc := (la + lb + layout(i)) % layouts
					checkProduct(t, []setup{s}, r, size[0], size[1], size[2], la, lb, lc, i%2 == 0, false)
					p := product{c: lc.view(size[0], size[1], zero), a: la.view(size[0], size[2], zero), b: lb.view(size[2], size[1], zero), alpha: 1}
					p.orient(k)
					var st strategy
					st.choose(k, &p, p.c.Rows, p.c.Cols)
					seen[strategy{a: st.a, b: st.b, c: st.c}] = true
				}
			}
		}
	}
	for _, want := range []strategy{
		{b: bInPlace}, {b: bRows}, {b: bPanels}, {b: bStream}, {a: aPacked, b: bStream}, {c: cScratch}, {b: bStream, c: cScratch},
	} {
		if !seen[want] {
			t.Errorf("no product had A %d, B %d, C %d", want.a, want.b, want.c)
		}
	}
}

// The strategies of the products that they were made for.
func TestStrategy(t *testing.T) {
	for _, k := range asm.Available() {
		k.FloatsB = min(k.FloatsB, 128<<10) // whatever this CPU has
		for _, c := range []struct {
			m, n, k int
			la, lb  layout
			b       operandB
		}{
			{32, 100, 784, rowMajor, rowMajor, bInPlace},
			{784, 100, 32, columnMajor, rowMajor, bInPlace},
			{2048, 2048, 2048, rowMajor, rowMajor, bStream},
			{300, 2048, 100, rowMajor, rowMajor, bPanels},
			{32, 100, 10, rowMajor, columnMajor, bRows},
		} {
			view := func(l layout, rows, cols int) Matrix {
				if l == columnMajor {
					return Matrix{Rows: rows, Cols: cols, RowStride: 1, ColStride: rows}
				}
				return Matrix{Rows: rows, Cols: cols, RowStride: cols, ColStride: 1}
			}
			p := product{c: view(rowMajor, c.m, c.n), a: view(c.la, c.m, c.k), b: view(c.lb, c.k, c.n), alpha: 1}
			var s strategy
			s.choose(k, &p, c.m, c.n)
			name := fmt.Sprintf("%s: %d×%d×%d", k.Name, c.m, c.n, c.k)
			if s.b != c.b {
				t.Errorf("%s: B %d, want %d", name, s.b, c.b)
			}
			if s.mc < 1 || s.kc < 1 || s.nc < 1 || s.kc > k.KC || s.mc > max(c.m, k.MC) {
				t.Errorf("%s: blocks of %d×%d×%d", name, s.mc, s.nc, s.kc)
			}
			if s.b != bInPlace && s.mc < c.m && s.mc*s.kc > max(k.FloatsA, k.MR*s.kc)*3/2 {
				t.Errorf("%s: a block of A has %d×%d floats", name, s.mc, s.kc)
			}
		}
	}
}
