package asm

// generic is the specification: every kernel in Go, compiled on every platform.
func generic() *Kernels {
	return &Kernels{
		Name: "generic",
		MR:   4, NR: 32, MC: 64, KC: 256, KCShort: 256, NC: 512, SpNR: spNRGo, SpKC: 64, MaxDensity: 0.7,

		Gemm: gemmGo, Gemv: gemvGo, VecMat: vecMatGo,
		SpMM: spmmGo, CompressRows: compressRowsGo, InExactRange: inExactRangeGo,

		Gather: gatherGo, GatherRows: gatherRowsGo, Prefetch: prefetchGo,
		PanelFromRows: panelFromRowsGo, RowsFromPanel: rowsFromPanelGo,
		Pack: packGo, Transpose: transposeGo,

		Exp: expGo, Log: logGo, Sigmoid: sigmoidGo, Tanh: tanhGo, ReLU: reluGo,
		SigmoidGrad: sigmoidGradGo, TanhGrad: tanhGradGo, ReLUGrad: reluGradGo,
		Mul: mulGo, Scale: scaleGo,

		Sum: sumGo, Max: maxGo, SumSamples: sumSamplesGo,
		Softmax: softmaxGo, SoftmaxPanel: softmaxPanelGo, CrossEntropyPanel: crossEntropyPanelGo,

		SGD: sgdGo, Momentum: momentumGo, Nesterov: nesterovGo, Adagrad: adagradGo,
		RMSprop: rmspropGo, RMSpropMomentum: rmspropMomentumGo, Adam: adamGo, Nadam: nadamGo,
	}
}
