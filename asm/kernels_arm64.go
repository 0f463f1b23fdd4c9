//go:build arm64 && !purego

package asm

// Available lists the kernels that this CPU runs, the best first, the Go
// specification last. Every arm64 CPU has NEON: the architecture demands it of
// all that run linux, darwin, windows or freebsd, so there is nothing to detect.
func Available() []*Kernels { return []*Kernels{neon(), generic()} }

// neon is the set for arm64: 32 registers of 4 floats.
func neon() *Kernels {
	k := generic()
	k.Name = "neon"
	k.MR, k.MC, k.KC, k.KS, k.NC = 6, 120, 256, 256, 512
	k.Gemm, k.Gemv, k.GemmUpdate = gemmNEON, gemvNEON, k.gemmThenUpdate
	// A term is 16 FMLAs beside 16 loads, a step of the dense product 16 beside 7: by
	// llvm-mca 1.2 to 1.5 times as long.
	k.MaxDensity = 0.6
	k.SparseGemm, k.Regular = k.sparseGemmNEON, regularNEON
	k.SGD, k.Momentum, k.Nesterov, k.Adagrad = sgdNEON, momentumNEON, nesterovNEON, adagradNEON
	k.RMSprop, k.RMSpropMomentum, k.Adam = rmspropNEON, rmspropMomentumNEON, adamNEON
	k.Exp, k.Log, k.Sigmoid, k.Tanh, k.ReLU = expNEON, logNEON, sigmoidNEON, tanhNEON, reluNEON
	k.SigmoidGrad, k.TanhGrad, k.ReLUGrad = sigmoidGradNEON, tanhGradNEON, reluGradNEON
	setActivationsNEON(k)
	k.Mul, k.Scale = mulNEON, scaleNEON
	k.Sum, k.Dot, k.Max, k.SumSamples = sumNEON, dotNEON, maxNEON, sumSamplesNEON
	k.Softmax, k.SoftmaxCrossEntropy = softmaxNEON, softmaxCrossEntropyNEON
	k.SoftmaxPanel, k.CrossEntropyPanel = softmaxPanelNEON, crossEntropyPanelNEON
	k.Gather, k.GatherRows, k.Prefetch = gatherNEON, gatherRowsNEON, prefetchNEON
	k.PanelFromRows, k.RowsFromPanel = panelFromRowsNEON, rowsFromPanelNEON
	k.Transpose, k.VecMat = transposeNEON, vecMatNEON
	return k
}
