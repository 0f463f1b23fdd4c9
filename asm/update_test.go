package asm

import (
	"math"
	"testing"
)

// rule is an update rule in float32 and, transcribed, in float64.
type rule struct {
	name  string
	slots int
	start float32 // of the slots
	step  func(k *Kernels, w, g []float32, s [][]float32)
	exact func(w, g float64, s []float64) float64 // returns the new w, changes s
	// bound is the error of w after a step, in units of 2⁻²⁴, where |w| ≤ 4,
	// ½ ≤ |g| ≤ 2; see TestUpdateAccuracy.
	bound float64
}

// float64 of the float32 constants that the kernels get.
func constant(x float32) float64 { return float64(x) }

var rules = []rule{
	{"SGD", 0, 0, func(k *Kernels, w, g []float32, s [][]float32) { k.SGD(w, g, 0.01) },
		func(w, g float64, s []float64) float64 { return w - g*constant(0.01) }, 5},
	{"Momentum", 1, 0, func(k *Kernels, w, g []float32, s [][]float32) { k.Momentum(w, g, s[0], 0.1, 0.9) },
		func(w, g float64, s []float64) float64 {
			s[0] = s[0]*constant(0.9) - g*constant(0.1)
			return w + s[0]
		}, 20},
	{"Nesterov", 1, 0, func(k *Kernels, w, g []float32, s [][]float32) { k.Nesterov(w, g, s[0], 0.1, 0.9) },
		func(w, g float64, s []float64) float64 {
			s[0] = s[0]*constant(0.9) - g*constant(0.1)
			return w + s[0]*constant(0.9) - g*constant(0.1)
		}, 20},
	{"Adagrad", 1, 0.1, func(k *Kernels, w, g []float32, s [][]float32) { k.Adagrad(w, g, s[0], 0.01, 1e-7) },
		func(w, g float64, s []float64) float64 {
			s[0] += g * g
			return w - constant(0.01)*g/math.Sqrt(s[0]+constant(1e-7))
		}, 5},
	{"RMSprop", 1, 0, func(k *Kernels, w, g []float32, s [][]float32) { k.RMSprop(w, g, s[0], 0.01, 0.9, 0.1, 1e-7) },
		func(w, g float64, s []float64) float64 {
			s[0] = constant(0.9)*s[0] + constant(0.1)*g*g
			return w - constant(0.01)*g/math.Sqrt(s[0]+constant(1e-7))
		}, 5},
	{"RMSpropMomentum", 2, 0, func(k *Kernels, w, g []float32, s [][]float32) {
		k.RMSpropMomentum(w, g, s[0], s[1], 0.01, 0.9, 0.1, 0.7, 1e-7)
	},
		func(w, g float64, s []float64) float64 {
			s[0] = constant(0.9)*s[0] + constant(0.1)*g*g
			s[1] = constant(0.7)*s[1] + constant(0.01)*g/math.Sqrt(s[0]+constant(1e-7))
			return w - s[1]
		}, 7},
	{"Adam", 2, 0, func(k *Kernels, w, g []float32, s [][]float32) {
		k.Adam(w, g, s[0], s[1], 0.003, 0.1, 0.001, 1e-7)
	},
		func(w, g float64, s []float64) float64 {
			s[0] += (g - s[0]) * constant(0.1)
			s[1] += (g*g - s[1]) * constant(0.001)
			return w - s[0]*constant(0.003)/(math.Sqrt(s[1])+constant(1e-7))
		}, 7},
}

// TestUpdateAccuracy runs ten steps of every rule in every set beside a float64
// transcription.
//
// With u = 2⁻²⁴ and |w| ≤ 4, storing w costs 4·u a step. To that come, in each
// step: SGD 0.02·u. Momentum: m stays below 2·0.1/(1−0.9) = 2, so that each step
// adds three roundings, at most 4·u, to the error of m, of which 0.9 survive: at
// most 16·u after ten steps for m, 3·u more for Nesterov's look ahead, which
// only keeps 0.9 of it. Adagrad, RMSprop: a relative error of at most 10·4·u in
// v, half of that and five roundings in an update of at most
// 0.01·2/√(0.1·½²) = 0.13: below u. With momentum 0.7 at most 1/(1−0.7) times
// that: below 3·u. Adam: each step adds at most 2·u to m, and v ≥ 0.001·½² lets
// that change w by at most 0.003·10·2·u/0.0158 = 4·u, the mean of ten steps being
// half of that, and the relative error of v, as above, 0.003·2/0.0158·25·u = 10·u
// where m is as large as it never gets in ten steps (0.65·2, v 10 times as
// large: below u).
func TestUpdateAccuracy(t *testing.T) {
	const n, steps = 1000, 10
	for _, k := range Available() {
		for _, rule := range rules {
			r := random(len(rule.name))
			w, g := moderate.values(r, make([]float32, n)), make([]float32, n)
			exact := make([]float64, n)
			for i, v := range w {
				w[i] = v / 4
				exact[i] = float64(w[i])
			}
			slots, exactSlots := make([][]float32, rule.slots), make([][]float64, n)
			for s := range slots {
				slots[s] = make([]float32, n)
				for i := range n {
					slots[s][i] = rule.start
					exactSlots[i] = append(exactSlots[i], float64(rule.start))
				}
			}
			worst := 0.0
			for step := range steps {
				for i := range g {
					g[i] = 0.5 + 1.5*r.Float32()
					if r.IntN(2) == 0 {
						g[i] = -g[i]
					}
				}
				rule.step(k, w, g, slots)
				for i := range exact {
					exact[i] = rule.exact(exact[i], float64(g[i]), exactSlots[i])
					e := math.Abs(float64(w[i])-exact[i]) / 0x1p-24 / float64(step+1)
					if !(e <= worst) {
						worst = e
					}
				}
			}
			if !(worst <= rule.bound) {
				t.Errorf("%s: %s is wrong by %.2f·2⁻²⁴ a step, bound %g", k.Name, rule.name, worst, rule.bound)
			}
		}
	}
}

// TestSlotsNeverSubnormal checks that slots without gradient end at +0, not in
// the subnormals, from either side, that NaN stays, and that the accumulator of
// Adagrad is left alone.
func TestSlotsNeverSubnormal(t *testing.T) {
	for _, k := range Available() {
		for _, rule := range rules {
			if rule.slots == 0 {
				continue
			}
			const n = 40
			w, g := make([]float32, n), make([]float32, n)
			slots := make([][]float32, rule.slots)
			for s := range slots {
				slots[s] = make([]float32, n)
				for i := range slots[s] {
					// Numbers near the limit, to both sides of it.
					slots[s][i] = 0x1p-103 * float32(i+1)
					if s == len(slots)-1 && rule.name != "Adam" && rule.name != "RMSprop" && rule.name != "Adagrad" && i%2 == 0 {
						slots[s][i] *= -1 // a momentum
					}
				}
				slots[s][n-1] = nan32
			}
			before := append([]float32{}, slots[0]...)
			rule.step(k, w, g, slots)
			for s := range slots {
				zeros := 0
				for i, v := range slots[s][:n-1] {
					if v != 0 && v < 0x1p-100 && v > -0x1p-100 && rule.name != "Adagrad" {
						t.Errorf("%s: %s: slot %d, element %d is %g", k.Name, rule.name, s, i, v)
					}
					if math.Float32bits(v) == 0 {
						zeros++
					}
					if v == 0 && math.Float32bits(v) != 0 {
						t.Errorf("%s: %s: slot %d, element %d is −0", k.Name, rule.name, s, i)
					}
				}
				if rule.name == "Adagrad" {
					if d := diff(slots[s], before); d != "" {
						t.Errorf("%s: Adagrad without gradient: %s", k.Name, d)
					}
				} else if zeros < 5 || zeros > n-10 {
					t.Errorf("%s: %s: slot %d has %d zeros of %d", k.Name, rule.name, s, zeros, n)
				}
				if v := slots[s][n-1]; v == v {
					t.Errorf("%s: %s: slot %d lost its NaN: %g", k.Name, rule.name, s, v)
				}
			}
		}
	}
}

// TestTiny0 checks both sides of its limit.
func TestTiny0(t *testing.T) {
	below := math.Nextafter32(0x1p-100, 0)
	for x, want := range map[float32]float32{
		0x1p-100: 0x1p-100, -0x1p-100: -0x1p-100, below: 0, -below: 0, 0x1p-149: 0, 1: 1, inf32: inf32, -inf32: -inf32,
	} {
		if got := tiny0(x); !sameBits(got, want) {
			t.Errorf("tiny0(%g) = %g, want %g", x, got, want)
		}
	}
	if x := tiny0(math.Float32frombits(1 << 31)); math.Float32bits(x) != 0 {
		t.Errorf("tiny0(−0) has bits %#08x", math.Float32bits(x))
	}
	if x := tiny0(nan32); x == x {
		t.Errorf("tiny0(NaN) = %g", x)
	}
}

// TestSGDInPlace: w may be its own gradient, which is how weights decay.
func TestSGDInPlace(t *testing.T) {
	for _, n := range lengths {
		x := mixed.values(random(n), make([]float32, n))
		want := append([]float32(nil), x...)
		for i, v := range x {
			want[i] -= float32(v * 0.01)
		}
		for _, k := range Available() {
			w := append([]float32(nil), x...)
			k.SGD(w, w, 0.01)
			if d := diff(w, want); d != "" {
				t.Errorf("%s: %d parameters: %s", k.Name, n, d)
			}
		}
	}
}
