package asm

import (
	"fmt"
	"testing"
)

// elementwise describes a kernel on slices of equal lengths.
type elementwise struct {
	kernel string
	slices int    // how many slices it takes; the first is written
	alias  []int  // the operands that the first slice may be
	fills  []fill // how to fill slices 1, 2, …; the last one goes for the rest
	call   func(k *Kernels, s [][]float32) float32
}

// The constants of an update are those of Keras, and others in which every
// product rounds.
var elementwiseKernels = []elementwise{
	{"Exp", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Exp(s[0], s[1]); return 0 }},
	{"Log", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Log(s[0], s[1]); return 0 }},
	{"Sigmoid", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Sigmoid(s[0], s[1]); return 0 }},
	{"Tanh", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Tanh(s[0], s[1]); return 0 }},
	{"ReLU", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.ReLU(s[0], s[1]); return 0 }},
	{"SigmoidGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.SigmoidGrad(s[0], s[1], s[2]); return 0 }},
	{"TanhGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.TanhGrad(s[0], s[1], s[2]); return 0 }},
	{"ReLUGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.ReLUGrad(s[0], s[1], s[2]); return 0 }},
	{"LeakyReLU", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.LeakyReLU(s[0], s[1], 0.3); return 0 }},
	{"LeakyReLUGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.LeakyReLUGrad(s[0], s[1], s[2], 0.3); return 0 }},
	{"ELU", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.ELU(s[0], s[1], 1.05, 1.7, 0.9); return 0 }},
	{"ELUGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.ELUGrad(s[0], s[1], s[2], 1.05, 1.7, 0.9, 0); return 0 }},
	{"ReLU6", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.ReLU6(s[0], s[1]); return 0 }},
	{"ReLU6Grad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.ReLU6Grad(s[0], s[1], s[2]); return 0 }},
	{"HardSigmoid", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.HardSigmoid(s[0], s[1]); return 0 }},
	{"HardSigmoidGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.HardSigmoidGrad(s[0], s[1], s[2]); return 0 }},
	{"HardSiLU", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.HardSiLU(s[0], s[1]); return 0 }},
	{"HardSiLUGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.HardSiLUGrad(s[0], s[1], s[2]); return 0 }},
	{"Softsign", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Softsign(s[0], s[1]); return 0 }},
	{"SoftsignGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.SoftsignGrad(s[0], s[1], s[2]); return 0 }},
	{"Softplus", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Softplus(s[0], s[1]); return 0 }},
	{"SoftplusGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.SoftplusGrad(s[0], s[1], s[2]); return 0 }},
	{"SiLU", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.SiLU(s[0], s[1]); return 0 }},
	{"SiLUGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.SiLUGrad(s[0], s[1], s[2]); return 0 }},
	{"Mish", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Mish(s[0], s[1]); return 0 }},
	{"MishGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.MishGrad(s[0], s[1], s[2]); return 0 }},
	{"GELU", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.GELU(s[0], s[1]); return 0 }},
	{"GELUGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.GELUGrad(s[0], s[1], s[2]); return 0 }},
	{"GELUTanh", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.GELUTanh(s[0], s[1]); return 0 }},
	{"GELUTanhGrad", 3, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.GELUTanhGrad(s[0], s[1], s[2]); return 0 }},
	{"Mul", 3, []int{1, 2}, nil, func(k *Kernels, s [][]float32) float32 { k.Mul(s[0], s[1], s[2]); return 0 }},
	{"Scale", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 { k.Scale(s[0], s[1], 1.1); return 0 }},
	{"Sum", 1, nil, nil, func(k *Kernels, s [][]float32) float32 { return k.Sum(s[0]) }},
	{"Max", 1, nil, nil, func(k *Kernels, s [][]float32) float32 { return k.Max(s[0]) }},
	{"Softmax", 2, []int{1}, nil, func(k *Kernels, s [][]float32) float32 {
		if len(s[0]) > 0 {
			k.Softmax(s[0], s[1])
		}
		return 0
	}},
	{"SGD", 2, nil, nil, func(k *Kernels, s [][]float32) float32 { k.SGD(s[0], s[1], 0.01); return 0 }},
	{"Momentum", 3, nil, nil, func(k *Kernels, s [][]float32) float32 { k.Momentum(s[0], s[1], s[2], 0.1, 0.9); return 0 }},
	{"Nesterov", 3, nil, nil, func(k *Kernels, s [][]float32) float32 { k.Nesterov(s[0], s[1], s[2], 0.1, 0.9); return 0 }},
	{"Adagrad", 3, nil, []fill{moderate, positive}, func(k *Kernels, s [][]float32) float32 {
		k.Adagrad(s[0], s[1], s[2], 0.001, 1e-7)
		return 0
	}},
	{"RMSprop", 3, nil, []fill{moderate, positive}, func(k *Kernels, s [][]float32) float32 {
		k.RMSprop(s[0], s[1], s[2], 0.001, 0.9, 0.1, 1e-7)
		return 0
	}},
	{"RMSpropMomentum", 4, nil, []fill{moderate, positive, moderate}, func(k *Kernels, s [][]float32) float32 {
		k.RMSpropMomentum(s[0], s[1], s[2], s[3], 0.001, 0.9, 0.1, 0.7, 1e-7)
		return 0
	}},
	{"Adam", 4, nil, []fill{moderate, moderate, positive}, func(k *Kernels, s [][]float32) float32 {
		k.Adam(s[0], s[1], s[2], s[3], 0.003, 0.1, 0.001, 1e-7)
		return 0
	}},
	{"Nadam", 4, nil, []fill{moderate, moderate, positive}, func(k *Kernels, s [][]float32) float32 {
		k.Nadam(s[0], s[1], s[2], s[3], 0.003, 0.002, 0.1, 0.001, 1e-7)
		return 0
	}},
	{"Lion", 3, nil, nil, func(k *Kernels, s [][]float32) float32 {
		k.Lion(s[0], s[1], s[2], 0.01, 0.9, 0.1, 0.99, 0.01)
		return 0
	}},
}

// TestElementwise compares every element-wise kernel of every set with the
// specification by bits: at every length and alignment, in place where that is
// allowed, between guard pages.
func TestElementwise(t *testing.T) {
	for _, e := range elementwiseKernels {
		t.Run(e.kernel, func(t *testing.T) {
			t.Parallel()
			guards := guardsFor(t, e.slices, lengths[len(lengths)-1])
			for _, n := range lengths {
				for f := range fills {
					e.compare(t, guards, n, f)
				}
			}
		})
	}
}

// compare runs the kernel on n elements in every set.
func (e elementwise) compare(t *testing.T, guards []*guard, n int, f fill) {
	t.Helper()
	r := random(n, int(f))
	in := make([][]float32, e.slices)
	for i := range in {
		how := f
		if f == moderate && i > 0 && len(e.fills) > 0 {
			how = e.fills[min(i, len(e.fills))-1]
		}
		in[i] = how.values(r, make([]float32, n))
	}
	places := alignments
	if n > 67 && f != mixed { // the long ones at some places only
		places = []int{flushRight, 0, 1, 8}
	}
	comparison{fmt.Sprintf("%s(%d)", e.kernel, n), e.alias, e.call}.sets(t, guards, in, places)
}

// TestLengthsDiffer checks that slices of different lengths panic with nothing
// written.
func TestLengthsDiffer(t *testing.T) {
	for _, e := range elementwiseKernels {
		if e.slices == 1 {
			continue
		}
		for _, k := range Available() {
			for short := range e.slices {
				s := make([][]float32, e.slices)
				for i := range s {
					s[i] = positive.values(random(i), make([]float32, 40))
				}
				s[short] = s[short][:39]
				panicsUnchanged(t, fmt.Sprintf("%s: %s with slice %d too short", k.Name, e.kernel, short), s, func() { e.call(k, s) })
			}
		}
	}
}
