package asm

import (
	"math"
	"testing"
)

// TestSumRule checks Sum of every set against the rule, written down
// plainly, and against float64: a lane rounds ⌈n/16⌉ times, the fold four times.
func TestSumRule(t *testing.T) {
	fold := func(lane []float32) float32 {
		for h := 8; h > 0; h /= 2 {
			for l := 0; l < h; l++ {
				lane[l] = lane[l] + lane[l+h]
			}
		}
		return lane[0]
	}
	for _, n := range lengths {
		r := random(n)
		x, sum := moderate.values(r, make([]float32, n)), make([]float32, 16)
		var exact, size float64
		for i, v := range x {
			sum[i%16] = sum[i%16] + v
			exact += float64(v)
			size += math.Abs(float64(v))
		}
		want := fold(sum)
		bound := float64((n+15)/16+4+1) * 0x1p-24 // and one for the second order
		for _, k := range Available() {
			if got := k.Sum(x); !sameBits(got, want) || math.Abs(float64(got)-exact) > bound*size {
				t.Errorf("%s: Sum of %d = %g, want %g, exactly %g", k.Name, n, got, want, exact)
			}
		}
	}
}

// TestMax checks what Max does with NaN, zeros and nothing.
func TestMax(t *testing.T) {
	negativeZero := math.Float32frombits(1 << 31)
	for _, k := range Available() {
		for _, c := range []struct {
			x   []float32
			max float32
		}{
			{nil, -inf32}, {[]float32{nan32}, -inf32}, {[]float32{negativeZero}, 0}, {[]float32{0, negativeZero}, 0},
			{[]float32{negativeZero, 0, negativeZero}, 0}, {[]float32{-inf32, -3, nan32, -2, nan32}, -2},
			{[]float32{nan32, inf32, 1}, inf32}, {[]float32{-0x1p-149, negativeZero, -1}, 0},
		} {
			// A short row, and the same values at every place of a longer one.
			for pad := range 70 {
				x := make([]float32, 0, pad+len(c.x))
				for range pad {
					x = append(x, -inf32)
				}
				x = append(x, c.x...)
				if got := k.Max(x); !sameBits(got, c.max) {
					t.Errorf("%s: Max of %d × −Inf and %v = %g (%#08x), want %g", k.Name, pad, c.x, got, math.Float32bits(got), c.max)
				}
			}
		}
	}
}

// TestSumIsPositiveZero checks that a sum of nothing and a sum of −0 are +0.
func TestSumIsPositiveZero(t *testing.T) {
	negativeZeros := make([]float32, 40)
	for i := range negativeZeros {
		negativeZeros[i] = math.Float32frombits(1 << 31)
	}
	for _, k := range Available() {
		for n := range len(negativeZeros) + 1 {
			if s := k.Sum(negativeZeros[:n]); !sameBits(s, 0) {
				t.Errorf("%s: the sum of %d × −0 is %#08x", k.Name, n, math.Float32bits(s))
			}
		}
		dst := []float32{7, 7}
		k.SumSamples(dst, nil, 0, 64)
		if d := diff(dst, []float32{0, 0}); d != "" {
			t.Errorf("%s: SumSamples of no panel: %s", k.Name, d)
		}
	}
}

// TestSumSamplesIsSum checks that the sum over the samples of panels is Sum of
// the samples in a row.
func TestSumSamplesIsSum(t *testing.T) {
	const features, panels, stride = 7, 5, 7*PanelWidth + 9
	x := mixed.values(random(3), make([]float32, panels*stride))
	for _, k := range Available() {
		dst := make([]float32, features)
		k.SumSamples(dst, x, panels, stride)
		for i, got := range dst {
			var row []float32
			for p := range panels {
				row = append(row, x[p*stride+i*PanelWidth:][:PanelWidth]...)
			}
			if want := sumGo(row); !sameBits(got, want) {
				t.Errorf("%s: feature %d: %g, want %g", k.Name, i, got, want)
			}
		}
	}
}
