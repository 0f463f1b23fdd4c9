package matmul

import (
	"fmt"
	"testing"

	"weft/asm"
	"weft/matmul/pool"
)

// benchmarkSgemm measures one shape for each set of kernels in assembly and
// one or two workers.
func benchmarkSgemm(b *testing.B, transA, transB bool, m, n, k int) {
	x, y, z := filled(m*k, 1), filled(k*n, 2), filled(m*n, 3)
	lda, ldb := k, n
	if transA {
		lda = m
	}
	if transB {
		ldb = k
	}
	name := map[bool]string{false: "N", true: "T"}
	for _, kernels := range asm.Available() {
		if kernels.Name == "generic" && m*n*k > 1<<20 {
			continue
		}
		for workers := 1; workers <= 2; workers++ {
			b.Run(fmt.Sprintf("shape=%s%s-%dx%dx%d/kernels=%s/workers=%d", name[transA], name[transB], m, n, k, kernels.Name, workers), func(b *testing.B) {
				p := pool.New(workers)
				defer p.Close()
				e := New(kernels, p)
				for b.Loop() {
					e.Sgemm(transA, transB, m, n, k, 1, x, lda, y, ldb, 0, z, n)
				}
				b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

// filled returns n numbers in (−1, 1).
func filled(n, seed int) []float32 {
	x := asm.Aligned(n)
	for i := range x {
		x[i] = float32((i*7919+seed*104729)%2047-1023) / 1024
	}
	return x
}

// Squares, as everyone measures them.
func BenchmarkSquare(b *testing.B) {
	for _, n := range []int{32, 64, 100, 128, 256, 512, 784, 1024, 2048} {
		benchmarkSgemm(b, false, false, n, n, n)
	}
}

// The products of a training step of 784-100-10 as a row-major user has them:
// forward, backward and gradients, at batch 32 and 128.
func BenchmarkTraining(b *testing.B) {
	for _, batch := range []int{32, 128} {
		benchmarkSgemm(b, false, false, batch, 100, 784)
		benchmarkSgemm(b, true, false, 784, 100, batch)
		benchmarkSgemm(b, false, true, batch, 100, 10)
		benchmarkSgemm(b, false, false, batch, 10, 100)
		benchmarkSgemm(b, true, false, 100, 10, batch)
	}
}
