// Package matmul multiplies float32 matrices: views with any strides ≥ 0, products
// blocked for the caches and divided over the workers of a pool.
//
// Each element of a product is one chain of fused multiply-adds in increasing
// k. So the bits depend neither on the kernels nor on the blocks nor on the
// number of workers.
package matmul

import (
	"fmt"
	"sync"

	"weft/asm"
	"weft/matmul/pool"
)

// Engine multiplies with one set of kernels and the workers of one pool. It
// keeps its packing buffers, so that repeated products allocate nothing. An
// engine is for one goroutine, and one product, at a time.
type Engine struct {
	busy     bool
	kernels  *asm.Kernels
	pool     *pool.Pool
	throttle pool.Throttle
	scratch  []scratch // of each worker
	product  product   // under way
	division division  // of its rows and columns over the workers
}

// New returns an engine on these kernels, which [asm.Best], [asm.Available] or
// [asm.Named] make; it panics where they lack something. Without a pool, nil, the
// goroutine that calls does all the work. With one, the engine uses as many of its
// workers as pay: fewer for small products, and next to another busy process.
func New(kernels *asm.Kernels, p *pool.Pool) *Engine {
	if kernels == nil || min(kernels.MR, kernels.NR, kernels.EdgeNR, kernels.MC, kernels.KC, kernels.KCShort, kernels.NC, kernels.StrideA) < 1 ||
		kernels.Gemm == nil || kernels.GemmPanel == nil || kernels.VecMat == nil || kernels.Pack == nil || kernels.Transpose == nil || kernels.Scale == nil {
		panic("matmul: New: the kernels are incomplete: take those of asm.Best, asm.Available or asm.Named, or change a copy of them")
	}
	e := &Engine{kernels: kernels, pool: p, scratch: make([]scratch, 1)}
	if p != nil {
		e.scratch = make([]scratch, p.Workers())
		e.throttle = pool.NewThrottle(p, p.Workers())
	}
	return e
}

// product is C = alpha·A·B, or C += with accumulate, k > 0 or not.
type product struct {
	c, a, b    Matrix
	alpha      float32
	accumulate bool
}

// Mul sets C = A·B, [m×n] = [m×k]·[k×n]; with k = 0 that is +0. Mul panics, before it writes, where the sizes do not fit together, a
// stride is negative, a view is larger than its data, C has no stride that passes
// over all that the other one reaches, so that elements may coincide, or C shares
// an element with A or B.
func (e *Engine) Mul(c, a, b Matrix) {
	e.multiply("Mul", product{c: c, a: a, b: b, alpha: 1})
}

// MulAdd is Mul with C += A·B: the chain of each element starts at C. A layer's
// bias goes into C first.
func (e *Engine) MulAdd(c, a, b Matrix) {
	e.multiply("MulAdd", product{c: c, a: a, b: b, alpha: 1, accumulate: true})
}

// engines keep the packing buffers of [Mul] and [Sgemm] between calls.
var engines = sync.Pool{New: func() any { return New(asm.Best(), nil) }}

// Mul sets C = A·B with the best kernels of this CPU on the goroutine that
// calls; see [Engine.Mul]. Any number of goroutines may call it.
func Mul(c, a, b Matrix) {
	e := engines.Get().(*Engine)
	e.Mul(c, a, b)
	engines.Put(e)
}

func (e *Engine) multiply(op string, p product) {
	if p.c.Rows != p.a.Rows || p.c.Cols != p.b.Cols || p.a.Cols != p.b.Rows {
		panic(fmt.Sprintf("matmul: %s: C is %d×%d, A %d×%d, B %d×%d: want m×n = m×k · k×n",
			op, p.c.Rows, p.c.Cols, p.a.Rows, p.a.Cols, p.b.Rows, p.b.Cols))
	}
	p.c.checkView(op, "C")
	p.a.checkView(op, "A")
	p.b.checkView(op, "B")
	p.c.checkDistinct(op)
	if p.c.Rows == 0 || p.c.Cols == 0 {
		return
	}
	if !apart(&p.c, &p.a) && overlap(p.c, p.a) {
		panic("matmul: " + op + ": C shares elements with A: multiply into another matrix")
	}
	if !apart(&p.c, &p.b) && overlap(p.c, p.b) {
		panic("matmul: " + op + ": C shares elements with B: multiply into another matrix")
	}
	e.begin(op)
	defer e.end()
	e.product = p
	e.run()
}

// begin makes the engine busy with one product.
func (e *Engine) begin(op string) {
	if e.busy {
		panic("matmul: " + op + " on an engine that is busy with a product: take one engine for each goroutine")
	}
	e.busy = true
}

// end makes the engine ready for the next product, and keeps no matrix alive.
func (e *Engine) end() {
	p := &e.product
	p.c.Data, p.a.Data, p.b.Data = nil, nil, nil
	e.busy = false
}

// run divides the product, which was checked, over the workers.
func (e *Engine) run() {
	p := &e.product
	p.orient(e.kernels)
	if workers := len(e.scratch); workers > 1 && p.divide(&e.division, workers) {
		if now := e.throttle.Next(); now == workers || p.divide(&e.division, now) {
			e.pool.Run((*task)(e), e.division.workers())
			return
		}
	}
	e.scratch[0].multiply(e.kernels, p, 0, p.c.Rows, 0, p.c.Cols)
}

// divide divides the product over workers, and reports whether it is worth it.
func (p *product) divide(d *division, workers int) bool {
	if p.c.ColStride != 1 {
		*d = divideColumns(p.c.Rows, p.c.Cols, p.a.Cols, workers)
	} else {
		*d = divide(p.c.Rows, p.c.Cols, p.a.Cols, workers)
	}
	return d.workers() > 1
}

// task is the product under way of an engine.
type task Engine

// Run is what one worker does of it.
func (e *task) Run(worker, _ int) {
	p, d := &e.product, &e.division
	i0, i1 := d.rows(worker, p.c.Rows)
	j0, j1 := d.cols(worker, p.c.Cols)
	if i0 < i1 && j0 < j1 {
		e.scratch[worker].multiply(e.kernels, p, i0, i1, j0, j1)
	}
}
