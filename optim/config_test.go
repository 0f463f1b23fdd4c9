package optim

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"weft/asm"
)

// TestNames: every rule is found by its name, is valid, has Keras's default rate, and is
// what FromConfig makes of nothing.
func TestNames(t *testing.T) {
	for _, name := range Names() {
		o, err := ByName(name)
		require.NoError(t, err)
		assert.Equal(t, name, o.Name())
		assert.NoError(t, o.Validate(), name)
		rate := 0.001
		if name == "sgd" {
			rate = 0.01
		}
		assert.Equal(t, rate, o.Rate(), name)
		made, err := FromConfig(name, nil)
		require.NoError(t, err)
		assert.Equal(t, o, made)
		assert.Panics(t, func() { o.At(0, 0.1) }, name)
		assert.Panics(t, func() { o.At(-1, 0.1) }, name)
	}
	_, err := ByName("adam2")
	assert.ErrorContains(t, err, `optim: no optimizer "adam2": choose one of [sgd adagrad rmsprop adam`)
	_, err = FromConfig("Adam", nil)
	assert.ErrorContains(t, err, `optim: no optimizer "Adam": choose one of [sgd adagrad rmsprop adam`)
}

// TestStepAlone: a step is a function of its number and the rate alone, whatever was
// asked before.
func TestStepAlone(t *testing.T) {
	for _, name := range Names() {
		o, err := ByName(name)
		require.NoError(t, err)
		first, later := o.At(1, 0.1), o.At(1000, 0.1)
		assert.Equal(t, first.Constants, o.At(1, 0.1).Constants, name)
		assert.Equal(t, later.Constants, o.WithRate(0.5).At(1000, 0.1).Constants, name)
		assert.Len(t, o.Slots(), first.Slots, name)
	}
	c := NewRMSprop(1).At(1, 0.001).Constants
	assert.Equal(t, [8]float32{0.001, 0.9, 0x1.99999ap-4, 1e-7}, c, "rate, ρ, 1−ρ from the float64 ρ, ε")
}

// TestInvalidValues: Validate finds what FromConfig cannot make.
func TestInvalidValues(t *testing.T) {
	assert.ErrorContains(t, NewAdam(math.NaN()).Validate(), "learning_rate NaN")
	assert.ErrorContains(t, SGD{LearningRate: 0.1, Nesterov: true}.Validate(), "nesterov")
	assert.ErrorContains(t, WithWeightDecay(NewSGD(0.1), -1).Validate(), "sgd with weight_decay -1")
}

// TestWeightDecay: decay comes before the rule, replaces an earlier one, and 0 is none.
func TestWeightDecay(t *testing.T) {
	o := WithWeightDecay(NewSGD(0.5), 0.25)
	v := newVariable(o, []float32{1, -2})
	step := o.At(1, 0.5)
	v.update(asm.Best(), &step, []float32{0, 1})
	assert.Equal(t, []float32{1 - 0.125, -2 + 0.25 - 0.5}, v.w)
	assert.Equal(t, NewSGD(0.5), WithWeightDecay(o, 0))
	assert.Equal(t, Decayed{NewSGD(0.5), 0.5}, WithWeightDecay(o, 0.5))
	assert.Equal(t, "sgd", o.Name())
}

// TestNewStep: constants that are not given are 0, and there are eight at most.
func TestNewStep(t *testing.T) {
	assert.Equal(t, [8]float32{1, 2}, NewStep(sgd, 0, 1, 2).Constants)
	assert.Panics(t, func() { NewStep(sgd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9) })
}

// half is a rule of a user: each step takes half of the gradient, and counts in a slot.
type half struct{ SGD }

func (o half) Slots() []float32 { return []float32{7} }

func (o half) At(int, float64) Step {
	return NewStep(func(_ *asm.Kernels, c *[8]float32, w, g []float32, slots [][]float32) {
		for i := range w {
			w[i] -= float32(c[0] * g[i])
			slots[0][i]++
		}
	}, 1, 0.5)
}

// TestOwnRule: a rule that this package does not know runs on every set.
func TestOwnRule(t *testing.T) {
	var o Optimizer = half{}
	for _, k := range asm.Available() {
		v := newVariable(o, []float32{1, 2, 3})
		step := o.At(1, 0.1)
		v.update(k, &step, []float32{2, 4, 8})
		assert.Equal(t, []float32{0, 0, -1}, v.w, k.Name)
		assert.Equal(t, []float32{8, 8, 8}, v.slots[0], k.Name)
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
