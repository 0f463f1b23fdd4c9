package losses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/nn/internal/engine"

	"github.com/stretchr/testify/require"
)

// formula is the mathematics of a loss in float64: its value for the outputs z of a
// sample (logits, where the loss contains the last activation), its gradient by them,
// and, for the bounds of both, the sum of the magnitudes that are added up.
type formula func(z []float64, class int, t []float64) (value float64, gradient []float64, size float64)

// softmax returns p and log p, and the largest |log p|.
func softmax(z []float64) (p, log []float64, largest float64) {
	m, sum := math.Inf(-1), 0.0
	for _, v := range z {
		m = max(m, v)
	}
	for _, v := range z {
		sum += math.Exp(v - m)
	}
	for _, v := range z {
		l := v - m - math.Log(sum)
		p, log, largest = append(p, math.Exp(l)), append(log, l), max(largest, math.Abs(l))
	}
	return p, log, largest
}

var formulas = map[Loss]formula{
	SparseCategoricalCrossentropy: func(z []float64, class int, _ []float64) (float64, []float64, float64) {
		p, log, largest := softmax(z)
		p[class]--
		return -log[class], p, 1 + largest
	},
	CategoricalCrossentropy: func(z []float64, _ int, t []float64) (float64, []float64, float64) {
		p, log, largest := softmax(z)
		value, total := 0.0, 0.0
		for i, v := range t {
			value -= v * log[i]
			total += v
		}
		for i := range p {
			p[i] = p[i]*total - t[i]
		}
		return value, p, (1 + largest) * (1 + total)
	},
	MeanSquaredError: func(z []float64, _ int, t []float64) (float64, []float64, float64) {
		g, value, size, n := make([]float64, len(z)), 0.0, 0.0, float64(len(z))
		for i, v := range z {
			g[i] = 2 * (v - t[i]) / n
			value += (v - t[i]) * (v - t[i]) / n
			size = max(size, math.Abs(v)+math.Abs(t[i]))
		}
		return value, g, value + size
	},
	BinaryCrossentropy: func(z []float64, _ int, t []float64) (float64, []float64, float64) {
		g, value, size, n := make([]float64, len(z)), 0.0, 0.0, float64(len(z))
		for i, v := range z {
			g[i] = (1/(1+math.Exp(-v)) - t[i]) / n
			value += (max(v, 0) - v*t[i] + math.Log1p(math.Exp(-math.Abs(v)))) / n
			size += (2*math.Abs(v) + 1) / n
		}
		return value, g, size
	},
}

// sample returns a sample of n outputs of about the size of logits, its gradient 0.
func sample(rng *rand.Rand, k *asm.Kernels, l Loss, n int, hard bool) *Sample {
	s := &Sample{Kernels: k, Class: -1, Outputs: make([]float32, n), Gradient: make([]float32, n), Scratch: make([]float32, n+1), Scale: float32(0.01 + rng.Float64())}
	for i := range s.Outputs {
		s.Outputs[i] = float32(12 * (rng.Float64() - 0.5))
	}
	if WantsClasses(l) {
		s.Class = rng.IntN(n)
		return s
	}
	s.Target = make([]float32, n)
	for i := range s.Target {
		s.Target[i] = float32(rng.Float64())
		if hard {
			s.Target[i] = float32(rng.IntN(2))
		}
	}
	return s
}

// Each loss and its gradient is the formula, on every set of kernels, with the same
// bits: sums of n terms that went through fewer than eight roundings and functions
// within 2.5 units in the last place.
func TestFormulas(t *testing.T) {
	for _, l := range kinds {
		require.Contains(t, formulas, l)
		t.Run(l.Name(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			for _, n := range []int{2, 3, 10, 16, 37} {
				for round := range 20 {
					s := sample(rng, asm.Best(), l, n, round%2 == 0)
					z, target := widened(s.Outputs), widened(s.Target)
					want, gradient, size := formulas[l](z, s.Class, target)
					var loss float32
					var bits []uint32
					for set, k := range asm.Available() {
						c := *s
						c.Kernels, c.Outputs = k, append([]float32(nil), s.Outputs...)
						loss = l.Sample(&c)
						got := append([]uint32{math.Float32bits(loss)}, bitsOf(c.Gradient)...)
						if set == 0 {
							bits = got
						}
						require.Equal(t, bits, got, "kernels %s", k.Name)
					}
					c := *s
					c.Outputs = append([]float32(nil), s.Outputs...)
					l.Sample(&c)
					bound := float64(n+32) * 0x1p-24 * size
					require.InDelta(t, want, float64(loss), bound)
					for i, g := range gradient {
						require.InDelta(t, float64(s.Scale)*g, float64(c.Gradient[i]), float64(s.Scale)*bound, "output %d of %d", i, n)
					}
				}
			}
		})
	}
}

func widened(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

func bitsOf(x []float32) (bits []uint32) {
	for _, v := range x {
		bits = append(bits, math.Float32bits(v))
	}
	return bits
}

// A block is its samples, one by one, by bits: losses, gradients with a scale of each
// sample, and hits; columns beyond the samples get +0, others nothing at all. The
// gradient may go to where the outputs are.
func TestBlocks(t *testing.T) {
	for _, l := range kinds {
		for _, k := range asm.Available() {
			for _, outputs := range []int{2, 10, 33} {
				for _, c := range []struct{ width, n int }{{16, 16}, {16, 5}, {32, 32}, {32, 17}, {32, 1}} {
					t.Run(fmt.Sprintf("%s/%s/%d outputs, %d of %d", l.Name(), k.Name, outputs, c.n, c.width), func(t *testing.T) {
						testBlock(t, l, k, outputs, c.width, c.n)
					})
				}
			}
		}
	}
}

func testBlock(t *testing.T, l Loss, k *asm.Kernels, outputs, width, n int) {
	const untouched = 77
	rng := rand.New(rand.NewPCG(3, uint64(outputs)))
	o := Objective(l)
	z := make([]float32, outputs*asm.PanelWidth)
	b := &engine.Block{
		Kernels: k, Outputs: outputs, Width: width, N: n, Z: z, D: make([]float32, len(z)), Losses: make([]float32, width),
		Scale: make([]float32, width), Scratch: make([]float32, o.Scratch(outputs)),
	}
	for i := range z {
		z[i], b.D[i] = untouched, untouched
	}
	if WantsClasses(l) {
		b.Classes = make([]int32, width)
	} else {
		b.Targets = make([]float32, len(z))
	}
	var losses []float32
	gradients, hits := make([]float32, len(z)), 0
	for i := range gradients {
		gradients[i] = untouched
		if c := i % asm.PanelWidth; c >= n && c < width {
			gradients[i] = 0
		}
	}
	for c := range width {
		if c >= n {
			losses = append(losses, 0)
			if b.Classes != nil {
				b.Classes[c] = -1
			}
			for i := range outputs {
				z[i*asm.PanelWidth+c] = float32(math.NaN()) // of a batch before
			}
			continue
		}
		s := sample(rng, k, l, outputs, c%2 == 0)
		b.Scale[c] = s.Scale
		for i, v := range s.Outputs {
			z[i*asm.PanelWidth+c] = v
		}
		for i, v := range s.Target {
			b.Targets[i*asm.PanelWidth+c] = v
		}
		if b.Classes != nil {
			b.Classes[c] = int32(s.Class)
		}
		losses = append(losses, l.Sample(s))
		hits += s.Hits
		for i, g := range s.Gradient {
			gradients[i*asm.PanelWidth+c] = g
		}
	}
	o.Panel(b)
	require.Equal(t, bitsOf(losses), bitsOf(b.Losses))
	require.Equal(t, bitsOf(gradients), bitsOf(b.D))
	require.Equal(t, hits, b.Hits)

	b.D, b.Hits = b.Z, 0 // in place
	o.Panel(b)
	require.Equal(t, bitsOf(losses), bitsOf(b.Losses))
	for i := range outputs {
		require.Equal(t, bitsOf(gradients[i*asm.PanelWidth:][:width]), bitsOf(b.D[i*asm.PanelWidth:][:width]))
	}
	require.Equal(t, hits, b.Hits)
}

// Edges have the limits of the formulas: probabilities of 0 and 1, infinite logits, NaN.
func TestEdges(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		name      string
		loss      Loss
		z, target []float32
		class     int
		value     float64
		gradient  []float32
		hits      int
	}{
		{"sparse: p is 1", SparseCategoricalCrossentropy, []float32{-3e38, 3e38}, nil, 1, 0, []float32{0, 0}, 1},
		{"categorical: p is 1 and 0", CategoricalCrossentropy, []float32{-3e38, 3e38}, []float32{0, 1}, 0, 0, []float32{0, 0}, 1},
		{"categorical: −∞ where the target is 0", CategoricalCrossentropy, []float32{-inf, 1}, []float32{0, 1}, 0, 0, []float32{0, 0}, 1},
		{"categorical: no target", CategoricalCrossentropy, []float32{2, 1}, []float32{0, 0}, 0, 0, []float32{0, 0}, 1},
		{"binary: p is 1 and 0", BinaryCrossentropy, []float32{inf, -inf}, []float32{1, 0}, 0, 0, []float32{0, 0}, 2},
		{"binary: p is 0 for a target of 1", BinaryCrossentropy, []float32{-inf, 3}, []float32{1, 1}, 0, math.Inf(1), []float32{-0.5, float32((1/(1+math.Exp(-3)) - 1) / 2)}, 1},
		{"binary: ½ is no answer", BinaryCrossentropy, []float32{0, 0}, []float32{0, 1}, 0, math.Ln2, []float32{0.25, -0.25}, 1},
		{"squares: overflow", MeanSquaredError, []float32{3e38, 0}, []float32{0, 0}, 0, math.Inf(1), []float32{3e38, 0}, 0},
		{"categorical: NaN is a miss", CategoricalCrossentropy, []float32{nan, 0}, []float32{1, 0}, 0, math.NaN(), nil, 0},
		{"binary: NaN is a miss", BinaryCrossentropy, []float32{nan}, []float32{0}, 0, math.NaN(), nil, 0},
		{"sparse: NaN", SparseCategoricalCrossentropy, []float32{nan, 0}, nil, 1, math.NaN(), nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(c.z)
			s := &Sample{Kernels: asm.Best(), Outputs: append([]float32(nil), c.z...), Target: c.target, Class: c.class, Scale: 1, Gradient: make([]float32, n), Scratch: make([]float32, n+1)}
			got := float64(c.loss.Sample(s))
			switch {
			case math.IsNaN(c.value):
				require.True(t, math.IsNaN(got))
			case math.IsInf(c.value, 0):
				require.Equal(t, c.value, got)
			default:
				require.InDelta(t, c.value, got, 4*0x1p-23)
			}
			for i, g := range c.gradient {
				require.InDelta(t, g, s.Gradient[i], 4*0x1p-23, "output %d", i)
			}
			require.Equal(t, c.hits, s.Hits)
		})
	}
}

// Targets out of a loss's domain and numbers of outputs that mean nothing are errors
// with the remedy.
func TestChecks(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, l := range []Loss{CategoricalCrossentropy, BinaryCrossentropy} {
		c := l.(Checked)
		require.NoError(t, c.CheckTarget([]float32{0, 1, 0.5, float32(math.Copysign(0, -1))}))
		for _, bad := range []float32{-1, 1.0001, nan, inf, -inf, -0x1p-149} {
			err := c.CheckTarget([]float32{0, bad})
			require.ErrorContains(t, err, fmt.Sprintf("target 1 is %v: give 0 ≤ t ≤ 1 (for classes −1 and +1 take (t+1)/2)", bad), l.Name())
		}
	}
	c := MeanSquaredError.(Checked)
	require.NoError(t, c.CheckTarget([]float32{-3e38, 0, 3e38}))
	for _, bad := range []float32{nan, inf, -inf} {
		require.ErrorContains(t, c.CheckTarget([]float32{bad}), fmt.Sprintf("target 0 is %v: give finite numbers", bad))
	}
	for _, l := range []Loss{SparseCategoricalCrossentropy, CategoricalCrossentropy} {
		require.ErrorContains(t, l.(Checked).CheckOutputs(1), "the softmax of one output is always 1: give one output with activations.Sigmoid and losses.BinaryCrossentropy")
		require.NoError(t, l.(Checked).CheckOutputs(2))
	}
	for _, l := range []Loss{BinaryCrossentropy, MeanSquaredError} {
		require.NoError(t, l.(Checked).CheckOutputs(1))
	}
}

// Losses are found by Keras's names; an error lists them.
func TestNames(t *testing.T) {
	for _, name := range Names() {
		l, err := ByName(name)
		require.NoError(t, err)
		require.Equal(t, name, l.Name())
	}
	for _, l := range []Loss{SparseCategoricalCrossentropy, CategoricalCrossentropy, MeanSquaredError, BinaryCrossentropy} {
		require.Contains(t, Names(), l.Name())
	}
	_, err := ByName("hinge2")
	require.EqualError(t, err, fmt.Sprintf(`losses: no loss "hinge2": choose one of %v`, Names()))
}

// own is a loss of a user's own: two methods are enough.
type own struct{}

func (own) Name() string { return "own" }

func (own) Sample(s *Sample) float32 {
	s.Gradient[0] = s.Scale
	return s.Outputs[0]
}

// What a loss does not implement it does not have.
func TestOptionalInterfaces(t *testing.T) {
	require.Nil(t, FinalOf(own{}))
	require.False(t, WantsClasses(own{}))
	require.Zero(t, Answers(own{}, 10, 3))
	require.Equal(t, activations.Softmax, FinalOf(SparseCategoricalCrossentropy))
	require.Equal(t, activations.Sigmoid, FinalOf(BinaryCrossentropy))
	require.True(t, WantsClasses(SparseCategoricalCrossentropy))
	require.False(t, WantsClasses(CategoricalCrossentropy))
	require.Equal(t, 10, Answers(CategoricalCrossentropy, 10, 3))
	require.Equal(t, 30, Answers(BinaryCrossentropy, 10, 3))
	require.Zero(t, Answers(MeanSquaredError, 10, 3))
}
