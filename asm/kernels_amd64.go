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

// slow512 reports whether a server drops its clock under 512-bit code so far that AVX2
// is faster: Sky Lake and Cascade Lake (Intel family 6, model 0x55).
func slow512(vendor cpuid.Vendor, family, model int) bool {
	return vendor == cpuid.Intel && family == 6 && model == 0x55
}

// avx2 is the set for CPUs with AVX2 and FMA: 16 registers of 8 floats.
func avx2() *Kernels {
	k := generic()
	k.Name = "avx2"
	k.MR, k.NR, k.EdgeNR = 6, 16, 8
	k.blockAVX2(hostCaches())
	// A nonzero element takes 1.2 to 1.3 times as long as a step of the dense product.
	k.SpNR, k.SpKC, k.MaxDensity = 64, 64, 0.8
	k.Gemm, k.GemmPanel, k.Gemv, k.VecMat = gemmAVX2, gemmPanelAVX2, gemvAVX2, vecMatAVX2
	k.CompressRows, k.SpMM, k.InExactRange = compressRowsAVX2, spmmAVX2, inExactRangeAVX2

	k.Pack, k.Transpose = packAVX2, transposeBlocks(8, transposeAVX2Asm)
	k.PanelFromRows, k.RowsFromPanel = panelFromRowsBlocks(8, transposeAVX2Asm), rowsFromPanelBlocks(8, transposeAVX2Asm)
	k.Gather, k.GatherRows = gatherBlocks(16, 32, gatherAVX2Asm), gatherRowsGroups(8, gatherRowsAVX2Asm)
	k.Prefetch = prefetchRows(prefetchAMD64Asm)

	k.Exp, k.Log = expAVX2, logAVX2
	k.Sigmoid, k.SigmoidGrad = sigmoidAVX2, sigmoidGradAVX2
	k.Tanh, k.TanhGrad = tanhAVX2, tanhGradAVX2
	k.ReLU, k.ReLUGrad = reluAVX2, reluGradAVX2
	k.ConvForward, k.ConvInputGrad = convForwardAVX2, convInputGradAVX2
	k.ConvWeightGrad, k.ConvBiasGrad = convWeightGradAVX2, convBiasGradAVX2
	setActivationsAVX2(k)
	k.Mul, k.Scale = mulAVX2, scaleAVX2

	k.Sum, k.Max = sumAVX2, maxAVX2
	k.SumSamples = samplesSum(sumSamplesAVX2Asm)
	k.Softmax = softmaxAVX2
	k.SoftmaxPanel = softmaxPanelAVX2
	k.CrossEntropyPanel = crossEntropyPanelAVX2

	k.SGD, k.Adagrad = sgdAVX2, adagradAVX2
	k.Momentum, k.Nesterov = momentumAVX2, nesterovAVX2
	k.RMSprop, k.RMSpropMomentum = rmspropAVX2, rmspropMomentumAVX2
	k.Adam, k.Nadam, k.Lion = adamAVX2, nadamAVX2, lionAVX2
	return k
}

// avx512 is the set for CPUs with AVX-512 F, VL, BW and DQ, and with BMI2 for shifts
// that make masks: 32 registers of 16 floats.
func avx512() *Kernels {
	k := avx2()
	k.Name = "avx512"
	k.MR, k.NR, k.EdgeNR = 14, 32, 4
	k.blockAVX512(hostCaches())
	// 64 rows of B of 128 columns are 32 of the 48 KB of L1. A nonzero element takes 8½
	// loads where a step of the dense product takes 8 multiply-adds, as in AVX2, whose
	// MaxDensity stays.
	k.SpNR, k.SpKC = 128, 64
	k.Gemm, k.GemmPanel, k.Gemv, k.SpMM = gemmAVX512, gemmPanelAVX512, gemvAVX512, spmmAVX512

	k.Pack, k.Transpose = packAVX512, transposeAVX512()
	k.PanelFromRows, k.RowsFromPanel = panelFromRowsBlocks(16, transposeAVX512Asm), rowsFromPanelBlocks(16, transposeAVX512Asm)
	k.Gather, k.GatherRows = gatherBlocks(16, 16, gatherAVX512Asm), gatherRowsGroups(16, gatherRowsAVX512Asm)

	k.Exp, k.Log = expAVX512, logAVX512
	k.Sigmoid, k.SigmoidGrad = sigmoidAVX512, sigmoidGradAVX512
	k.Tanh, k.TanhGrad = tanhAVX512, tanhGradAVX512
	k.ReLU, k.ReLUGrad = reluAVX512, reluGradAVX512
	k.ConvForward, k.ConvInputGrad = convForwardAVX512, convInputGradAVX512
	k.ConvWeightGrad, k.ConvBiasGrad = convWeightGradAVX512, convBiasGradAVX512
	setActivationsAVX512(k)
	k.Mul, k.Scale = mulAVX512, scaleAVX512

	k.Sum, k.Max = sumAVX512, maxAVX512
	k.SumSamples = samplesSum(sumSamplesAVX512Asm)
	k.Softmax = softmaxAVX512
	k.SoftmaxPanel = softmaxPanelAVX512
	k.CrossEntropyPanel = crossEntropyPanelAVX512

	k.SGD, k.Adagrad = sgdAVX512, adagradAVX512
	k.Momentum, k.Nesterov = momentumAVX512, nesterovAVX512
	k.RMSprop, k.RMSpropMomentum = rmspropAVX512, rmspropMomentumAVX512
	k.Adam, k.Nadam, k.Lion = adamAVX512, nadamAVX512, lionAVX512
	return k
}
