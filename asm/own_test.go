package asm

import (
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// inherited lists the kernels that a set takes from the set below, with the reason.
var inherited = map[string]map[string]string{
	"avx2": {},
	"avx512": {
		"VecMat":       "it runs at the speed of L2 as it is",
		"CompressRows": "compressing an element costs little next to using it",
		"InExactRange": "it runs at the speed of L2 as it is",
	},
	"neon": {
		"ConvForward":    "its tiles are Gemm's, on copies that Go makes first",
		"ConvInputGrad":  "its tiles are Gemm's, on copies that Go makes first",
		"ConvWeightGrad": "its tiles are Gemm's, on copies that Go makes first",
		"ConvBiasGrad":   "its tiles are Gemm's, on copies that Go makes first",
		"CompressRows":   "compressing an element costs little next to using it",
		"Pack":           "Go's memmove is written for arm64",
		"Nadam":          "rarely used: the Go kernel is correct, and fast enough",
		"Lion":           "rarely used: the Go kernel is correct, and fast enough",
	},
}

// suffixes is how the assembly of each set ends, after or without Asm.
var suffixes = map[string]string{"generic": "", "avx2": "AVX2", "avx512": "AVX512", "neon": "NEON"}

// TestSetsRunTheirOwnAssembly calls every kernel on memory that cannot be read and looks
// in which function it faults: that of its set. Equal bits alone would let a set pass
// that calls Go.
func TestSetsRunTheirOwnAssembly(t *testing.T) {
	x := forbidden(t, 1<<14)
	for _, k := range Available() {
		suffix, known := suffixes[k.Name]
		if !known {
			t.Errorf("%s: a set that this test does not know", k.Name)
			continue
		}
		v := reflect.ValueOf(*k)
		for i := range v.NumField() {
			kernel, field := v.Type().Field(i).Name, v.Field(i)
			if field.Kind() != reflect.Func || kernel == "Prefetch" { // which only gives a hint: it cannot fault
				continue
			}
			call, special := calls[kernel]
			if !special {
				call = func(_ *Kernels, x []float32) { onFloats(t, kernel, field, x[:128]) }
			}
			where := faultsIn(func() { call(k, x) })
			if reason := inherited[k.Name][kernel]; reason != "" {
				if isOf(where, suffix) {
					t.Errorf("%s: %s is its own, but listed as one that is not", k.Name, kernel)
				} else if below := map[string]string{"avx512": "AVX2"}[k.Name]; !isOf(where, below) {
					t.Errorf("%s: %s ran %s", k.Name, kernel, where)
				}
			} else if !isOf(where, suffix) {
				t.Errorf("%s: %s ran %s", k.Name, kernel, where)
			}
		}
	}
}

// isOf reports whether a function that faulted is assembly of a set: its name ends so.
// Go's functions have none of the suffixes.
func isOf(function, suffix string) bool {
	name := strings.TrimSuffix(function, "Asm")
	if suffix != "" {
		return strings.HasSuffix(name, suffix)
	}
	return function != "" && !slices.ContainsFunc([]string{"AVX2", "AVX512", "NEON"}, func(s string) bool { return strings.HasSuffix(name, s) })
}

// onFloats calls a kernel whose operands are floats and slices of floats of one length.
func onFloats(t *testing.T, kernel string, f reflect.Value, x []float32) {
	in := make([]reflect.Value, f.Type().NumIn())
	for i := range in {
		switch f.Type().In(i) {
		case reflect.TypeFor[[]float32]():
			in[i] = reflect.ValueOf(x)
		case reflect.TypeFor[float32]():
			in[i] = reflect.ValueOf(float32(0.5))
		default:
			t.Fatalf("%s takes more than floats: give it a line in calls", kernel)
		}
	}
	f.Call(in)
}

// calls are those of the other kernels on forbidden memory.
var calls = map[string]func(k *Kernels, x []float32){
	"Gemm": func(k *Kernels, x []float32) {
		k.Gemm(Gemm{M: 8, N: 32, K: 8, A: x, RS: 8, CS: 1, B: x, LDB: 32, PB: 256, C: x, LDC: 32, PC: 256})
	},
	"GemmPanel": func(k *Kernels, x []float32) {
		k.GemmPanel(Gemm{M: 42, N: k.NR, K: 8, A: x, RS: 8, CS: 1, B: x, LDB: 32, PB: 256, C: x, LDC: 32, PC: 256}, nil, nil, 0)
	},
	"SpMM": func(k *Kernels, x []float32) {
		rows := NewSparseRows(1, 8)
		k.CompressRows(rows, make([]float32, PanelWidth), 1, 8, 0)
		k.SpMM(SpMM{N: k.SpNR, A: rows, B: x, PB: 256, C: x, PC: PanelWidth})
	},
	"CompressRows": func(k *Kernels, x []float32) { k.CompressRows(NewSparseRows(4, 32), x, 4, 32, 0) },
	"Gemv":         func(k *Kernels, x []float32) { k.Gemv(x[:16], x[:64], x[:16*64], x[:16]) },
	"VecMat":       func(k *Kernels, x []float32) { k.VecMat(x[:32], x[:8], x, 32) },
	"SoftmaxPanel": func(k *Kernels, x []float32) { k.SoftmaxPanel(x, x, 10, PanelWidth) },
	"CrossEntropyPanel": func(k *Kernels, x []float32) {
		k.CrossEntropyPanel(x, x, 10, PanelWidth, make([]int32, PanelWidth), x, x)
	},
	"SumSamples":    func(k *Kernels, x []float32) { k.SumSamples(x[:8], x, 1, 0) },
	"Gather":        func(k *Kernels, x []float32) { k.Gather(x, bytesOf(x), 64, make([]int32, 16), 16) },
	"GatherRows":    func(k *Kernels, x []float32) { k.GatherRows(x, bytesOf(x), 64, 0, 64, make([]int32, 16)) },
	"PanelFromRows": func(k *Kernels, x []float32) { k.PanelFromRows(x, x, 32, 32, 32, 32) },
	"RowsFromPanel": func(k *Kernels, x []float32) { k.RowsFromPanel(x, 32, x, 32, 32) },
	"Pack":          func(k *Kernels, x []float32) { k.Pack(x, 32, x[4096:], 32, 8, 32) },
	"Transpose":     func(k *Kernels, x []float32) { k.Transpose(x, 32, x, 32, 32, 32) },

	"ConvForward":    func(k *Kernels, x []float32) { k.ConvForward(ownConv(), x, x, x, nil, 2) },
	"ConvTurn":       func(k *Kernels, x []float32) { k.ConvTurn(ownConv(), x, x, 0, 1) },
	"ConvInputGrad":  func(k *Kernels, x []float32) { k.ConvInputGrad(ownConv(), x, x, x, 2) },
	"ConvWeightGrad": func(k *Kernels, x []float32) { k.ConvWeightGrad(ownConv(), x, x, x, 2, 0, 9, false) },
	"ConvBiasGrad":   func(k *Kernels, x []float32) { k.ConvBiasGrad(ownConv(), x, x, 2, false) },
}

// ownConv is a convolution of a size that takes no detour.
func ownConv() *Conv {
	c := &Conv{Window: Window{H: 8, W: 8, KH: 3, KW: 3, SH: 1, SW: 1, DH: 1, DW: 1}.Padded(true), In: 32, Out: 32}
	c.X, _ = ImageLayout(c.H, c.W, c.In, 0, 0, 0, 0)
	c.Y, _ = ImageLayout(c.OH, c.OW, c.Out, 0, 0, 0, 0)
	return c
}

func bytesOf(x []float32) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// faultsIn returns the name of the function in which f faults, without its package, ""
// where it does not.
func faultsIn(f func()) (function string) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if _, fault := r.(interface{ Addr() uintptr }); !fault {
			panic(r)
		}
		pcs := make([]uintptr, 64)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
		for signalled := false; ; {
			frame, more := frames.Next()
			if signalled {
				function = frame.Function[strings.LastIndex(frame.Function, ".")+1:]
				return
			}
			signalled = frame.Function == "runtime.sigpanic"
			if !more {
				return
			}
		}
	}()
	f()
	return ""
}
