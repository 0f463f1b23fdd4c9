package activations

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"weft/asm"
)

// curve is what a test knows of an element-wise activation.
type curve struct {
	a            Activation
	value, slope func(x float64) float64 // in float64; at the infinities the limits

	// valueOff and slopeOff bound how far float32 results may be off, where want
	// is the exact one.
	valueOff, slopeOff func(x, want float64) float64
}

// within bounds an error by so many units in the last place of the result.
func within(ulps float64) func(x, want float64) float64 {
	return func(x, want float64) float64 { return ulps * ulp(want) }
}

// check holds the activation to its curve, in every set: on a sample of all
// float32 numbers, and on the golden grid, whose values the curve must have too.
func (c curve) check(t *testing.T) {
	t.Helper()
	c.checkConfig(t)
	c.checkGolden(t)
	x := append(sample(), inf, -inf)
	for _, k := range asm.Available() {
		y, dx := c.run(k, x)
		worst, worstSlope := 0.0, 0.0 // in units in the last place
		for i, v := range wide(x) {
			worst = max(worst, c.compare(t, "value", v, y[i], c.value(v), c.valueOff))
			worstSlope = max(worstSlope, c.compare(t, "derivative", v, dx[i], c.slope(v), c.slopeOff))
		}
		t.Logf("%s %v in %s: at most %.3f units in the last place off, its derivative %.3g", c.a.Name(), c.a.Config(), k.Name, worst, worstSlope)

		y, _ = c.run(k, repeat(nan, 37))
		mustEqual(t, y, repeat(nan, 37), "%s of NaN in %s", c.a.Name(), k.Name)
	}
}

// run returns the values at x and the derivatives.
func (c curve) run(k *asm.Kernels, x []float32) (y, dx []float32) {
	y, dx = make([]float32, len(x)), make([]float32, len(x))
	c.a.Forward(k, y, x)
	input := x
	if !c.a.Traits().NeedsInput {
		input = nil
	}
	c.a.Backward(k, dx, repeat(1, len(x)), input, y)
	return y, dx
}

// compare fails where got is further off than allowed, and returns how far it
// is, in units in the last place.
func (c curve) compare(t *testing.T, what string, x float64, got float32, want float64, allowed func(x, want float64) float64) float64 {
	t.Helper()
	if float64(got) == want || math.Abs(want) > math.MaxFloat32 && float64(got) == math.Copysign(math.Inf(1), want) {
		return 0
	}
	off := math.Abs(float64(got) - want)
	if bound := allowed(x, want); !(off <= bound) {
		t.Fatalf("%s %v: %s at %v is %v, want %v: %g off, want at most %g", c.a.Name(), c.a.Config(), what, x, got, want, off, bound)
	}
	return off / ulp(want)
}

// checkConfig checks that name and hyper-parameters give the activation again.
func (c curve) checkConfig(t *testing.T) {
	t.Helper()
	if a, err := FromConfig(c.a.Name(), c.a.Config()); err != nil || a != c.a {
		t.Errorf("FromConfig(%q, %v) = %v, %v, want %v", c.a.Name(), c.a.Config(), a, err, c.a)
	}
	if err := Validate(c.a); err != nil {
		t.Error(err)
	}
}

// golden2 is what mpmath gives for functions and derivatives at exact float32
// numbers, rounded to float64; see its note.
type golden2 struct {
	X     numbers
	Cases []struct {
		Function  string
		Args      map[string]any
		F64, DF64 numbers
	}
	Rows []struct {
		X, Upstream    singles
		LogSoftmax     numbers `json:"log_softmax_f64"`
		LogSoftmaxGrad numbers `json:"log_softmax_grad_f64"`
	}
}

func readGolden2(t *testing.T) (g golden2) {
	t.Helper()
	data, err := os.ReadFile("testdata/golden2.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// checkGolden compares the activation and its curve with the golden columns of
// the same name and hyper-parameters; there must be some for Keras's defaults.
func (c curve) checkGolden(t *testing.T) {
	t.Helper()
	g, found := readGolden2(t), false
	for _, golden := range g.Cases {
		config := map[string]float64{}
		for key, v := range golden.Args {
			switch v := v.(type) {
			case float64:
				config[key] = v
			case bool:
				if config[key] = 0; v {
					config[key] = 1
				}
			}
		}
		if a, err := FromConfig(golden.Function, config); err != nil || a != c.a {
			continue
		}
		found = true
		for i, v := range g.X {
			x := float64(float32(v))
			if x != x {
				continue
			}
			y, dx := c.run(asm.Best(), []float32{float32(x)})
			c.compare(t, "golden value", x, y[0], golden.F64[i], c.valueOff)
			c.compare(t, "golden derivative", x, dx[0], golden.DF64[i], c.slopeOff)
			if off := math.Abs(c.value(x) - golden.F64[i]); off > 1e-12*math.Abs(golden.F64[i])+1e-48 {
				t.Errorf("%s: the test's own value at %v is %v, want %v", c.a.Name(), x, c.value(x), golden.F64[i])
			}
			if off := math.Abs(c.slope(x) - golden.DF64[i]); off > 1e-12*max(1, math.Abs(golden.DF64[i])) {
				t.Errorf("%s: the test's own derivative at %v is %v, want %v", c.a.Name(), x, c.slope(x), golden.DF64[i])
			}
		}
	}
	if byName, err := ByName(c.a.Name()); err == nil && byName == c.a && !found {
		t.Errorf("golden2.json has no %s %v", c.a.Name(), c.a.Config())
	}
}
