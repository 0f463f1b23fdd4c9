package optim

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"weft/asm"
)

// golden is what Keras made: the weights of two variables after each of ten
// steps with given gradients; see its source.
type golden struct {
	W0    []float32   `json:"w0"`
	B0    []float32   `json:"b0"`
	GradW [][]float32 `json:"grad_w"`
	GradB [][]float32 `json:"grad_b"`
	Cases []goldenCase
}

// goldenCase is one optimizer of Keras: its name, the arguments that were given
// (true is 1) and all that it reported.
type goldenCase struct {
	Optimizer     string
	Given, Config map[string]float64
	Steps         []struct{ W, B []float32 }
}

func readGolden(t *testing.T) (g golden) {
	data, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &g))
	require.NotEmpty(t, g.Cases)
	return g
}

// optimizer makes the rule of a case, from the defaults of this package and the
// arguments that Keras was given.
func (c *goldenCase) optimizer(t *testing.T) Optimizer {
	o, err := ByName(c.Optimizer)
	require.NoError(t, err)
	config := o.Config()
	for name, v := range c.Given {
		if name == "clipnorm" || name == "global_clipnorm" {
			continue // done to the gradients, before the rule: see clipped
		}
		require.Contains(t, config, name)
		config[name] = v
	}
	o, err = FromConfig(c.Optimizer, config)
	require.NoError(t, err)
	return o
}

func (c *goldenCase) clips() bool { return c.Config["clipnorm"]+c.Config["global_clipnorm"] != 0 }

// clipped returns the gradients of a step, both variables', as the rule gets
// them: clipped by the norm of each or of both together, as the case has it, in
// float32 in any order.
func (c *goldenCase) clipped(gradients [2][]float32) (out [2][]bound) {
	global := 0.0
	for _, g := range gradients {
		global += squares(g)
	}
	for i, g := range gradients {
		limit, norm, n := c.Config["clipnorm"], math.Sqrt(squares(g)), len(g)
		if c.Config["global_clipnorm"] != 0 {
			limit, norm, n = c.Config["global_clipnorm"], math.Sqrt(global), len(gradients[0])+len(gradients[1])
		}
		for _, v := range g {
			b := exactly(v)
			if limit != 0 && norm > limit {
				// The squares and any order of their sum are at most n roundings off,
				// the root halves that; the root itself, and a division and two products
				// that Keras makes of the scaling, are fewer than five more.
				b.v *= limit / norm
				b.e = (float64(n)/2 + 5) * unit * math.Abs(b.v)
			}
			out[i] = append(out[i], b)
		}
	}
	return out
}

func squares(g []float32) (sum float64) {
	for _, v := range g {
		sum += float64(v) * float64(v)
	}
	return sum
}

// kerasRate is Adam's rate as Keras derives it, in float32: the betas rounded,
// their powers by a library function that may be two units off (2·2·2⁻²⁴), then
// a difference, root, product and quotient.
func kerasRate(a Adam, t int) bound {
	rest := func(beta float64) bound {
		v := math.Pow(beta, float64(t))
		return sub(exactly(1.0), bound{v, (float64(t)*unit + 4*unit) * v})
	}
	return div(mul(constant(a.LearningRate), root(rest(a.Beta2))), rest(a.Beta1))
}

// formulas are those of the rules in the file.
var formulas = map[string]formula{"sgd": sgdFormula, "rmsprop": rmspropFormula, "adam": adamFormula, "adagrad": adagradFormula}

// kerasFormula has Adam's rate as Keras derives it.
func kerasFormula(o Optimizer, t int, w, g bound, s []bound) bound {
	if a, ok := o.(Adam); ok {
		return adamAt(a, kerasRate(a, t), w, g, s)
	}
	return formulas[o.Name()](o, t, w, g, s)
}

// TestGoldenDefaults compares every hyper-parameter with what Keras reported of
// itself, as float32, in which Keras keeps the rate.
func TestGoldenDefaults(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Cases {
		for name, v := range c.optimizer(t).Config() {
			require.Contains(t, c.Config, name)
			assert.Equal(t, float32(c.Config[name]), float32(v), "%s %v: %s", c.Optimizer, c.Given, name)
		}
	}
}

// TestGoldenBits holds every rule to Keras's bits, after every step, in every
// set. Adam gets the rate that Keras derives in float32 in place of its own,
// which shows that nothing but the rate differs.
func TestGoldenBits(t *testing.T) {
	g := readGolden(t)
	for _, k := range asm.Available() {
		for _, c := range g.Cases {
			if c.clips() {
				continue // the order of Keras's sum of squares is not documented
			}
			o := c.optimizer(t)
			w, b := newVariable(o, g.W0), newVariable(o, g.B0)
			for i, want := range c.Steps {
				step := o.At(i+1, o.Rate())
				if a, ok := o.(Adam); ok {
					beta1 := float32(math.Pow(float64(float32(a.Beta1)), float64(i+1)))
					beta2 := float32(math.Pow(float64(float32(a.Beta2)), float64(i+1)))
					step.Constants[0] = float32(float32(a.LearningRate)*float32(math.Sqrt(float64(1-beta2)))) / (1 - beta1)
				}
				w.update(k, &step, g.GradW[i])
				b.update(k, &step, g.GradB[i])
				require.Equal(t, want.W, w.w, "%s %v in %s: w after step %d", c.Optimizer, c.Given, k.Name, i+1)
				require.Equal(t, want.B, b.w, "%s %v in %s: b after step %d", c.Optimizer, c.Given, k.Name, i+1)
			}
		}
	}
}

// slots returns the slots of a rule at their start.
func slots(o Optimizer) (s []bound) {
	for _, start := range o.Slots() {
		b := exactly(start)
		if v := o.Config()["initial_accumulator_value"]; float32(v) == start {
			b = constant(v)
		}
		s = append(s, b)
	}
	return s
}

// TestGoldenAccuracy runs every case next to its formula in float64 and compares
// both the weights of this package and Keras's with the bound that a float32
// computation in that order of operations has. Keras's bound is the wider by
// its float32 rate of Adam. Gradients are clipped here, in float64.
func TestGoldenAccuracy(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.Cases {
		o := c.optimizer(t)
		start := [2][]float32{g.W0, g.B0}
		var ours [2]*variable
		var exact, keras [2][]bound
		var exactSlots, kerasSlots [2][][]bound
		for v, w := range start {
			ours[v] = newVariable(o, w)
			for _, x := range w {
				exact[v] = append(exact[v], exactly(x))
				exactSlots[v], kerasSlots[v] = append(exactSlots[v], slots(o)), append(kerasSlots[v], slots(o))
			}
			keras[v] = append(keras[v], exact[v]...)
		}
		worst, widest := 0.0, 0.0
		for i, want := range c.Steps {
			step, golden := o.At(i+1, o.Rate()), [2][]float32{want.W, want.B}
			for v, gradient := range c.clipped([2][]float32{g.GradW[i], g.GradB[i]}) {
				rounded := make([]float32, len(gradient))
				for j, d := range gradient {
					rounded[j] = float32(d.v)
					exact[v][j] = formulas[c.Optimizer](o, i+1, exact[v][j], d, exactSlots[v][j])
					keras[v][j] = kerasFormula(o, i+1, keras[v][j], d, kerasSlots[v][j])
				}
				ours[v].update(asm.Best(), &step, rounded)
				for j, b := range exact[v] {
					mine, theirs := math.Abs(float64(ours[v].w[j])-b.v), math.Abs(float64(golden[v][j])-keras[v][j].v)
					require.LessOrEqual(t, mine, b.e, "%s %v: variable %d, element %d after step %d", c.Optimizer, c.Given, v, j, i+1)
					require.LessOrEqual(t, theirs, keras[v][j].e, "Keras's %s %v: variable %d, element %d after step %d", c.Optimizer, c.Given, v, j, i+1)
					if b.e > 0 {
						worst = max(worst, mine/b.e)
					}
					widest = max(widest, keras[v][j].e)
				}
			}
		}
		t.Logf("%-8s %v: at most %.2f of the bound; Keras's bound at most %.1e", c.Optimizer, c.Given, worst, widest)
	}
}
