package asm

import (
	"flag"
	"math"
	"sync"
	"testing"
)

var exhaustive = flag.Bool("exhaustive", false, "run the element-wise functions on all 2³² inputs (minutes)")

// function is an element-wise function with what is known about it.
type function struct {
	name  string
	of    func(k *Kernels) func(y, x []float32)
	exact func(x float64) float64
	ulps  float64 // largest error over all inputs, in units in the last place
	at    float32 // where it is largest, to six digits
	hash  uint64  // of the results for 65,536 inputs, see TestFunctionHashes
}

var functions = []function{
	{"Exp", func(k *Kernels) func(y, x []float32) { return k.Exp }, math.Exp, 0.891, -5.84864, 0x87d77dfba74545ef},
	{"Sigmoid", func(k *Kernels) func(y, x []float32) { return k.Sigmoid }, exactSigmoid, 2.402, -4.15729, 0x852d6374bc2a10f2},
	{"Tanh", func(k *Kernels) func(y, x []float32) { return k.Tanh }, math.Tanh, 2.498, 4.50509, 0x6e9348baf7b80a13},
	{"Log", func(k *Kernels) func(y, x []float32) { return k.Log }, math.Log, 0.916, 0.735908, 0xc9206eab3ab46c84},
}

// exactSigmoid returns the sigmoid of x without cancellation in either tail.
func exactSigmoid(x float64) float64 {
	if x < 0 {
		t := math.Exp(x)
		return t / (1 + t)
	}
	return 1 / (1 + math.Exp(-x))
}

// TestFunctionHashes compares a hash of 65,536 results, spread over all bit
// patterns, with those of independent implementations in C.
func TestFunctionHashes(t *testing.T) {
	x, y := make([]float32, 1<<16), make([]float32, 1<<16)
	for i := range x {
		x[i] = math.Float32frombits(uint32(i) * 65537)
	}
	for _, k := range Available() {
		for _, f := range functions {
			f.of(k)(y, x)
			h := uint64(0)
			for _, v := range y {
				if v != v {
					v = nan32
				}
				h = h*0x9e3779b97f4a7c15 + uint64(math.Float32bits(v))
			}
			if h != f.hash {
				t.Errorf("%s: %s: hash %016x, want %016x", k.Name, f.name, h, f.hash)
			}
		}
	}
}

// TestFunctionAccuracy compares the functions with float64 on a sample of all
// inputs and around the worst, with -exhaustive on every one, and the other sets
// with the specification on the same inputs. The reference's own error is below
// 10⁻⁸ units of a float32; the largest error is a figure of three decimals.
func TestFunctionAccuracy(t *testing.T) {
	const chunk = 1 << 12
	step := uint64(2003)
	switch {
	case *exhaustive:
		step = 1
	case testing.Short():
		step = 40009
	}
	var wait sync.WaitGroup
	for _, f := range functions {
		wait.Go(func() {
			sets := Available()
			x, want, got := make([]float32, chunk), make([]float32, chunk), make([]float32, chunk)
			worst, worstAt := 0.0, float32(0)
			check := func(bits func(i int) uint32) {
				for i := range x {
					x[i] = math.Float32frombits(bits(i))
				}
				f.of(generic())(want, x)
				for i, v := range x {
					exact := f.exact(float64(v))
					if exact != exact != (want[i] != want[i]) {
						t.Errorf("%s(%g) = %g, want %g", f.name, v, want[i], exact)
					}
					if e := ulps(want[i], exact); e > worst {
						worst, worstAt = e, v
					}
				}
				for _, k := range sets {
					f.of(k)(got, x)
					if d := diff(got, want); d != "" {
						t.Errorf("%s: %s from %g on: %s", k.Name, f.name, x[0], d)
					}
				}
			}
			check(func(i int) uint32 { return math.Float32bits(f.at) + uint32(i-chunk/2) })
			for first := uint64(0); first < 1<<32 && !t.Failed(); first += chunk * step {
				check(func(i int) uint32 { return uint32(min(first+uint64(i)*step, 1<<32-1)) })
			}
			if math.Abs(worst-f.ulps) > 0.0005 {
				t.Errorf("%s: largest error %.4f ULP, at %g, want %.3f at %g", f.name, worst, worstAt, f.ulps, f.at)
			}
			t.Logf("%s: at most %.4f ULP, at %g", f.name, worst, worstAt)
		})
	}
	wait.Wait()
}

// TestFunctionLimits checks every set at NaN, infinities, zeros and where
// results leave float32's range.
func TestFunctionLimits(t *testing.T) {
	negativeZero := math.Float32frombits(1 << 31)
	const tiny = 0x1p-149
	for _, k := range Available() {
		for _, c := range []struct {
			name string
			f    func(y, x []float32)
			x, y float32
		}{
			{"Exp", k.Exp, nan32, nan32}, {"Exp", k.Exp, -inf32, 0}, {"Exp", k.Exp, inf32, inf32},
			{"Exp", k.Exp, 0, 1}, {"Exp", k.Exp, negativeZero, 1}, {"Exp", k.Exp, 88.72284, inf32},
			{"Exp", k.Exp, 89, inf32}, {"Exp", k.Exp, -103.9, tiny}, {"Exp", k.Exp, -104, 0}, {"Exp", k.Exp, -1e30, 0},
			{"Log", k.Log, nan32, nan32}, {"Log", k.Log, -1, nan32}, {"Log", k.Log, -inf32, nan32}, {"Log", k.Log, -tiny, nan32},
			{"Log", k.Log, 0, -inf32}, {"Log", k.Log, negativeZero, -inf32}, {"Log", k.Log, inf32, inf32}, {"Log", k.Log, 1, 0},
			{"Log", k.Log, tiny, -103.278929903431851103},
			{"Sigmoid", k.Sigmoid, nan32, nan32}, {"Sigmoid", k.Sigmoid, -inf32, 0}, {"Sigmoid", k.Sigmoid, inf32, 1},
			{"Sigmoid", k.Sigmoid, 0, 0.5}, {"Sigmoid", k.Sigmoid, negativeZero, 0.5},
			{"Tanh", k.Tanh, nan32, nan32}, {"Tanh", k.Tanh, -inf32, -1}, {"Tanh", k.Tanh, inf32, 1}, {"Tanh", k.Tanh, 0, 0},
			{"Tanh", k.Tanh, negativeZero, negativeZero}, {"Tanh", k.Tanh, tiny, tiny}, {"Tanh", k.Tanh, -tiny, -tiny},
			{"ReLU", k.ReLU, nan32, nan32}, {"ReLU", k.ReLU, -inf32, 0}, {"ReLU", k.ReLU, inf32, inf32}, {"ReLU", k.ReLU, 0, 0},
			{"ReLU", k.ReLU, negativeZero, negativeZero}, {"ReLU", k.ReLU, -tiny, 0}, {"ReLU", k.ReLU, tiny, tiny},
		} {
			y := []float32{7}
			if c.f(y, []float32{c.x}); !sameBits(y[0], c.y) {
				t.Errorf("%s: %s(%g) = %g (%#08x), want %g", k.Name, c.name, c.x, y[0], math.Float32bits(y[0]), c.y)
			}
		}
	}
}

// TestGradients checks the gradients of every set: the definition by fma32, and
// what ReLUGrad does with NaN, zeros and an infinite dy that is not selected.
func TestGradients(t *testing.T) {
	const n = 1000
	dy, y := moderate.values(random(1), make([]float32, n)), make([]float32, n)
	for i, v := range moderate.values(random(2), make([]float32, n)) {
		y[i] = v / 8
	}
	dx := make([]float32, n)
	for _, k := range Available() {
		k.SigmoidGrad(dx, dy, y)
		for i, d := range dx {
			if want := dy[i] * exactFMA(-y[i], y[i], y[i]); !sameBits(d, want) {
				t.Fatalf("%s: SigmoidGrad(%g, %g) = %g, want %g", k.Name, dy[i], y[i], d, want)
			}
		}
		k.TanhGrad(dx, dy, y)
		for i, d := range dx {
			if want := dy[i] * exactFMA(-y[i], y[i], 1); !sameBits(d, want) {
				t.Fatalf("%s: TanhGrad(%g, %g) = %g, want %g", k.Name, dy[i], y[i], d, want)
			}
		}
		got := make([]float32, 7)
		k.ReLUGrad(got, []float32{nan32, inf32, -3, 4, 5, 6, -7}, []float32{0, math.Float32frombits(1 << 31), 0x1p-149, inf32, nan32, -1, 2})
		if d := diff(got, []float32{0, 0, -3, 4, 0, 0, -7}); d != "" {
			t.Errorf("%s: ReLUGrad: %s", k.Name, d)
		}
	}
}
