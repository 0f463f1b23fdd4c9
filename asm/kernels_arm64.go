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
	k.MR, k.MC, k.KC, k.KCShort, k.NC, k.FloatsA = 6, 120, 256, 256, 512, 180*256
	// A nonzero element is 16 FMLAs with 16 loads, a step of the dense product 16 with 7:
	// by llvm-mca 1.2 to 1.5 times as long.
	k.MaxDensity = 0.6
	k.Gemm, k.GemmPanel, k.Gemv, k.VecMat = gemmNEON, gemmPanelNEON, gemvNEON, vecMatNEON
	k.SpMM, k.InExactRange = spmmNEON, inExactRangeNEON

	k.Transpose = transposeBlocks(4, transposeNEONAsm)
	k.PanelFromRows, k.RowsFromPanel = panelFromRowsBlocks(4, transposeNEONAsm), rowsFromPanelBlocks(4, transposeNEONAsm)
	k.Gather, k.GatherRows = gatherBlocks(4, 16, gatherNEONAsm), gatherRowsGroups(16, gatherRowsNEONAsm)
	k.Prefetch = prefetchRows(prefetchNEONAsm)

	k.Exp, k.Log = expNEON, logNEON
	k.Sigmoid, k.SigmoidGrad = sigmoidNEON, sigmoidGradNEON
	k.Tanh, k.TanhGrad = tanhNEON, tanhGradNEON
	k.ReLU, k.ReLUGrad = reluNEON, reluGradNEON
	k.ConvForward, k.ConvInputGrad = convForwardNEON, convInputGradNEON
	k.ConvWeightGrad, k.ConvBiasGrad = convWeightGradNEON, convBiasGradNEON
	setActivationsNEON(k)
	k.Mul, k.Scale = mulNEON, scaleNEON

	k.Sum, k.Max = sumNEON, maxNEON
	k.SumSamples = samplesSum(sumSamplesNEONAsm)
	k.Softmax = softmaxNEON
	k.SoftmaxPanel, k.CrossEntropyPanel = softmaxPanelNEON, crossEntropyPanelNEON

	k.SGD, k.Adagrad = sgdNEON, adagradNEON
	k.Momentum, k.Nesterov = momentumNEON, nesterovNEON
	k.RMSprop, k.RMSpropMomentum = rmspropNEON, rmspropMomentumNEON
	k.Adam = adamNEON
	return k
}
