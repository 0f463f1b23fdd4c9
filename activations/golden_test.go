package activations

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"weft/asm"
)

// numbers are float64 and singles float32 in strings, for JSON has no infinity.
type (
	numbers []float64
	singles []float64
)

func (n *numbers) UnmarshalJSON(data []byte) (err error) {
	*n, err = parse(data, 64)
	return err
}

func (n *singles) UnmarshalJSON(data []byte) (err error) {
	*n, err = parse(data, 32)
	return err
}

func parse(data []byte, size int) (values []float64, err error) {
	var texts []string
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, err
	}
	for _, s := range texts {
		v, err := strconv.ParseFloat(s, size)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// golden is what mpmath gives for a grid of float64, correctly rounded, and
// Keras for the grid rounded to float32; see its source.
type golden struct {
	X         numbers
	Functions map[string]struct {
		F64, DF64     numbers
		Keras, DKeras singles
	}
	Softmax []struct {
		X, Softmax64 numbers
		Keras        singles
	}
}

func readGolden(t *testing.T) (g golden) {
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.X) == 0 || len(g.Functions) != 4 || len(g.Softmax) == 0 {
		t.Fatalf("golden.json: %d numbers, %d functions, %d rows", len(g.X), len(g.Functions), len(g.Softmax))
	}
	return g
}

// kerasULP is how far Keras's float32 column is from the float64 one in units in
// the last place, where neither is subnormal: TensorFlow's own error.
const kerasULP = 4

// TestGolden compares values and derivatives with the float64 columns, within
// the bounds of accuracy_test.go, and with Keras's within those and Keras's own.
//
// The columns are at x, the functions see float32(x), that is s = |f'|·|Δx| of
// value away, with f' from the golden column. A derivative comes from the output
// and is off by what the output is. Keras flushes subnormal numbers, in and out,
// so where one is met its column is not used.
func TestGolden(t *testing.T) {
	g := readGolden(t)
	for name, f := range g.Functions {
		a, err := ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0 // Keras's
		for i, x := range g.X {
			x32, y, dx := float32(x), make([]float32, 1), make([]float32, 1)
			a.Forward(asm.Best(), y, []float32{x32})
			a.Backward(asm.Best(), dx, []float32{1}, []float32{x32}, y)
			want, slope := f.F64[i], f.DF64[i]
			if math.IsNaN(x) || math.IsInf(float64(x32), 0) {
				if got := float64(y[0]); got != float64(float32(want)) && !(math.IsNaN(got) && math.IsNaN(want)) {
					t.Errorf("%s(%v) = %v, want %v", name, x, got, want)
				}
				continue
			}
			s := math.Abs(slope) * math.Abs(x-float64(x32)) * (1 + 0x1p-20)
			e := valueULP(a)*ulp(want) + s
			if off := math.Abs(float64(y[0]) - want); !(off <= e) {
				t.Errorf("%s(%v) = %v, want %v: %g off, want at most %g", name, x, y[0], want, off, e)
			}
			bound := slopeBound(a, want, e)
			if off := math.Abs(float64(dx[0]) - slope); !(off <= bound) && (x32 != 0 || x == 0) { // too small for a float32, x lands on ReLU's kink
				t.Errorf("%s at %v: derivative %v, want %v: %g off, want at most %g", name, x, dx[0], slope, off, bound)
			}

			if tiny(x) || tiny(want) || tiny(slope) {
				continue
			}
			if want != 0 {
				worst = max(worst, (math.Abs(f.Keras[i]-want)-s)/ulp(want))
			}
			k := kerasULP*ulp(want) + s
			if off := math.Abs(float64(y[0]) - f.Keras[i]); !(off <= e+k) {
				t.Errorf("%s(%v) = %v, Keras's %v: %g off, want at most %g", name, x, y[0], f.Keras[i], off, e+k)
			}
			bound += slopeBound(a, want, k)
			if off := math.Abs(float64(dx[0]) - f.DKeras[i]); !(off <= bound) {
				t.Errorf("%s at %v: derivative %v, Keras's %v: %g off, want at most %g", name, x, dx[0], f.DKeras[i], off, bound)
			}
		}
		t.Logf("%s: Keras is at most %.2f units in the last place off", name, worst)
		if !(worst <= kerasULP) {
			t.Errorf("%s: Keras is %.2f units in the last place off the float64 column, taken were %v", name, worst, kerasULP)
		}
	}
}

// tiny reports whether v is subnormal as a float32.
func tiny(v float64) bool { return v != 0 && math.Abs(v) < 0x1p-126 }

// TestGoldenSoftmax compares rows with the float64 column, within the bound of
// accuracy_test.go plus what the rounding of the row's numbers to float32 makes:
// a logit that is Δ off changes its exp by Δ, and the sum by at most the largest
// Δ, both relative. Keras adds in another order, but with no more roundings than
// one for each class: twice the bound for so short a row.
func TestGoldenSoftmax(t *testing.T) {
	for _, row := range readGolden(t).Softmax {
		z, p, largest := make([]float32, len(row.X)), make([]float32, len(row.X)), 0.0
		for i, v := range row.X {
			z[i] = float32(v)
			if row.Softmax64[i] != 0 { // where the exp is 0, Δ has nothing to change
				largest = max(largest, math.Abs(float64(z[i])-v))
			}
		}
		Softmax.Forward(asm.Best(), p, z)
		for i, bound := range softmaxBound(row.X, row.Softmax64) {
			want := row.Softmax64[i]
			bound += 2 * largest * want
			if off := math.Abs(float64(p[i]) - want); !(off <= bound) {
				t.Errorf("softmax of %v, element %d: %v, want %v: %g off, want at most %g", row.X, i, p[i], want, off, bound)
			}
			if off := math.Abs(float64(p[i]) - row.Keras[i]); !(off <= 3*bound) {
				t.Errorf("softmax of %v, element %d: %v, Keras's %v: %g off, want at most %g", row.X, i, p[i], row.Keras[i], off, 3*bound)
			}
		}
	}
}
