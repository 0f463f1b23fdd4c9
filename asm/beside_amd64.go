//go:build amd64 && !purego

package asm

// beside is the arguments of a product with an update beside it. Strides and
// offsets are in bytes.
type beside struct {
	update besideUpdate // first: the assembly finds it there

	a, b, c    *float32
	ldc        int
	pb, pc     int // from a tile to the next one in another panel, less its width where a panel holds two
	k, kp, pa  int // as for a tileFunc, with rs = ldb = 32·4 and cs = 4
	accumulate bool

	perTile int // slots of the update in a tile
	tail    int // steps that end a tile and have no update beside them: tailSteps or 0

	blocks, tiles int // of rows, and tiles of each
	//lint:ignore U1000 what the assembly counts with
	tile, bAt, cAt, pairs, left int
}

// besideUpdate is the arguments of an update beside a product. Sizes are in bytes.
type besideUpdate struct {
	w, s0, s1, g *float32
	constants    [5]float32
	size         int // whole slots
	end          int // where the last part of the last slot ends
}

// prepare fills the arguments for the parameters of u that fill whole slots of so
// many, the last part of one being done lag slots later. It returns how many they are.
func (args *besideUpdate) prepare(u *Update, slot, lag int) (parameters int) {
	const size = 4
	parameters = len(u.W) / slot * slot
	if parameters == 0 {
		return 0
	}
	*args = besideUpdate{
		w: &u.W[0], g: &u.G[0], constants: u.C,
		size: parameters * size, end: (parameters + lag*slot) * size,
	}
	for i, to := range []**float32{&args.s0, &args.s1}[:ruleSlots[u.Rule]] {
		*to = &u.S[i][0]
	}
	return parameters
}

// tailSteps is the steps of k that end a tile without an update beside them.
const tailSteps = 4

// besideTile is the sizes of a set's tile.
type besideTile struct {
	rows, columns int
	slot          int // parameters that are updated at a time
	lag           int // slots until the last part of one is done
	steps         int // of k beside a slot
}

// prepare fills the arguments for the rows of g that fill whole tiles, and the
// parameters of u that fill whole slots. It returns how many of both there are, 0
// where the tiles do not suit the product.
func (args *beside) prepare(g *Gemm, u *Update, t besideTile) (rows, parameters int) {
	var update besideUpdate
	rows, parameters = g.M/t.rows*t.rows, update.prepare(u, t.slot, t.lag)
	if rows == 0 || parameters == 0 || g.N == 0 || g.N%t.columns != 0 || g.K < t.steps ||
		g.RS != PanelWidth || g.CS != 1 || g.LDB != PanelWidth || g.Bias != nil {
		return 0, 0
	}
	const size = 4
	inPanel := PanelWidth/t.columns - 1 // tiles of a panel beside the last one
	across := g.N / t.columns
	slots, tiles := parameters/t.slot+t.lag, rows/t.rows*across
	*args = beside{
		a: &g.A[0], b: &g.B[0], c: &g.C[0], ldc: g.LDC * size,
		pb: (g.PB - inPanel*PanelWidth) * size, pc: (g.PC - inPanel*PanelWidth) * size,
		update: update, k: g.K, kp: g.K, accumulate: g.Accumulate,
		perTile: (slots + tiles - 1) / tiles, blocks: rows / t.rows, tiles: across,
	}
	if g.PA > 0 {
		args.kp, args.pa = PanelWidth, (g.PA-PanelWidth)*size
	}
	// A tail takes no steps from the update: they are left over anyway, or the slots
	// of a tile do not fill its steps.
	whole, last := (g.K-1)/args.kp, (g.K-1)%args.kp+1 // panels, and the steps of the last one
	if last%t.steps >= tailSteps || last >= tailSteps && whole*(args.kp/t.steps)+last/t.steps > args.perTile {
		args.tail = tailSteps
	}
	return rows, parameters
}

// besideRest does what whole tiles and slots left.
func (k *Kernels) besideRest(g Gemm, u Update, rows, parameters int) {
	if rows < g.M {
		g.M -= rows
		if g.K > 0 {
			g.A = g.A[rows*g.RS:]
		}
		if g.Bias != nil {
			g.Bias = g.Bias[rows:]
		}
		if g.N > 0 {
			g.C = g.C[rows*g.LDC:]
		}
		k.Gemm(g)
	}
	if parameters < len(u.W) {
		k.Update(u.from(parameters))
	}
}

// from returns the update of the parameters from the first on.
func (u *Update) from(first int) Update {
	v := *u
	v.W, v.G = u.W[first:], u.G[first:]
	for i := range ruleSlots[u.Rule] {
		v.S[i] = u.S[i][first:]
	}
	return v
}

// gemm…AVX512Asm compute a product of whole tiles and an update of whole slots by
// the rule in their names:
//
//	Gemm(rows×columns of args); rule(args.w, args.g, args.s0, args.s1)
//
//go:noescape
func gemmSGDAVX512Asm(args *beside)

//go:noescape
func gemmMomentumAVX512Asm(args *beside)

//go:noescape
func gemmNesterovAVX512Asm(args *beside)

//go:noescape
func gemmAdagradAVX512Asm(args *beside)

//go:noescape
func gemmRMSpropAVX512Asm(args *beside)

//go:noescape
func gemmRMSpropMomentumAVX512Asm(args *beside)

//go:noescape
func gemmAdamAVX512Asm(args *beside)

func (k *Kernels) gemmUpdateAVX512(g Gemm, u Update) {
	g.check()
	u.check()
	var args beside
	rows, parameters := args.prepare(&g, &u, besideTile{rows: 10, columns: 32, slot: 32, lag: 2, steps: 2})
	if rows > 0 {
		switch u.Rule {
		case RuleSGD:
			gemmSGDAVX512Asm(&args)
		case RuleMomentum:
			gemmMomentumAVX512Asm(&args)
		case RuleNesterov:
			gemmNesterovAVX512Asm(&args)
		case RuleAdagrad:
			gemmAdagradAVX512Asm(&args)
		case RuleRMSprop:
			gemmRMSpropAVX512Asm(&args)
		case RuleRMSpropMomentum:
			gemmRMSpropMomentumAVX512Asm(&args)
		case RuleAdam:
			gemmAdamAVX512Asm(&args)
		}
	}
	k.besideRest(g, u, rows, parameters)
}

// gemm…AVX2Asm compute a product of whole tiles and an update of whole slots by
// the rule in their names:
//
//	Gemm(rows×columns of args); rule(args.w, args.g, args.s0, args.s1)
//
//go:noescape
func gemmSGDAVX2Asm(args *beside)

//go:noescape
func gemmMomentumAVX2Asm(args *beside)

//go:noescape
func gemmNesterovAVX2Asm(args *beside)

//go:noescape
func gemmAdagradAVX2Asm(args *beside)

//go:noescape
func gemmRMSpropAVX2Asm(args *beside)

//go:noescape
func gemmRMSpropMomentumAVX2Asm(args *beside)

//go:noescape
func gemmAdamAVX2Asm(args *beside)

func (k *Kernels) gemmUpdateAVX2(g Gemm, u Update) {
	g.check()
	u.check()
	var args beside
	rows, parameters := args.prepare(&g, &u, besideTile{rows: 5, columns: 16, slot: 32, lag: 1, steps: 8})
	if rows > 0 {
		switch u.Rule {
		case RuleSGD:
			gemmSGDAVX2Asm(&args)
		case RuleMomentum:
			gemmMomentumAVX2Asm(&args)
		case RuleNesterov:
			gemmNesterovAVX2Asm(&args)
		case RuleAdagrad:
			gemmAdagradAVX2Asm(&args)
		case RuleRMSprop:
			gemmRMSpropAVX2Asm(&args)
		case RuleRMSpropMomentum:
			gemmRMSpropMomentumAVX2Asm(&args)
		case RuleAdam:
			gemmAdamAVX2Asm(&args)
		}
	}
	k.besideRest(g, u, rows, parameters)
}
