// Package asm is Weft's numeric core: float32 kernels on slices, each written once in
// Go, which is the specification, and again in assembly for the instruction sets that a
// set of kernels is named after. A kernel returns the same bits in every set, for every
// length and alignment (the payload and sign of a NaN excepted). Each element of a
// product is one chain of fused multiply-adds in increasing k; Gemv and SpMM skip zeros,
// and say when that changes no bit. The package starts no goroutine, and its kernels
// allocate nothing.
//
// # Layout
//
// Activations lie in panels: a panel holds PanelWidth = 32 samples with the sample as the
// fastest index, element (feature f, sample s) at f·32 + s. Whatever the width of a layer
// and the size of a batch, a row of a panel is two AVX-512, four AVX2 or eight NEON
// registers. Weights lie in panels of 32 inputs, element (unit u, input i) of a panel at
// u·32 + i, the last panel padded with +0.
package asm

import (
	"errors"
	"fmt"
	"strings"
)

//go:generate ./encode_neon.sh

// PanelWidth is the number of samples in a panel of activations and the number
// of columns in a panel of a packed right operand.
const PanelWidth = 32

// Gemm describes one product C = A·B for [Kernels.Gemm]. Element (i, k) of A is
// A[i·RS + k·CS], or, where A is in panels of PanelWidth steps of k that lie
// PA > 0 floats apart, A[(k/32)·PA + i·RS + (k%32)·CS]. B and C are contiguous
// along j inside panels of PanelWidth columns: element (k, j) of B is
// B[(j/32)·PB + k·LDB + j%32], element (i, j) of C is
// C[(j/32)·PC + i·LDC + j%32]. A row-major matrix in place has PA = 0, PB = 32
// and LDB = its leading dimension. All strides count floats and are ≥ 0.
type Gemm struct {
	M, N, K    int // rows of C, columns of C, length of the chains
	A          []float32
	RS, CS, PA int
	B          []float32
	LDB, PB    int
	C          []float32
	LDC, PC    int
	Bias       []float32 // start of row i's chains is Bias[i]; nil: +0
	Accumulate bool      // chains start at C; Bias must be nil
}

// Kernels is one set of kernels: a value that holds a name, the sizes that suit its
// registers and caches, and a function for each kernel. The comment of a field is what
// its function computes, in every set. The slices of an element-wise kernel have equal
// lengths; a mismatch panics with the sizes before any store. An output may be an input
// where the comment says so, and otherwise must not overlap one. No stride of an output
// is shorter than what lies across it: its elements are distinct.
type Kernels struct {
	// Name is "generic", "avx2", "avx512" or "neon".
	Name string

	// Sizes. They never change a bit.

	// MR and NR are the rows and columns of the main tile of Gemm. EdgeNR is the number of
	// columns by which the tiles of the last columns of C grow.
	MR, NR, EdgeNR int

	// MC, KC and NC are the block sizes of a cache-blocked product. A block of A of at most
	// MC rows (half as many more where there are no others) and FloatsA floats stays in L2,
	// while KC×NR floats of B at a time pass through L1. A B of at most FloatsB floats is
	// read where it lies; of another one PackNR columns are packed at a time. KCShort ≤ KC
	// is the longest chain for which a tile of rows of A passes over all panels of B in
	// turn; for longer chains all rows of A pass over one panel.
	MC, KC, KCShort, NC, FloatsA, FloatsB, PackNR int

	// FarA is the distance of rows of A, in floats, from which on those of a block take more
	// pages than the first level of translations holds, StrideA one whose multiples fall on
	// few sets of L1: a copy of A pays.
	FarA, StrideA int

	// SpNR is the number of columns of the tile of SpMM, a multiple of PanelWidth. SpKC is
	// the number of rows of B that stay in L1 in these columns, a multiple of PanelWidth
	// and a power of two. MaxDensity is the share of nonzero elements of A up to which SpMM
	// is faster than Gemm, not counting CompressRows.
	SpNR, SpKC int
	MaxDensity float64

	// Products

	// Gemm computes for every i < M, j < N one chain in increasing k,
	//
	//	acc := 0 | Bias[i] | C[i,j]; for k < K { acc = fma(A[i,k], B[k,j], acc) }; C[i,j] = acc
	//
	// and neither reads nor writes anything else. C must not overlap A, B or Bias.
	Gemm func(g Gemm)

	// GemmPanel is Gemm of a panel of B, g.N ≤ NR columns, that also copies them into a
	// packed panel, unless that is nil: packed[k·NR + j] = B[k,j]. next are the rows, ldn
	// floats apart, that the next call reads as B, or nil: they may be fetched. packed must
	// not overlap an operand.
	GemmPanel func(g Gemm, packed, next []float32, ldn int)

	// Gemv computes y[j] = chain over the k with x[k] ≠ 0, in increasing order, of
	// x[k]·w[j,k] that starts at b[j], for j < len(y), a multiple of 16, where w holds 16
	// outputs next to each other: element (j, k) is w[(j/16·len(x) + k)·16 + j%16].
	// len(w) = len(y)·len(x), len(b) = len(y). Zeros, such as black pixels, cost nothing.
	//
	// It reports whether all nonzero x[k] are at least MinGemvInput = 2⁻⁵⁰ in magnitude (or
	// NaN). With finite weights of which that holds too, and biases that are not −0, the
	// bits of y are those of the chain over all k: a product is a multiple of 2⁻¹⁴⁶, so no
	// sum is rounded to −0, and without −0 the product of a zero adds nothing.
	Gemv func(y, x, w, b []float32) (large bool)

	// VecMat continues for every j < len(y) one chain in increasing k,
	//
	//	for k < len(x) { y[j] = fma(x[k], w[k·ld + j], y[j]) }
	//
	// a row times a matrix of contiguous rows. y must not overlap x or w.
	VecMat func(y, x, w []float32, ld int)

	// SpMM is Gemm of a left operand in compressed rows: for every row i of g.A and every
	// j < g.N one chain
	//
	//	acc := 0 | C[i,j]; for the nonzero elements of row i in increasing k { acc = fma(A[i,k], B[k,j], acc) }; C[i,j] = acc
	//
	// An empty row has one term +0·B[0,j], the last row up to three more. Zeros of A, which
	// ReLU and dropout make, cost nothing.
	//
	// The bits are those of the chain over all k where A is InExactRange from MinSparseA
	// on, B from MinSparseB on, and a C that chains start at came out of such chains
	// itself: each product is then a multiple of 2⁻³⁰⁻²³⁻⁷³⁻²³ = 2⁻¹⁴⁹, the unit of the
	// subnormals, so no sum is rounded to −0, and to what is not −0 the product of a zero
	// and a finite number adds nothing.
	SpMM func(g SpMM)

	// CompressRows fills t with the nonzero elements of the m rows of a matrix, the left
	// operand of SpMM, 1 ≤ k ≤ 512 elements each, which lie in panels of 32 along k as
	// those of an A with PA = pa, RS = 32 and CS = 1. A row's 32 floats in the last panel
	// must exist; those beyond k are ignored. A NaN is not zero.
	CompressRows func(t *SparseRows, a []float32, m, k, pa int)

	// InExactRange reports whether all x are ±0, or finite and at least least in
	// magnitude; least is a normal number.
	InExactRange func(x []float32, least float32) bool

	// Layout

	// Gather reads image rows[i] of src, features bytes each, as u/255 correctly rounded,
	// into column i of the panel xt: xt[f·32 + i] = float32(src[rows[i]·features + f])/255.
	// Columns len(rows)…width−1 become +0; width = 16 or 32.
	Gather func(xt []float32, src []uint8, features int, rows []int32, width int)

	// GatherRows reads features [first, first+n) of the same images into panels of 32
	// features, the images in rows of 32 floats: for f < n
	// x[(f/32·len(rows) + i)·32 + f%32] = float32(src[rows[i]·features + first + f])/255,
	// and the rest of the last panel becomes +0.
	GatherRows func(x []float32, src []uint8, features, first, n int, rows []int32)

	// Prefetch hints to the CPU that images rows[i] of src, features bytes each, will be read
	// soon. It has no other effect.
	Prefetch func(src []uint8, features int, rows []int32)

	// PanelFromRows transposes n rows into the columns of a panel:
	// xt[f·32 + i] = xr[i·ld + f], i < n, f < features; columns n…width−1 become +0;
	// width = 16 or 32.
	PanelFromRows func(xt, xr []float32, ld, n, features, width int)

	// RowsFromPanel transposes n columns of a panel into rows:
	// xr[i·ld + f] = xt[f·32 + i], i < n ≤ 32, f < features.
	RowsFromPanel func(xr []float32, ld int, xt []float32, n, features int)

	// Pack copies rows×cols elements at a distance of ss into panels of width columns, the
	// right operand of a product: dst[(j/width·rows + i)·width + j%width] = src[i·ss + j],
	// i < rows, j < cols. What is beyond the columns in the last panel is left as it is.
	Pack func(dst []float32, width int, src []float32, ss, rows, cols int)

	// Transpose computes dst[j·ds + i] = src[i·ss + j], i < rows, j < cols.
	Transpose func(dst []float32, ds int, src []float32, ss, rows, cols int)

	// Convolution

	// ConvForward computes n samples of a convolution: for every pixel (s, r, q) and
	// unit u of y one chain,
	//
	//	acc := bias[u]; for taps (i, j) inside of the image, for k < In {
	//		acc = fma(x[s, r·SH+i·DH−Top, q·SW+j·DW−Left, k], w[i,j,k,u], acc)
	//	}; y[s,r,q,u] = acc
	//
	// and writes nothing else. bias may be nil: +0. y must not overlap the others.
	ConvForward func(c *Conv, y, x, w, bias []float32, n int)

	// ConvTurn makes what ConvInputGrad wants of the weights, where input channels are
	// columns: for panels [from, to) of 32 channels
	//
	//	turned[((k/32·KH·KW + KH·KW−1 − i·KW−j)·Out + u)·32 + k%32] = w[i,j,k,u]
	//
	// What is beyond In in the last panel keeps its value; see [Conv.TurnedLen].
	ConvTurn func(c *Conv, turned, w []float32, from, to int)

	// ConvInputGrad computes the gradient of the input of n samples: for every pixel
	// (s, q, p) and channel k of dx one chain,
	//
	//	acc := 0; for outputs (r, o) that reach the pixel by a tap (i, j), r and o increasing, for u < Out {
	//		acc = fma(dy[s,r,o,u], w[i,j,k,u], acc)
	//	}; dx[s,q,p,k] = acc
	//
	// and writes nothing else. dx has the layout of x, dy that of y.
	ConvInputGrad func(c *Conv, dx, dy, turned []float32, n int)

	// ConvWeightGrad computes slices [from, to) of the gradient of the weights over n
	// samples. Slice p·KH·KW + i·KW + j is tap (i, j) of panel p: In·32 floats. Each
	// weight's chain is
	//
	//	acc := 0 | dw[i,j,k,u]; for s < n, for outputs (r, q) whose tap is inside, in row-major order {
	//		acc = fma(x[s, r·SH+i·DH−Top, q·SW+j·DW−Left, k], dy[s,r,q,u], acc)
	//	}; dw[i,j,k,u] = acc
	//
	// so that accumulate goes on where another call ended.
	ConvWeightGrad func(c *Conv, dw, x, dy []float32, n, from, to int, accumulate bool)

	// ConvBiasGrad adds dy[s,r,q,u] to db[u] in row-major order of s < n, r and q, from
	// +0 or, to accumulate, from db[u] on.
	ConvBiasGrad func(c *Conv, db, dy []float32, n int, accumulate bool)

	// Element-wise functions

	// Exp, Log, Sigmoid, Tanh and ReLU compute y[i] = f(x[i]); y may be x. ReLU is
	// if x < 0 { +0 } else { x }, so that NaN and −0 pass.
	Exp, Log, Sigmoid, Tanh, ReLU func(y, x []float32)

	// SigmoidGrad, TanhGrad and ReLUGrad compute the gradient of the input from that of the
	// output and the output; dx may be dy.
	//
	//	SigmoidGrad: dx = dy · fma(−y, y, y)
	//	TanhGrad:    dx = dy · fma(−y, y, 1)
	//	ReLUGrad:    dx = dy where y > 0, else +0 (also where y is NaN)
	SigmoidGrad, TanhGrad, ReLUGrad func(dx, dy, y []float32)

	// Activations. Their values are y[i] = f(x[i]), where y may be x; their gradients
	// dx[i] = dy[i]·f′(x[i]) come from the output y or from the input x, as the name
	// of the argument says, and dx may be dy. All pass NaN; activation.go and
	// activation_smooth.go hold the definitions.

	// LeakyReLU: slope·x where x < 0, else x; the derivative is 1 where y > 0, else
	// slope.
	LeakyReLU     func(y, x []float32, slope float32)
	LeakyReLUGrad func(dx, dy, y []float32, slope float32)

	// ReLU6, HardSigmoid and Softsign: x from 0 to 6, (x+3)/6 from 0 to 1, x/(1+|x|).
	// HardSiLU: x·HardSigmoid(x). At a kink the derivative is 0, of HardSiLU at 3 1.
	ReLU6, HardSigmoid, Softsign, HardSiLU   func(y, x []float32)
	ReLU6Grad, HardSigmoidGrad, SoftsignGrad func(dx, dy, y []float32)
	HardSiLUGrad                             func(dx, dy, x []float32)

	// ELU: positive·x, or for negative x scale·(e^(rate·x) − 1). ELUGrad: positive
	// where y ≥ edge, else fma(y, rate, scale); its scale is rate times that of ELU.
	ELU     func(y, x []float32, positive, scale, rate float32)
	ELUGrad func(dx, dy, y []float32, positive, scale, rate, edge float32)

	// Softplus: log(1+eˣ), whose derivative is 1−e^−y.
	Softplus     func(y, x []float32)
	SoftplusGrad func(dx, dy, y []float32)

	// SiLU: x·σ(x); Mish: x·tanh(log(1+eˣ)); GELU: x·Φ(x) with the normal
	// distribution Φ; GELUTanh: x·σ(2√(2/π)·(x+0.044715x³)). They are −0 for −Inf.
	SiLU, Mish, GELU, GELUTanh                 func(y, x []float32)
	SiLUGrad, MishGrad, GELUGrad, GELUTanhGrad func(dx, dy, x []float32)

	// Mul computes dst[i] = a[i]·b[i]; dst may be a or b.
	Mul func(dst, a, b []float32)

	// Scale computes y[i] = s·x[i]; y may be x.
	Scale func(y, x []float32, s float32)

	// Reductions

	// Sum adds x in sixteen lanes: element i goes to lane i mod 16, in increasing i, lanes
	// start at +0; then lane[l] += lane[l+h] for h = 8, 4, 2, 1. The empty sum is +0.
	Sum func(x []float32) float32

	// Max is the running maximum from −Inf, if x > m { m = x }, which passes over NaN, plus
	// +0. The empty maximum is −Inf.
	Max func(x []float32) float32

	// SumSamples sums each of len(dst) features over the samples of all panels by Sum's
	// rule, the index being the sample's:
	// dst[i] = Sum over p < panels, s < 32 of x[p·stride + i·32 + s].
	SumSamples func(dst, x []float32, panels, stride int)

	// Softmax computes one row: m = Max(z); p[i] = exp(z[i]−m); r = 1/Sum(p); p[i] *= r.
	// p may be z. len(z) ≥ 1.
	Softmax func(p, z []float32)

	// SoftmaxPanel is Softmax of each of n columns of a panel: element (c, s) is
	// z[c·32 + s], c < classes, s < n, n = 16 or 32. p may be z.
	SoftmaxPanel func(p, z []float32, classes, n int)

	// CrossEntropyPanel is softmax with the cross-entropy of a class, for each of n columns
	// of a panel (n = 16 or 32): the gradient d = k[s]·(softmax − onehot) goes to d, which
	// may be z, the loss −log p of column s, without its k, to loss[s]. k[s] holds the
	// weight of the sample and what the mean over the batch divides by. Column s has class
	// labels[s]; a negative label marks a padded sample, whose gradient and loss are +0.
	// labels, k and loss hold at least n elements. hits counts the samples whose arg-max
	// (the first index of the largest logit; a column with NaN has none) is their class.
	CrossEntropyPanel func(d, z []float32, classes, n int, labels []int32, k, loss []float32) (hits int)

	// Update rules of parameters w with gradients g. tiny0 sets what is below 2⁻¹⁰⁰ in
	// magnitude to +0. In SGD w may be g.

	// SGD: w −= g·lr.
	SGD func(w, g []float32, lr float32)

	// Momentum and Nesterov: u = g·lr; m = tiny0(m·mu − u); w += m, or with the new m
	// w += m·mu − u.
	Momentum, Nesterov func(w, g, m []float32, lr, mu float32)

	// Adagrad: v += g·g; w −= lr·g/√(v+eps).
	Adagrad func(w, g, v []float32, lr, eps float32)

	// RMSprop: v = tiny0(rho·v + c·(g·g)); w −= lr·g/√(v+eps); c is 1−rho.
	RMSprop func(w, g, v []float32, lr, rho, c, eps float32)

	// RMSpropMomentum: v as RMSprop; m = tiny0(mu·m + lr·g/√(v+eps)); w −= m.
	RMSpropMomentum func(w, g, v, m []float32, lr, rho, c, mu, eps float32)

	// Adam: m = tiny0(m + (g−m)·c1); v = tiny0(v + (g·g−v)·c2); w −= m·alpha/(√v+eps); c1
	// is 1−β1, c2 is 1−β2, alpha the rate of the step with both bias corrections.
	Adam func(w, g, m, v []float32, alpha, c1, c2, eps float32)

	// Nadam: m and v as Adam; w −= (m·a + g·b)/(√v+eps).
	Nadam func(w, g, m, v []float32, a, b, c1, c2, eps float32)

	// Lion: w −= lr·sign(m·beta1 + g·c1); m = tiny0(m·beta2 + g·c2); c1 is 1−β1, c2 is 1−β2.
	Lion func(w, g, m []float32, lr, beta1, c1, beta2, c2 float32)
}

// generic is the specification: every kernel in Go, compiled on every platform.
func generic() *Kernels {
	k := &Kernels{
		Name: "generic",
		MR:   4, NR: 32, EdgeNR: 16, MC: 64, KC: 256, KCShort: 256, NC: 512,
		FloatsA: 64 * 256, FloatsB: 1, PackNR: 128, FarA: 512, StrideA: 512, SpNR: spNRGo, SpKC: 64, MaxDensity: 0.7,

		Gemm: gemmGo, GemmPanel: gemmPanelGo, Gemv: gemvGo, VecMat: vecMatGo,
		SpMM: spmmGo, CompressRows: compressRowsGo, InExactRange: inExactRangeGo,

		Gather: gatherGo, GatherRows: gatherRowsGo, Prefetch: prefetchGo,
		PanelFromRows: panelFromRowsGo, RowsFromPanel: rowsFromPanelGo,
		Pack: packGo, Transpose: transposeGo,
		ConvForward: convForwardGo, ConvInputGrad: convInputGradGo, ConvWeightGrad: convWeightGradGo, ConvBiasGrad: convBiasGradGo,

		Exp: expGo, Log: logGo, Sigmoid: sigmoidGo, Tanh: tanhGo, ReLU: reluGo,
		SigmoidGrad: sigmoidGradGo, TanhGrad: tanhGradGo, ReLUGrad: reluGradGo,
		Mul: mulGo, Scale: scaleGo,

		Sum: sumGo, Max: maxGo, SumSamples: sumSamplesGo,
		Softmax: softmaxGo, SoftmaxPanel: softmaxPanelGo, CrossEntropyPanel: crossEntropyPanelGo,

		SGD: sgdGo, Momentum: momentumGo, Nesterov: nesterovGo, Adagrad: adagradGo,
		RMSprop: rmspropGo, RMSpropMomentum: rmspropMomentumGo, Adam: adamGo, Nadam: nadamGo, Lion: lionGo,
	}
	k.ConvTurn = k.convTurn
	setActivationsGo(k)
	return k
}

// Best returns the fastest kernel set for this CPU. It builds a new set on every call, so
// keep the result.
func Best() *Kernels { return Available()[0] }

// Named returns the set of that name, or an error that lists the sets which
// this CPU runs.
func Named(name string) (*Kernels, error) {
	var names []string
	for _, k := range Available() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	return nil, fmt.Errorf("asm: no kernels %q on this CPU: choose one of %s", name, strings.Join(names, ", "))
}

// CheckEnvironment returns an error where the process runs with subnormals
// flushed to zero or with a rounding mode other than to nearest even, which
// would change bits. Go itself never does; a C library loaded into the process
// (start-up code of -ffast-math) can.
func CheckEnvironment() error {
	one, tiny := environment[0], environment[1]
	if tiny*one == 0 || tiny+tiny == 0 {
		return errors.New("asm: this process flushes subnormal numbers to zero (MXCSR/FPCR FTZ or DAZ, set by a C library built with -ffast-math): unload that library")
	}
	half := environment[2] // half a unit in the last place of 1, and of −1
	threeHalves := float32(3 * half)
	if one+half != 1 || -one-half != -1 || one+threeHalves != 1+0x1p-22 || -one-threeHalves != -1-0x1p-22 {
		return errors.New("asm: this process rounds otherwise than to nearest even (MXCSR/FPCR, set by a C library): restore the rounding mode")
	}
	return nil
}

// environment holds operands that the compiler cannot fold: 1, the smallest
// subnormal and 2⁻²⁴. It is never written.
var environment = [3]float32{1, 0x1p-149, 0x1p-24}
