package optim

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"weft/asm"
)

// formula transcribes a rule for one parameter in step t: it returns the new w and
// changes the slots. Its values are a float64 implementation; its bounds hold for
// float32 in this order of operations.
type formula func(o Optimizer, t int, w, g bound, s []bound) bound

// checkRule holds a rule, in each of its forms, to all that every rule promises, and
// to Keras's golden values.
func checkRule(t *testing.T, f formula, forms ...Optimizer) {
	for _, o := range forms {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			checkBits(t, o)
			checkConfig(t, o)
			checkInvalid(t, o)
			checkTinySlots(t, o)
			checkRateZero(t, o)
			checkLengths(t, o)
			checkAllocations(t, o)
		})
	}
	t.Run("golden", func(t *testing.T) { checkGolden(t, f, forms[0].Name()) })
}

// variable is a tensor with its slots.
type variable struct {
	w     []float32
	slots [][]float32
}

// newVariable returns a variable with a copy of w.
func newVariable(o Optimizer, w []float32) *variable {
	v := &variable{w: slices.Clone(w)}
	for _, start := range o.Slots() {
		v.slots = append(v.slots, slices.Repeat([]float32{start}, len(w)))
	}
	return v
}

func (v *variable) update(k *asm.Kernels, s *Step, g []float32) { s.Update(k, v.w, g, v.slots) }

// part returns a range of a variable, in the same memory.
func (v *variable) part(lo, hi int) *variable {
	p := &variable{w: v.w[lo:hi]}
	for _, s := range v.slots {
		p.slots = append(p.slots, s[lo:hi])
	}
	return p
}

// bits returns a variable's numbers and slots as bits, so that −0 is not +0.
func (v *variable) bits() (b []uint32) {
	for _, x := range append([][]float32{v.w}, v.slots...) {
		for _, f := range x {
			b = append(b, math.Float32bits(f))
		}
	}
	return b
}

// random returns n numbers of many magnitudes, some of them ±0.
func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Ldexp(2*r.Float64()-1, r.IntN(8)-r.IntN(40)*r.IntN(2)))
		if r.IntN(16) == 0 {
			x[i] = float32(math.Copysign(0, float64(x[i])))
		}
	}
	return x
}

// checkBits compares five steps in every set, whole and in ranges, with the Go
// specification.
func checkBits(t *testing.T, o Optimizer) {
	sets := asm.Available()
	specification := sets[len(sets)-1]
	for _, n := range []int{0, 1, 7, 8, 15, 16, 17, 31, 33, 64, 65, 100, 257} {
		r := rand.New(rand.NewPCG(3, uint64(n)))
		start, gradients := random(r, n), [][]float32{random(r, n), random(r, n), random(r, n), random(r, n), random(r, n)}
		want := newVariable(o, start)
		for i, g := range gradients {
			step := o.At(i+1, o.Rate())
			want.update(specification, &step, g)
		}
		for _, k := range sets {
			whole, split := newVariable(o, start), newVariable(o, start)
			for i, g := range gradients {
				step := o.At(i+1, o.Rate())
				whole.update(k, &step, g)
				for _, part := range [][2]int{{2 * n / 3, n}, {0, n / 3}, {n / 3, 2 * n / 3}} {
					split.part(part[0], part[1]).update(k, &step, g[part[0]:part[1]])
				}
			}
			require.Equal(t, want.bits(), whole.bits(), "%d parameters in %s", n, k.Name)
			require.Equal(t, want.bits(), split.bits(), "%d parameters in three ranges in %s", n, k.Name)
		}
	}
}

// checkConfig: Config and FromConfig are inverse, what is missing has Keras's default,
// and an unknown hyper-parameter is an error that names the choices. Only the rate
// changes with WithRate.
func checkConfig(t *testing.T, o Optimizer) {
	got, err := FromConfig(o.Name(), o.Config())
	require.NoError(t, err)
	assert.Equal(t, o, got)
	standard, err := ByName(o.Name())
	require.NoError(t, err)

	config := o.Config()
	config["learning_rate"] = 0.125
	other := o.WithRate(0.125)
	assert.Equal(t, 0.125, other.Rate())
	assert.Equal(t, config, other.Config(), "only the rate changes")

	for key := range o.Config() {
		config := o.Config()
		delete(config, key)
		if got, err = FromConfig(o.Name(), config); err == nil { // nesterov needs its momentum
			assert.Equal(t, standard.Config()[key], got.Config()[key], "without %s", key) // 0 where it has none
		}
	}
	config["beta"+"_0"] = 0.5
	_, err = FromConfig(o.Name(), config)
	require.ErrorContains(t, err, `"beta_0"`)
	for key := range standard.Config() {
		assert.ErrorContains(t, err, key, "the choices")
	}
	for key := range o.Config() {
		assert.ErrorContains(t, err, key, "the choices")
	}
	assert.ErrorContains(t, err, "weight_decay", "the choices")
}

// checkInvalid puts values out of range into every hyper-parameter.
func checkInvalid(t *testing.T, o Optimizer) {
	inf, nan := math.Inf(1), math.NaN()
	const huge, nearlyOne, nothing = 1e39, 1 - 1e-9, 1e-50 // as float32 +Inf, 1 and 0
	atLeastZero := []float64{-1e-9, huge, inf, -inf, nan}
	belowOne := []float64{-1e-9, nearlyOne, 1, inf, -inf, nan}
	positive := []float64{-1e-9, 0, nothing, huge, inf, -inf, nan}
	flags := []float64{-1, 0.5, 2, inf, nan}
	bad := map[string][]float64{
		"learning_rate": atLeastZero, "initial_accumulator_value": atLeastZero, "weight_decay": atLeastZero,
		"l1_regularization_strength": atLeastZero, "l2_regularization_strength": atLeastZero, "l2_shrinkage_regularization_strength": atLeastZero, "beta": atLeastZero,
		"momentum": belowOne, "rho": belowOne, "beta_1": belowOne, "beta_2": belowOne,
		"epsilon":             positive,
		"learning_rate_power": {0, -1, nan},
		"nesterov":            flags, "amsgrad": flags, "centered": flags,
	}
	require.NoError(t, o.Validate())
	for key := range o.Config() {
		require.Contains(t, bad, key, "no bad values for it")
		for _, v := range bad[key] {
			config := maps.Clone(o.Config())
			config[key] = v
			got, err := FromConfig(o.Name(), config)
			require.Error(t, err, "%s %v", key, v)
			assert.Nil(t, got)
			assert.ErrorContains(t, err, "optim: "+o.Name()+" with "+key)
			assert.ErrorContains(t, err, "give ", "the remedy")
		}
	}
}

// checkTinySlots: with a gradient of 0 a slot that decays never lies between 0 and
// 2⁻¹⁰⁰, and w does not become NaN. A slot that does not decay stays as it is.
func checkTinySlots(t *testing.T, o Optimizer) {
	starts := []float32{0x1p-99, -0x1p-99, 0x1.000002p-100, 0x1p-100, -0x1p-100, 0x1.fffffep-101, 0x1p-126, -0x1p-126, 0x1p-149}
	for _, k := range asm.Available() {
		for slot := range o.Slots() {
			v := newVariable(o, make([]float32, len(starts)))
			for i, s := range starts {
				v.slots[slot][i] = s
				if !signed(o, slot) {
					v.slots[slot][i] = abs32(s)
				}
			}
			before := slices.Clone(v.slots[slot])
			step := o.At(1, o.Rate())
			v.update(k, &step, make([]float32, len(starts)))
			for i, after := range v.slots[slot] {
				stays := math.Float32bits(after) == math.Float32bits(before[i]) && before[i] > 0
				assert.True(t, math.Float32bits(after) == 0 || abs32(after) >= 0x1p-100 || stays, "slot %d from %g became %g in %s", slot, before[i], after, k.Name)
				assert.False(t, math.IsNaN(float64(v.w[i])), "w is NaN in %s, slot %d from %g", k.Name, slot, before[i])
			}
		}
	}
}

// signed reports whether a slot can become negative.
func signed(o Optimizer, slot int) bool {
	v := newVariable(o, []float32{1})
	step := o.At(1, o.Rate())
	v.update(asm.Best(), &step, []float32{10})
	first := v.slots[slot][0]
	v = newVariable(o, []float32{1})
	v.update(asm.Best(), &step, []float32{-10})
	return first < 0 || v.slots[slot][0] < 0
}

// checkRateZero: a rate of 0 is legal and moves no parameter.
func checkRateZero(t *testing.T, o Optimizer) {
	o = o.WithRate(0)
	require.NoError(t, o.Validate())
	require.Zero(t, o.Rate())
	for _, k := range asm.Available() {
		start := []float32{1, -2, 3, 0, 5e-3}
		v := newVariable(o, start)
		for i := range 3 {
			step := o.At(i+1, 0)
			v.update(k, &step, []float32{1, 2, -3, 4, 0})
		}
		assert.Equal(t, start, v.w, k.Name)
	}
}

// checkLengths: slices of different lengths, and another number of slots, panic with
// the sizes, and nothing is written.
func checkLengths(t *testing.T, o Optimizer) {
	for _, k := range asm.Available() {
		for short := range 2 + len(o.Slots()) {
			v, g := newVariable(o, []float32{1, 2, 3, 4, 5}), []float32{1, 1, 1, 1, 1}
			operands := []*[]float32{&v.w, &g}
			for i := range v.slots {
				operands = append(operands, &v.slots[i])
			}
			*operands[short] = (*operands[short])[:3]
			before := v.bits()
			step := o.At(1, 0.1)
			message := panicOf(func() { v.update(k, &step, g) })
			require.Regexp(t, `different lengths \[[0-9 ]*3[0-9 ]*\]`, message, "%s, operand %d", k.Name, short)
			require.Contains(t, message, "5")
			require.Equal(t, before, v.bits(), "%s wrote before it panicked", k.Name)
		}
		v := newVariable(o, []float32{1, 2})
		before, step := v.bits(), o.At(1, 0.1)
		for _, slots := range [][][]float32{append([][]float32{{1, 2}}, v.slots...), v.slots[:max(0, len(v.slots)-1)]} {
			if len(slots) == len(v.slots) {
				continue // none can be taken away
			}
			message := panicOf(func() { step.Update(k, v.w, []float32{1, 1}, slots) })
			require.Contains(t, message, fmt.Sprintf("%d slots: the rule has %d", len(slots), len(v.slots)))
			require.Equal(t, before, v.bits(), "%s wrote before it panicked", k.Name)
		}
	}
}

// panicOf returns what f panics with, "" if it does not.
func panicOf(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// checkAllocations: neither half of a step allocates, called as a trainer does,
// through the interface.
func checkAllocations(t *testing.T, o Optimizer) {
	for _, k := range asm.Available() {
		v, g, i := newVariable(o, make([]float32, 100)), make([]float32, 100), 0
		var step Step
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			i++
			step = o.At(i, 0.1)
			v.update(k, &step, g)
		}), k.Name)
	}
}

// goldenRules is what Keras and NumPy made of every rule; see its source.
type goldenRules struct {
	Initial   []float32
	Gradients [][]float32
	Cases     []struct {
		Optimizer     string
		Given, Config map[string]float64
		Weights       [][]float64 // after each step
	}
}

// checkGolden runs every golden case of a rule: its hyper-parameters are Keras's, the
// formula gives the float64 weights, and the float32 weights of every set are within
// the formula's bound of them.
//
// The file has 13 digits, and float64 rounds a number of each step a few times: 10⁻¹¹
// allows for both, where no difference cancels more than that.
func checkGolden(t *testing.T, f formula, name string) {
	data, err := os.ReadFile("testdata/golden_rules.json")
	require.NoError(t, err)
	var golden goldenRules
	require.NoError(t, json.Unmarshal(data, &golden))
	cases := 0
	for _, c := range golden.Cases {
		if c.Optimizer != name {
			continue
		}
		cases++
		o, err := FromConfig(c.Optimizer, c.Given)
		require.NoError(t, err)
		o = o.WithRate(float64(float32(o.Rate()))) // as Keras and the file have it
		for key, v := range o.Config() {
			require.Contains(t, c.Config, key)
			assert.Equal(t, float32(c.Config[key]), float32(v), "%v: %s", c.Given, key)
		}
		for _, k := range asm.Available() {
			ours, worst, widest := newVariable(o, golden.Initial), 0.0, 0.0
			exact, state := make([]bound, len(golden.Initial)), make([][]bound, len(golden.Initial))
			for j, w := range golden.Initial {
				exact[j] = exactly(w)
				state[j] = slots(o)
			}
			for i, want := range c.Weights {
				step := o.At(i+1, o.Rate())
				ours.update(k, &step, golden.Gradients[i])
				for j, w := range want {
					if decay := o.Config()["weight_decay"]; decay != 0 {
						exact[j] = sub(exact[j], mul(exact[j], constant(decay*o.Rate())))
					}
					exact[j] = f(o, i+1, exact[j], exactly(golden.Gradients[i][j]), state[j])
					b := exact[j]
					require.InDelta(t, w, b.v, 1e-11*(1+math.Abs(w)), "%v: the formula, element %d after step %d", c.Given, j, i+1)
					mine := math.Abs(float64(ours.w[j]) - b.v)
					require.LessOrEqual(t, mine, b.e, "%v in %s: element %d after step %d is %g, want %g", c.Given, k.Name, j, i+1, ours.w[j], w)
					if b.e > 0 {
						worst, widest = max(worst, mine/b.e), max(widest, b.e/(math.Abs(w)+0.05))
					}
				}
			}
			t.Logf("%s %v in %s: at most %.2f of the bound, which is at most %.1e of |w|+0.05", name, c.Given, k.Name, worst, widest)
			assert.Less(t, widest, 1e-3, "%v: the bound", c.Given)
		}
	}
	require.NotZero(t, cases, "no golden case of %s", name)
}
