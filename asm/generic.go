package asm

// generic is the specification: every kernel in Go, compiled on every platform.
func generic() *Kernels {
	k := &Kernels{
		Name: "generic",
		MR:   4, MC: 64, KC: 256, KS: 256, NC: 512, NR: 32, SparseN: 64, SparseK: 64, MaxDensity: 0.7,
		Gemm: gemmGo, Gemv: gemvGo, VecMat: vecMatGo, Nonzeros: nonzerosGo, Regular: regularGo,
		Exp: expGo, Log: logGo, Sigmoid: sigmoidGo, Tanh: tanhGo, ReLU: reluGo,
		SigmoidGrad: sigmoidGradGo, TanhGrad: tanhGradGo, ReLUGrad: reluGradGo,
		Mul: mulGo, Scale: scaleGo,
		Sum: sumGo, Dot: dotGo, Max: maxGo,
		Softmax: softmaxGo, SoftmaxCrossEntropy: softmaxCrossEntropyGo,
		SoftmaxPanel: softmaxPanelGo, CrossEntropyPanel: crossEntropyPanelGo,
		SumSamples: sumSamplesGo,
		Gather:     gatherGo, GatherRows: gatherRowsGo, Prefetch: prefetchGo,
		PanelFromRows: panelFromRowsGo, RowsFromPanel: rowsFromPanelGo,
		Pack: packGo, Transpose: transposeGo,
		SGD: sgdGo, Momentum: momentumGo, Nesterov: nesterovGo, Adagrad: adagradGo,
		RMSprop: rmspropGo, RMSpropMomentum: rmspropMomentumGo, Adam: adamGo,
	}
	setActivationsGo(k)
	k.GemmUpdate, k.SparseGemm = k.gemmThenUpdate, k.sparseGemmThenUpdate
	return k
}

// gemmThenUpdate is GemmUpdate by the set's kernels, one after the other.
func (k *Kernels) gemmThenUpdate(g Gemm, u Update) {
	g.check()
	u.check()
	k.Gemm(g)
	k.Update(u)
}
