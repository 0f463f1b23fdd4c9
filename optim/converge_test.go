package optim

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"weft/asm"
)

// problem is a function of two variables with its gradient and a start. Its
// minimum is 0.
type problem struct {
	name  string
	start [2]float32
	value func(x, y float64) float64
	slope func(x, y float64) (dx, dy float64)
}

var (
	// parabola is x² + 10·y²: ten times as steep along y as along x.
	parabola = problem{"parabola", [2]float32{3, -2},
		func(x, y float64) float64 { return x*x + 10*y*y },
		func(x, y float64) (float64, float64) { return 2 * x, 20 * y }}
	// rosenbrock is (1−x)² + 100·(y−x²)², a bent valley with steep walls
	// (Rosenbrock 1960), from its usual start.
	rosenbrock = problem{"Rosenbrock", [2]float32{-1.2, 1},
		func(x, y float64) float64 { return (1-x)*(1-x) + 100*(y-x*x)*(y-x*x) },
		func(x, y float64) (float64, float64) { return -2*(1-x) - 400*x*(y-x*x), 200 * (y - x*x) }}
)

// exact runs a formula in float64 for a number of steps and returns the point. After
// each step every number is moved by up to spread of itself, at random.
func (p *problem) exact(f formula, o Optimizer, steps int, spread float64, r *rand.Rand) [2]float64 {
	w := [2]bound{exactly(p.start[0]), exactly(p.start[1])}
	var s [2][]bound
	for _, start := range o.Slots() {
		s[0], s[1] = append(s[0], exactly(start)), append(s[1], exactly(start))
	}
	moved := func(b bound) bound { return bound{v: b.v * (1 + spread*(2*r.Float64()-1))} }
	for t := 1; t <= steps; t++ {
		dx, dy := p.slope(w[0].v, w[1].v)
		for i, g := range [2]float64{dx, dy} {
			w[i] = moved(f(o, t, w[i], moved(exactly(g)), s[i]))
			for j := range s[i] {
				s[i][j] = moved(s[i][j])
			}
		}
	}
	return [2]float64{w[0].v, w[1].v}
}

// checkConvergence holds a rule to a value at the end of a problem, and its float32
// point after the steps to the point of the float64 formula.
//
// How far rounding carries the point depends on the problem: a valley gathers
// what a bowl forgets. So the tolerance is measured: the float64 formula runs 16
// more times, and each number that a float32 run would store moves by up to
// 4 units of 2⁻²⁴ after every step, as about four roundings on its way may move
// it. Allowed is twice the furthest of the 16, and nearest bounds that, lest it
// allow all: RMSprop's step does not shrink towards a minimum, so that it ends
// in a dance around it which rounding decides; its steps end before that.
func checkConvergence(t *testing.T, f formula, o Optimizer, p *problem, steps int, below, nearest float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	exact, tolerance := p.exact(f, o, steps, 0, r), 0.0
	for range 16 {
		tolerance = max(tolerance, 2*distance(exact, p.exact(f, o, steps, 4*unit, r)))
	}

	v := newVariable(o, p.start[:])
	for i := 1; i <= steps; i++ {
		dx, dy := p.slope(float64(v.w[0]), float64(v.w[1]))
		step := o.At(i, o.Rate())
		v.update(asm.Best(), &step, []float32{float32(dx), float32(dy)})
	}
	end := [2]float64{float64(v.w[0]), float64(v.w[1])}

	value := p.value(end[0], end[1])
	t.Logf("%-10s %+v: %.3g after %d steps (float64: %.3g), %.1e away of %.1e", p.name, o, value, steps, p.value(exact[0], exact[1]), distance(exact, end), tolerance)
	assert.Less(t, value, below, "%s with %+v", p.name, o)
	assert.LessOrEqual(t, distance(exact, end), tolerance, "%s with %+v", p.name, o)
	assert.Less(t, tolerance, nearest, "%s with %+v: the tolerance", p.name, o)
}

func distance(a, b [2]float64) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
