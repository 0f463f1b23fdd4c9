//go:build amd64 && !purego

package asm

import "github.com/klauspost/cpuid/v2"

// Available lists the kernels that this CPU and operating system run, the best
// first, the Go specification last.
func Available() []*Kernels {
	var sets []*Kernels
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
		sets = append(sets, avx2())
		if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512VL, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.BMI2) {
			if slow512(cpuid.CPU.VendorID, cpuid.CPU.Family, cpuid.CPU.Model) {
				sets = append(sets, avx512())
			} else {
				sets = []*Kernels{avx512(), sets[0]}
			}
		}
	}
	return append(sets, generic())
}

// slow512 tells the servers whose clock drops under 512-bit code so far that
// AVX2 is faster: Sky Lake and Cascade Lake (Intel family 6, model 0x55).
func slow512(vendor cpuid.Vendor, family, model int) bool {
	return vendor == cpuid.Intel && family == 6 && model == 0x55
}

// avx2 is the set for CPUs with AVX2 and FMA: 16 registers of 8 floats.
func avx2() *Kernels {
	k := generic()
	k.Name = "avx2"
	// KC: a panel of 16 columns of B, 32 KB, passes L1 with the rows of A from L2,
	// 200 KB; each part of a chain less saves reading C and writing it. With 144 and
	// 400 squares of 512 took 1.05 times as long, of 784 1.01, of 1024 and 2048 1.00
	// to 1.02 (Zen 3, medians of six runs), with 96 rows and 448 or 600 steps 1.02.
	k.MR, k.MC, k.KC, k.KS, k.NC, k.NR = 6, 96, 512, 400, 1024, 16
	k.Gemm, k.Gemv, k.GemmUpdate = gemmAVX2, gemvAVX2, k.gemmUpdateAVX2
	// 64 rows of B are 16 KB: with 32 and with 128 rows, other sizes being equal, a
	// term takes 1.02 and 1.08 times as long. It takes 1.2 to 1.3 times as long as a step
	// of the dense product (Zen 3; 784-100-10 at batch 512, where 64 to 69 % is not zero,
	// in some parts more: with 0.78, 0.85 and 0.92 a step took 0.97 of that with 0.7).
	k.SparseN, k.SparseK, k.MaxDensity = 64, 64, 0.8
	k.Nonzeros, k.SparseGemm, k.Regular = nonzerosAVX2, k.sparseGemmAVX2, regularAVX2
	k.SGD, k.Momentum, k.Nesterov, k.Adagrad = sgdAVX2, momentumAVX2, nesterovAVX2, adagradAVX2
	k.RMSprop, k.RMSpropMomentum, k.Adam = rmspropAVX2, rmspropMomentumAVX2, adamAVX2
	k.Gather, k.GatherRows, k.Prefetch = gatherAVX2, gatherRowsAVX2, prefetchAMD64
	k.PanelFromRows, k.RowsFromPanel = panelFromRowsAVX2, rowsFromPanelAVX2
	k.Pack, k.Transpose, k.VecMat = packAVX2, transposeAVX2, vecMatAVX2
	k.Exp, k.Log, k.Sigmoid, k.Tanh, k.ReLU = expAVX2, logAVX2, sigmoidAVX2, tanhAVX2, reluAVX2
	k.SigmoidGrad, k.TanhGrad, k.ReLUGrad = sigmoidGradAVX2, tanhGradAVX2, reluGradAVX2
	setActivationsAVX2(k)
	k.Mul, k.Scale = mulAVX2, scaleAVX2
	k.Sum, k.Dot, k.Max, k.SumSamples = sumAVX2, dotAVX2, maxAVX2, sumSamplesAVX2
	k.Softmax, k.SoftmaxCrossEntropy = softmaxAVX2, softmaxCrossEntropyAVX2
	k.SoftmaxPanel, k.CrossEntropyPanel = softmaxPanelAVX2, crossEntropyPanelAVX2
	return k
}

// avx512 is the set for CPUs with AVX-512 F, VL, BW and DQ, and with BMI2 for shifts
// that make masks: 32 registers of 16 floats.
func avx512() *Kernels {
	k := avx2()
	k.Name = "avx512"
	// KC: a panel of B, 24 KB, and the rows of a tile, 11 KB, share 48 KB of L1.
	// 256 took 1.05 times as long for 512×512×512, 1.1 for 1024×1024×1024; 128
	// and NC = 512 were no faster.
	k.MR, k.MC, k.KC, k.KS, k.NC, k.NR = 14, 140, 192, 192, 1024, 32
	k.Gemm, k.Gemv, k.GemmUpdate = gemmAVX512, gemvAVX512, k.gemmUpdateAVX512
	// 64 rows of B of 128 columns are 32 of the 48 KB of L1. Not timed: a term takes 8½
	// loads where a step of the dense product takes 8 multiply-adds, as in AVX2, whose
	// MaxDensity stays.
	k.SparseN, k.SparseK, k.SparseGemm = 128, 64, k.sparseGemmAVX512
	k.SGD, k.Momentum, k.Nesterov, k.Adagrad = sgdAVX512, momentumAVX512, nesterovAVX512, adagradAVX512
	k.RMSprop, k.RMSpropMomentum, k.Adam = rmspropAVX512, rmspropMomentumAVX512, adamAVX512
	k.Gather, k.GatherRows = gatherAVX512, gatherRowsAVX512
	k.PanelFromRows, k.RowsFromPanel = panelFromRowsAVX512, rowsFromPanelAVX512
	k.Transpose = transposeAVX512
	k.Exp, k.Log, k.Sigmoid, k.Tanh, k.ReLU = expAVX512, logAVX512, sigmoidAVX512, tanhAVX512, reluAVX512
	k.SigmoidGrad, k.TanhGrad, k.ReLUGrad = sigmoidGradAVX512, tanhGradAVX512, reluGradAVX512
	setActivationsAVX512(k)
	k.Mul, k.Scale = mulAVX512, scaleAVX512
	k.Sum, k.Dot, k.Max, k.SumSamples = sumAVX512, dotAVX512, maxAVX512, sumSamplesAVX512
	k.Softmax, k.SoftmaxCrossEntropy = softmaxAVX512, softmaxCrossEntropyAVX512
	k.SoftmaxPanel, k.CrossEntropyPanel = softmaxPanelAVX512, crossEntropyPanelAVX512
	return k
}
