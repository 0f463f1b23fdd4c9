//go:build amd64 && !purego

package asm

// sparse is the arguments of a sparse product with an update beside it. Strides and
// offsets are in bytes.
type sparse struct {
	update besideUpdate // first: the assembly finds it there; of size 0 where there is none

	ta         *float32 // behind those of all terms
	tb         *uint16
	terms      int // the bytes at tb of all terms, less than 0
	b, c       *float32
	pb, pc     int
	tiles      int // of columns
	accumulate bool
}

// maskedAVX2 holds for each mask of eight numbers the indices of those that it has.
//
//lint:ignore U1000 the assembly reads it
var maskedAVX2 = func() (table [256][8]uint8) {
	for mask := range table {
		n := 0
		for i := range uint8(8) {
			if mask>>i&1 != 0 {
				table[mask][n] = i
				n++
			}
		}
	}
	return table
}()

// nonzerosAVX2Asm is nonzerosGo for m ≥ 1 rows; pa is in bytes. It writes up to
// termSlack terms behind the n that it returns.
//
//go:noescape
func nonzerosAVX2Asm(ta *float32, tb *uint16, a *float32, m, k, pa int) (n, count int)

func nonzerosAVX2(t *Terms, a []float32, m, k, pa int) {
	t.begin(a, m, k, pa)
	if m > 0 {
		t.n, t.count = nonzerosAVX2Asm(&t.a[0], &t.b[0], &a[0], m, k, 4*pa)
	}
}

// regularAVX2Asm is regularGo for 32·n numbers, n ≥ 1.
//
//go:noescape
func regularAVX2Asm(x *float32, n int, least float32) bool

func regularAVX2(x []float32, least float32) bool {
	n := len(x) / 32
	return (n == 0 || regularAVX2Asm(&x[0], n, least)) && regularGo(x[32*n:], least)
}

// prepare checks the operands of a product in tiles of so many columns and an update,
// and fills the arguments for the parameters that fill whole slots of so many, done lag
// slots later. It returns how many they are, 0 where there is no product.
func (args *sparse) prepare(g *SparseGemm, u *Update, tile, slot, lag int) (parameters int) {
	g.check(tile)
	u.check()
	if g.empty() {
		return 0
	}
	*args = sparse{
		ta: &g.A.a[g.A.n], tb: &g.A.b[g.A.n], terms: -2 * g.A.n, b: &g.B[0], c: &g.C[0],
		pb: 4 * g.PB, pc: 4 * g.PC, tiles: g.N / tile, accumulate: g.Accumulate,
	}
	return args.update.prepare(u, slot, lag)
}

// sparse…AVX512Asm compute a product of at least one row and an update of whole slots by
// the rule in their names:
//
//	SparseGemm(args); rule(args.update)
//
//go:noescape
func sparseSGDAVX512Asm(args *sparse)

//go:noescape
func sparseMomentumAVX512Asm(args *sparse)

//go:noescape
func sparseNesterovAVX512Asm(args *sparse)

//go:noescape
func sparseAdagradAVX512Asm(args *sparse)

//go:noescape
func sparseRMSpropAVX512Asm(args *sparse)

//go:noescape
func sparseRMSpropMomentumAVX512Asm(args *sparse)

//go:noescape
func sparseAdamAVX512Asm(args *sparse)

func (k *Kernels) sparseGemmAVX512(g SparseGemm, u Update) {
	var args sparse
	parameters := args.prepare(&g, &u, k.SparseN, 32, 2)
	if !g.empty() {
		switch u.Rule {
		case RuleSGD:
			sparseSGDAVX512Asm(&args)
		case RuleMomentum:
			sparseMomentumAVX512Asm(&args)
		case RuleNesterov:
			sparseNesterovAVX512Asm(&args)
		case RuleAdagrad:
			sparseAdagradAVX512Asm(&args)
		case RuleRMSprop:
			sparseRMSpropAVX512Asm(&args)
		case RuleRMSpropMomentum:
			sparseRMSpropMomentumAVX512Asm(&args)
		case RuleAdam:
			sparseAdamAVX512Asm(&args)
		}
	}
	if parameters < len(u.W) {
		k.Update(u.from(parameters))
	}
}

// sparse…AVX2Asm compute a product of at least one row and an update of whole slots by
// the rule in their names:
//
//	SparseGemm(args); rule(args.update)
//
//go:noescape
func sparseSGDAVX2Asm(args *sparse)

//go:noescape
func sparseMomentumAVX2Asm(args *sparse)

//go:noescape
func sparseNesterovAVX2Asm(args *sparse)

//go:noescape
func sparseAdagradAVX2Asm(args *sparse)

//go:noescape
func sparseRMSpropAVX2Asm(args *sparse)

//go:noescape
func sparseRMSpropMomentumAVX2Asm(args *sparse)

//go:noescape
func sparseAdamAVX2Asm(args *sparse)

func (k *Kernels) sparseGemmAVX2(g SparseGemm, u Update) {
	var args sparse
	parameters := args.prepare(&g, &u, k.SparseN, 32, 1)
	if !g.empty() {
		switch u.Rule {
		case RuleSGD:
			sparseSGDAVX2Asm(&args)
		case RuleMomentum:
			sparseMomentumAVX2Asm(&args)
		case RuleNesterov:
			sparseNesterovAVX2Asm(&args)
		case RuleAdagrad:
			sparseAdagradAVX2Asm(&args)
		case RuleRMSprop:
			sparseRMSpropAVX2Asm(&args)
		case RuleRMSpropMomentum:
			sparseRMSpropMomentumAVX2Asm(&args)
		case RuleAdam:
			sparseAdamAVX2Asm(&args)
		}
	}
	if parameters < len(u.W) {
		k.Update(u.from(parameters))
	}
}
