package optim

import (
	"maps"
	"math"
	"math/big"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDefaults holds ByName to Keras's names, defaults and slots. That these
// are Keras's is TestGoldenDefaults; this table is for the reader.
func TestDefaults(t *testing.T) {
	tests := []struct {
		name  string
		want  Optimizer
		slots []float32 // their start values
	}{
		{"sgd", SGD{LearningRate: 0.01}, nil},
		{"adagrad", Adagrad{LearningRate: 0.001, InitialAccumulator: 0.1, Epsilon: 1e-7}, []float32{0.1}},
		{"rmsprop", RMSprop{LearningRate: 0.001, Rho: 0.9, Epsilon: 1e-7}, []float32{0}},
		{"adam", Adam{LearningRate: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}, []float32{0, 0}},
	}
	require.Len(t, tests, len(kinds))
	for _, test := range tests {
		o, err := ByName(test.name)
		require.NoError(t, err)
		assert.Equal(t, test.want, o)
		assert.Equal(t, test.name, o.Name())
		assert.Equal(t, test.slots, o.Slots(), test.name)
	}
}

// TestSlots: momentum costs a slot, which starts at 0.
func TestSlots(t *testing.T) {
	for _, test := range []struct {
		o     Optimizer
		slots int
	}{{NewSGD(1).WithMomentum(0.9), 1}, {NewSGD(1).WithNesterov(0.9), 1}, {NewRMSprop(1).WithMomentum(0.9), 2}} {
		assert.Equal(t, make([]float32, test.slots), test.o.Slots(), "%+v", test.o)
	}
}

// TestRoundTrip: Config and FromConfig are inverse, with every hyper-parameter
// away from its default.
func TestRoundTrip(t *testing.T) {
	tests := append([]Optimizer{
		SGD{0.25, 0.5, false},
		SGD{0.25, 0.5, true},
		Adagrad{0.25, 0.5, 1e-3},
		RMSprop{0.25, 0.5, 0.75, 1e-3},
		Adam{0.25, 0.5, 0.75, 1e-3},
	}, every...)
	for _, o := range tests {
		got, err := FromConfig(o.Name(), o.Config())
		require.NoError(t, err, "%+v", o)
		assert.Equal(t, o, got)

		other := o.WithRate(0.125)
		assert.Equal(t, 0.125, other.Rate(), "%+v", o)
		config := o.Config()
		config["learning_rate"] = 0.125
		assert.Equal(t, config, other.Config(), "only the rate of %+v changes", o)
	}
}

// TestConfigErrors: a name or hyper-parameter that is not known, and one that is
// missing, are errors that name it and the choices.
func TestConfigErrors(t *testing.T) {
	_, err := ByName("adamw")
	assert.EqualError(t, err, `optim: no optimizer "adamw": choose one of [sgd adagrad rmsprop adam]`)
	_, err = FromConfig("Adam", nil)
	assert.EqualError(t, err, `optim: no optimizer "Adam": choose one of [sgd adagrad rmsprop adam]`)

	for _, o := range every {
		for key := range o.Config() {
			config := o.Config()
			delete(config, key)
			got, err := FromConfig(o.Name(), config)
			assert.ErrorContains(t, err, `"`+key+`"`, o.Name())
			assert.ErrorContains(t, err, o.Name())
			assert.Nil(t, got, o.Name())
		}
		config := o.Config()
		config["beta"] = 0.5
		_, err := FromConfig(o.Name(), config)
		assert.ErrorContains(t, err, `"beta"`, o.Name())
		for key := range o.Config() {
			assert.ErrorContains(t, err, key, "the choices of "+o.Name())
		}
	}
}

// TestInvalid puts values out of range into every hyper-parameter of every rule,
// by Validate and by FromConfig.
func TestInvalid(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	const huge, nearlyOne, nothing = 1e39, 1 - 1e-9, 1e-50 // as float32 +Inf, 1 and 0
	bad := map[string][]float64{
		"learning_rate":             {-1e-9, huge, inf, -inf, nan},
		"initial_accumulator_value": {-1e-9, huge, inf, -inf, nan},
		"momentum":                  {-1e-9, nearlyOne, 1, inf, -inf, nan},
		"rho":                       {-1e-9, nearlyOne, 1, inf, -inf, nan},
		"beta_1":                    {-1e-9, nearlyOne, 1, inf, -inf, nan},
		"beta_2":                    {-1e-9, nearlyOne, 1, inf, -inf, nan},
		"epsilon":                   {-1e-9, 0, nothing, huge, inf, -inf, nan},
		"nesterov":                  {-1, 0.5, 2, inf, nan},
	}
	for _, o := range every {
		for key := range o.Config() {
			require.Contains(t, bad, key, "no bad values for it")
			for _, v := range bad[key] {
				config := maps.Clone(o.Config())
				config[key] = v
				got, err := FromConfig(o.Name(), config)
				require.Error(t, err, "%s with %s %v", o.Name(), key, v)
				assert.Nil(t, got)
				assert.ErrorContains(t, err, "optim: "+o.Name()+" with "+key)
				assert.ErrorContains(t, err, "give ", "the remedy")
			}
		}
	}
	assert.ErrorContains(t, NewAdam(nan).Validate(), "learning_rate NaN")
	assert.ErrorContains(t, SGD{LearningRate: 0.1, Nesterov: true}.Validate(), "nesterov")
	for _, o := range every {
		assert.NoError(t, o.Validate(), "%+v", o)
	}
}

// TestPower compares the repeated squaring with math/big at 53 bits in the same
// order, by bits, and with the true power: each of the at most 2·log₂ n products
// is half a unit off and what it is off grows with the power that is left, at
// most n·2⁻⁵² of the result in all.
func TestPower(t *testing.T) {
	for _, beta := range []float64{0, 0.5, 0.9, 0.999, 0.999999, 1 - 0x1p-40} {
		for _, n := range []int64{0, 1, 2, 3, 7, 1000, 1e6, 1<<40 - 1, 1 << 40} {
			if int64(int(n)) != n {
				continue // int has 32 bits here
			}
			got := power(beta, int(n))
			same, _ := bigPower(beta, n, 53).Float64()
			assert.Equal(t, same, got, "%v to the %d", beta, n)
			exact, _ := bigPower(beta, n, 300).Float64()
			assert.InDelta(t, exact, got, float64(n)*0x1p-52*exact+0x1p-1073, "%v to the %d", beta, n)
		}
	}
}

// bigPower is power with products of the given precision.
func bigPower(beta float64, n int64, precision uint) *big.Float {
	p, b := new(big.Float).SetPrec(precision).SetInt64(1), new(big.Float).SetPrec(precision).SetFloat64(beta)
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p.Mul(p, b)
		}
		b.Mul(b, b)
	}
	return p
}

// TestAtAdam holds the constants of a step to their bits, which every
// platform must give, and α to its value by math/big with 300 bits, rounded
// once. At 10⁶ and 2⁴⁰ the means have forgotten their start and α is the rate; a
// β₂ of 1 − 10⁻⁶ still remembers at 10⁶.
func TestAtAdam(t *testing.T) {
	tests := []struct {
		step  int64
		beta2 float64
		alpha float32
	}{
		{1, 0.999, 0x1.4b96bep-12},
		{2, 0.999, 0x1.ed7eb4p-13},
		{1e6, 0.999, 0.001},
		{1e6, 0.999999, 0x1.a0d72cp-11},
		{1 << 40, 0.999, 0.001},
	}
	for _, test := range tests {
		if int64(int(test.step)) != test.step {
			continue // int has 32 bits here
		}
		got := NewAdam(0.001).WithBetas(0.9, test.beta2).At(int(test.step), 0.001).Constants
		want := [8]float32{test.alpha, 0x1.99999ap-4, float32(1 - test.beta2), 0x1.ad7f2ap-24}
		assert.Equal(t, want, got, "step %d with β₂ %v: α is %x, want %x", test.step, test.beta2, got[0], test.alpha)

		rest := func(beta float64) *big.Float {
			p := bigPower(beta, test.step, 300)
			if p.MantExp(nil) < -400 {
				p.SetInt64(0) // else the difference takes a bit of memory for each place
			}
			return new(big.Float).Sub(big.NewFloat(1).SetPrec(300), p)
		}
		alpha := new(big.Float).Sqrt(rest(test.beta2))
		alpha.Mul(alpha, big.NewFloat(0.001)).Quo(alpha, rest(0.9))
		exact, _ := alpha.Float32()
		assert.Equal(t, exact, got[0], "step %d with β₂ %v: α by math/big", test.step, test.beta2)
	}
}

// TestAt: the other rules derive the same constants for every step, and a
// step is a function of its number alone, whatever was asked before.
func TestAt(t *testing.T) {
	for _, o := range every {
		first, later := o.At(1, 0.1).Constants, o.At(1000, 0.1).Constants
		if _, ok := o.(Adam); ok {
			assert.NotEqual(t, first, later)
		} else {
			assert.Equal(t, first, later, "%+v", o)
		}
		assert.Equal(t, first, o.At(1, 0.1).Constants, "%+v", o)
		assert.Equal(t, later, o.At(1000, 0.1).Constants, "%+v", o)
		for _, step := range []int{0, -1} {
			message := panicOf(func() { o.At(step, 0.1) })
			assert.Contains(t, message, o.Name())
			assert.Contains(t, message, strconv.Itoa(step))
		}
	}
	assert.Equal(t, [8]float32{0.001, 0.9, 0x1.99999ap-4, 1e-7}, NewRMSprop(0.1).At(1, 0.001).Constants, "rate, ρ, 1−ρ from the float64 ρ, ε")
}
