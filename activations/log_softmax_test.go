package activations

import (
	"math"
	"testing"

	"weft/asm"
)

// logSoftmaxBound is how far LogSoftmax may be from the exact row y of z. With u =
// 2⁻²⁴: x−m is rounded, |x−m|·u; the sum is off by what its exponentials are, each
// |x−m|·u and 1.782·u, weighted by their share, and by ⌈n/16⌉+3 additions, all
// relative, which is absolute in the logarithm; log is 0.916 units in the last place
// off, at most 1.832·u of it, and the difference rounds.
func logSoftmaxBound(z, y []float64) []float64 {
	m, mean := math.Inf(-1), 0.0
	for _, v := range z {
		m = max(m, v)
	}
	for i, v := range z {
		mean += math.Exp(y[i]) * min(m-v, 110)
	}
	log := math.Log(float64(len(z)))
	bound := make([]float64, len(z))
	for i, v := range z {
		bound[i] = ((m - v) + mean + 1.782 + float64((len(z)+15)/16+3) + 1.832*log + math.Abs(y[i])) * unit
	}
	return bound
}

// exactLogSoftmax is LogSoftmax of a row in float64.
func exactLogSoftmax(z []float64) []float64 {
	m, sum := math.Inf(-1), 0.0
	for _, v := range z {
		m = max(m, v)
	}
	for _, v := range z {
		sum += math.Exp(v - m)
	}
	y := make([]float64, len(z))
	for i, v := range z {
		y[i] = v - m - math.Log(sum)
	}
	return y
}

// TestLogSoftmaxAccuracy compares rows of many lengths and ranges with float64, and
// the gradient, which is as far off as e^y is, y's error included, times the sum, whose
// own error is (⌈n/16⌉+3) roundings of Σ|dy|.
func TestLogSoftmaxAccuracy(t *testing.T) {
	r := source(5)
	for _, n := range []int{1, 2, 10, 16, 17, 100, 257, 1000} {
		for _, size := range []float32{1, 10, 100, 1e30} {
			z, dy, y, dx := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range z {
				z[i], dy[i] = size*(2*r.Float32()-1), 2*r.Float32()-1
			}
			LogSoftmax.Forward(asm.Best(), y, z)
			LogSoftmax.Backward(asm.Best(), dx, dy, nil, y)
			want := exactLogSoftmax(wide(z))
			total, absolute := 0.0, 0.0
			for _, d := range wide(dy) {
				total += d
				absolute += math.Abs(d)
			}
			for i, bound := range logSoftmaxBound(wide(z), want) {
				if off := math.Abs(float64(y[i]) - want[i]); !(off <= bound) {
					t.Fatalf("%d classes in ±%g, element %d: %v, want %v: %g off, want at most %g", n, size, i, y[i], want[i], off, bound)
				}
				p := math.Exp(want[i])
				wantGrad := float64(dy[i]) - p*total
				boundGrad := p*math.Abs(total)*(math.Expm1(min(bound, 1))+3*unit) + (math.Abs(wantGrad)+p*absolute*float64((n+15)/16+3))*unit + 1e-44
				if off := math.Abs(float64(dx[i]) - wantGrad); !(off <= boundGrad) {
					t.Fatalf("%d classes in ±%g, element %d: gradient %v, want %v: %g off, want at most %g", n, size, i, dx[i], wantGrad, off, boundGrad)
				}
			}
		}
	}
}

// TestLogSoftmaxGolden compares rows with Keras in float64, those with infinities
// and NaN too.
func TestLogSoftmaxGolden(t *testing.T) {
	for _, row := range readGolden2(t).Rows {
		n := len(row.X)
		z, dy, y, dx := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range row.X {
			z[i], dy[i] = float32(row.X[i]), float32(row.Upstream[i])
		}
		LogSoftmax.Forward(asm.Best(), y, z)
		LogSoftmax.Backward(asm.Best(), dx, dy, nil, y)
		for i, bound := range logSoftmaxBound(row.X, row.LogSoftmax) {
			want, wantGrad := row.LogSoftmax[i], row.LogSoftmaxGrad[i]
			if same := math.IsNaN(want) && y[i] != y[i] || y[i] == float32(want); !same && !(math.Abs(float64(y[i])-want) <= bound) {
				t.Errorf("log-softmax of %v, element %d: %v, want %v", row.X, i, y[i], want)
			}
			// The bound of the gradient as above, with Σ|dy| ≤ n.
			bound = (math.Expm1(min(bound, 1)) + 8*unit) * float64(n)
			if same := math.IsNaN(wantGrad) && dx[i] != dx[i]; !same && !(math.Abs(float64(dx[i])-wantGrad) <= bound) {
				t.Errorf("gradient of log-softmax of %v, element %d: %v, want %v", row.X, i, dx[i], wantGrad)
			}
		}
	}
}
