package asm

import (
	"fmt"
	"slices"
	"testing"
)

// besideCase is one product with an update beside it, as the trainer has them: A
// in panels along k, B and C in panels.
type besideCase struct {
	m, n, k    int
	whole      bool // A is one piece, not panels
	gap        int  // floats between rows and panels that belong to nobody
	accumulate bool
	rule       Rule
	parameters int
}

// check compares every set with the specification by bits: all operands, between
// guard pages.
func (c besideCase) check(t *testing.T, guards []*guard, special fill) {
	t.Helper()
	r := random(c.m, c.n, c.k, int(c.rule), c.parameters)
	g := gemmCase{m: c.m, n: c.n, k: c.k, strips: true, panels: true, gap: c.gap}.gemm(r, special != moderate)
	g.RS, g.Accumulate = PanelWidth, c.accumulate
	if c.whole {
		g.PA = 0
		g.A = special.values(r, make([]float32, (c.m-1)*PanelWidth+c.k))
	} else if c.m > 0 && c.k > 0 { // rows of A without gaps
		g.A = special.values(r, make([]float32, (c.k-1)/PanelWidth*g.PA+c.m*PanelWidth))
	}
	if c.gap != 1 && c.n > 0 && c.k > 0 { // rows of B without gaps: with them the sets do one after the other
		g.LDB = PanelWidth
		g.B = special.values(r, make([]float32, (c.n-1)/PanelWidth*g.PB+(c.k-1)*PanelWidth+(c.n-1)%PanelWidth+1))
	}
	in := [][]float32{g.A, g.B, g.C}
	for range 4 { // w, g and the slots
		in = append(in, special.values(r, make([]float32, c.parameters)))
	}
	constants := [5]float32{0.01, 0.9, 0.1, 1e-7, 1e-6}
	if c.rule == RuleRMSpropMomentum {
		constants[3] = 0.8
	}
	comparison{fmt.Sprintf("GemmUpdate(%+v)", c), nil, func(k *Kernels, s [][]float32) float32 {
		h := g
		h.A, h.B, h.C = s[0], s[1], s[2]
		k.GemmUpdate(h, Update{Rule: c.rule, W: s[3], G: s[4], S: [2][]float32{s[5], s[6]}, C: constants})
		return 0
	}}.sets(t, guards, in, []int{flushRight, 0, 3})
}

// Every rule, with fewer and more parameters than the tiles have room for, and
// every remainder of rows, columns, steps and parameters.
func TestGemmUpdate(t *testing.T) {
	guards := guardsFor(t, 7, 24_000)
	ms, ks := []int{0, 1, 4, 5, 9, 10, 11, 20, 50}, []int{1, 2, 3, 4, 31, 32, 33, 64, 71}
	if testing.Short() {
		ms, ks = []int{0, 4, 11, 20}, []int{1, 4, 33, 71}
	}
	for rule := range RuleAdam + 1 {
		for _, m := range ms {
			for _, k := range ks {
				n := []int{32, 16, 64, 17, 48, 5}[(m+k)%6]
				for _, parameters := range []int{0, 15, 16, 33, 100, m * PanelWidth} {
					besideCase{m, n, k, false, (m + k) % 3, (m+k)%2 == 0, rule, parameters}.check(t, guards, fill(parameters%int(fills)))
				}
			}
		}
		besideCase{50, 32, 32, false, 0, false, rule, 1600}.check(t, guards, moderate)
		besideCase{100, 32, 200, false, 0, true, rule, 3200}.check(t, guards, moderate)
		besideCase{10, 32, 64, false, 0, false, rule, 5000}.check(t, guards, moderate)
		besideCase{20, 112, 40, false, 2, true, rule, 2240}.check(t, guards, mixed)
		for _, k := range []int{3, 8, 32, 45} { // rows of A overlap where they are longer than a panel
			besideCase{m: 21, n: 64, k: k, whole: true, accumulate: k == 8, rule: rule, parameters: 1000}.check(t, guards, mixed)
		}
	}
}

// TestGemmUpdateContract checks that wrong sizes panic with nothing written, and
// that nothing is allocated.
func TestGemmUpdateContract(t *testing.T) {
	for _, k := range Available() {
		g := Gemm{M: 10, N: 32, K: 8, A: make([]float32, 320), RS: 32, CS: 1, B: make([]float32, 256), LDB: 32, PB: 32, C: make([]float32, 320), LDC: 32, PC: 32}
		u := Update{Rule: RuleAdam, W: make([]float32, 64), G: make([]float32, 64), S: [2][]float32{make([]float32, 64), make([]float32, 64)}, C: [5]float32{1, 1, 1, 1, 1}}
		if n := testing.AllocsPerRun(10, func() { k.GemmUpdate(g, u) }); n != 0 {
			t.Errorf("%s: GemmUpdate allocates %v times", k.Name, n)
		}
		for what, spoil := range map[string]func(g *Gemm, u *Update){
			"short A":      func(g *Gemm, u *Update) { g.A = g.A[:10] },
			"short C":      func(g *Gemm, u *Update) { g.C = g.C[:319] },
			"short G":      func(g *Gemm, u *Update) { u.G = u.G[:63] },
			"a short slot": func(g *Gemm, u *Update) { u.S[1] = u.S[1][:63] },
			"no slot":      func(g *Gemm, u *Update) { u.S[0] = nil },
			"no such rule": func(g *Gemm, u *Update) { u.Rule = RuleAdam + 1 },
		} {
			h, v := g, u
			spoil(&h, &v)
			for i := range u.W {
				u.W[i], u.G[i], g.A[i], g.B[i] = 1, 1, 1, 1
			}
			panicsUnchanged(t, k.Name+": GemmUpdate with "+what, [][]float32{g.C, u.W, u.S[0], u.S[1]}, func() { k.GemmUpdate(h, v) })
		}
		v := u
		v.W, v.G = slices.Clone(u.W), slices.Clone(u.G)
		v.Rule, v.S = RuleSGD, [2][]float32{{}, {}} // slots that the rule does not have
		k.GemmUpdate(g, v)
		if v.W[0] == u.W[0] {
			t.Errorf("%s: GemmUpdate with slots that the rule does not have does not update", k.Name)
		}
		v = u
		v.W, v.G = slices.Clone(u.W), slices.Clone(u.G)
		k.GemmUpdate(Gemm{}, v)
		if v.W[0] == u.W[0] {
			t.Errorf("%s: GemmUpdate without a product does not update", k.Name)
		}
	}
}
