package main

import (
	"fmt"

	"weft/asm"
	"weft/matmul"
	"weft/matmul/pool"
)

// steps is a training of short steps: each has products that the workers divide by
// rows, and a barrier after each, as a step of 784-100-10 at batch 32.
type steps struct {
	pool     *pool.Pool
	throttle pool.Throttle
	kernels  *asm.Kernels
	a, b, c  []float32
}

const (
	stepsOfEpoch = 1500
	phases       = 6
	rows         = 100 // of each phase's product
	depth        = 400
)

func newSteps(p *pool.Pool) *steps {
	return &steps{p, pool.NewThrottle(p, p.Workers()), asm.Best(), asm.Aligned(rows * depth), asm.Aligned(depth * asm.PanelWidth), asm.Aligned(rows * asm.PanelWidth)}
}

func (s *steps) String() string { return fmt.Sprintf("%d short steps", stepsOfEpoch) }

func (s *steps) once() {
	for range stepsOfEpoch {
		s.pool.Run(s, s.throttle.Next())
	}
}

// Run is one worker's part of a step.
func (s *steps) Run(worker, workers int) {
	lo, hi := pool.Share(rows, worker, workers)
	for range phases {
		s.kernels.Gemm(asm.Gemm{M: hi - lo, N: asm.PanelWidth, K: depth, A: s.a[lo*depth:], RS: depth, CS: 1,
			B: s.b, LDB: asm.PanelWidth, C: s.c[lo*asm.PanelWidth:], LDC: asm.PanelWidth})
		s.pool.Barrier(workers)
	}
}

// product is many products of square matrices.
type product struct {
	engine  *matmul.Engine
	n       int
	a, b, c matmul.Matrix
}

func newProduct(e *matmul.Engine, n int) *product {
	return &product{e, n, matmul.NewMatrix(n, n), matmul.NewMatrix(n, n), matmul.NewMatrix(n, n)}
}

func (p *product) String() string { return fmt.Sprintf("products of %d×%d×%d", p.n, p.n, p.n) }

func (p *product) once() {
	for range max(1, 1<<30/(p.n*p.n*p.n)) {
		p.engine.Mul(p.c, p.a, p.b)
	}
}
