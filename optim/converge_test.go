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

// exact runs the float64 rule for a number of steps and returns the point. After
// each step every number is moved by up to spread of itself, at random.
func (p *problem) exact(o Optimizer, steps int, spread float64, r *rand.Rand) [2]float64 {
	w := [2]bound{exactly(p.start[0]), exactly(p.start[1])}
	s := [2][2]bound{slots(o), slots(o)}
	moved := func(b bound) bound { return bound{v: b.v * (1 + spread*(2*r.Float64()-1))} }
	for t := 1; t <= steps; t++ {
		dx, dy := p.slope(w[0].v, w[1].v)
		for i, g := range [2]float64{dx, dy} {
			w[i] = moved(update(o, rate(o, t), w[i], moved(exactly(g)), &s[i]))
			s[i] = [2]bound{moved(s[i][0]), moved(s[i][1])}
		}
	}
	return [2]float64{w[0].v, w[1].v}
}

// TestConvergence holds every rule to a value on both problems, and its float32
// point after so many steps to the point of the float64 rule.
//
// How far rounding carries the point depends on the problem: a valley gathers
// what a bowl forgets. So the tolerance is measured: the float64 rule runs 16
// more times, and each number that a float32 run would store moves by up to
// 4 units of 2⁻²⁴ after every step, as about four roundings on its way may move
// it. Allowed is twice the furthest of the 16, and the table bounds that, lest it
// allow all: RMSprop's step does not shrink towards a minimum, so that it ends
// in a dance around it which rounding decides; its steps end before that.
func TestConvergence(t *testing.T) {
	tests := []struct {
		o       Optimizer
		p       *problem
		steps   int
		below   float64 // of the value at the end
		nearest float64 // the largest tolerance that would still tell something
	}{
		{NewSGD(0.04), &parabola, 200, 1e-12, 1e-6},
		{NewSGD(0.02).WithMomentum(0.9), &parabola, 200, 1e-6, 1e-6},
		{NewSGD(0.02).WithNesterov(0.9), &parabola, 200, 1e-12, 1e-6},
		{NewAdagrad(1), &parabola, 200, 1e-12, 1e-6},
		{NewRMSprop(0.02), &parabola, 300, 1e-2, 1e-3},
		{NewRMSprop(0.02).WithMomentum(0.5), &parabola, 95, 1e-3, 1e-3},
		{NewAdam(0.1), &parabola, 300, 1e-6, 1e-4},

		{NewSGD(0.001), &rosenbrock, 2000, 1, 1e-3},
		{NewSGD(0.001).WithMomentum(0.9), &rosenbrock, 2000, 1e-3, 1e-3},
		{NewSGD(0.001).WithNesterov(0.9), &rosenbrock, 2000, 1e-3, 1e-3},
		{NewAdagrad(0.5), &rosenbrock, 2000, 1, 1e-3},
		{NewRMSprop(0.0005), &rosenbrock, 4000, 0.5, 1e-3},
		{NewRMSprop(0.0002).WithMomentum(0.9), &rosenbrock, 2000, 1e-3, 1e-3},
		{NewAdam(0.02), &rosenbrock, 2000, 1e-3, 1e-3},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, test := range tests {
		exact, tolerance := test.p.exact(test.o, test.steps, 0, r), 0.0
		for range 16 {
			tolerance = max(tolerance, 2*distance(exact, test.p.exact(test.o, test.steps, 4*unit, r)))
		}

		v := newVariable(test.o, test.p.start[:])
		for i := 1; i <= test.steps; i++ {
			dx, dy := test.p.slope(float64(v.w[0]), float64(v.w[1]))
			step := test.o.At(i, test.o.Rate())
			v.update(asm.Best(), &step, []float32{float32(dx), float32(dy)})
		}
		end := [2]float64{float64(v.w[0]), float64(v.w[1])}

		value := test.p.value(end[0], end[1])
		t.Logf("%-10s %+v: %.3g after %d steps (float64: %.3g), %.1e away of %.1e", test.p.name, test.o, value, test.steps, test.p.value(exact[0], exact[1]), distance(exact, end), tolerance)
		assert.Less(t, value, test.below, "%s with %+v", test.p.name, test.o)
		assert.LessOrEqual(t, distance(exact, end), tolerance, "%s with %+v", test.p.name, test.o)
		assert.Less(t, tolerance, test.nearest, "%s with %+v: the tolerance", test.p.name, test.o)
	}
}

func distance(a, b [2]float64) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }
