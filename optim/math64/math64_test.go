package math64

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ulps returns |got − want| in units of the last place of want.
func ulps(got, want float64) float64 {
	if got == want || got != got && want != want {
		return 0
	}
	_, e := math.Frexp(want)
	return math.Abs(got-want) / math.Ldexp(1, max(e, -1021)-53)
}

// TestAccuracy compares with package math, which is within one unit itself.
func TestAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	worst := map[string]float64{}
	check := func(name string, got, want, allowed, x float64) {
		e := ulps(got, want)
		worst[name] = max(worst[name], e)
		assert.LessOrEqual(t, e, allowed, "%s(%v) = %v, want %v", name, x, got, want)
	}
	n := 200_000
	if testing.Short() {
		n = 20_000
	}
	for range n {
		x := (2*r.Float64() - 1) * math.Ldexp(1, r.IntN(12)-2)
		check("Exp", Exp(x), math.Exp(x), 3, x)
		y := math.Ldexp(r.Float64(), r.IntN(200)-100)
		check("Log", Log(y), math.Log(y), 3, y)
		z := 1 + (2*r.Float64()-1)*math.Ldexp(1, -r.IntN(40)) // where the logarithm is near 0
		if z > 0 {
			check("Log near 1", Log(z), math.Log(z), 3, z)
		}
		// π·x is rounded; near a zero of the cosine that is worth more than the result's own
		// unit, so that package math gets the distance from the zero, which is exact.
		p := 4*r.Float64() - 2
		sign, d := 1.0, math.Abs(p)
		if d > 1 {
			d = 2 - d
		}
		if d > 0.5 {
			sign, d = -1, 1-d
		}
		check("CosPi", CosPi(p), sign*math.Sin(math.Pi*(0.5-d)), 4, p)
	}
	t.Log(worst)
	for range n / 10 {
		x, y := math.Ldexp(r.Float64(), r.IntN(10)-5), 40*r.Float64()-20
		// math.Pow multiplies by squares of x itself, up to five.
		assert.InEpsilon(t, math.Pow(x, y), Pow(x, y), 0x1p-52*(3+2*math.Abs(y*math.Log(x))+5), "%v to the %v", x, y)
		n := math.Floor(y)
		assert.InEpsilon(t, math.Pow(x, n), Pow(x, n), 0x1p-52*(1+math.Abs(n)), "%v to the %v", x, n)
	}
}

// TestSpecialValues holds the functions to what they promise at the ends.
func TestSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"Exp(0)", Exp(0), 1}, {"Exp(-Inf)", Exp(-inf), 0}, {"Exp(Inf)", Exp(inf), inf}, {"Exp(NaN)", Exp(nan), nan},
		{"Exp(709)", Exp(709), math.Exp(709)}, {"Exp(-745)", Exp(-745), 0x1p-1074}, {"Exp(1000)", Exp(1000), inf},
		{"Log(0)", Log(0), -inf}, {"Log(1)", Log(1), 0}, {"Log(-1)", Log(-1), nan}, {"Log(Inf)", Log(inf), inf}, {"Log(NaN)", Log(nan), nan},
		{"Log(2⁻¹⁰⁷⁴)", Log(0x1p-1074), -1074 * math.Ln2},
		{"Pow(0, 0)", Pow(0, 0), 1}, {"Pow(0, 2)", Pow(0, 2), 0}, {"Pow(0, ½)", Pow(0, 0.5), 0}, {"Pow(0, 1.5)", Pow(0, 1.5), 0}, {"Pow(0.8, 1)", Pow(0.8, 1), 0.8},
		{"Pow(-1, 2)", Pow(-1, 2), nan}, {"Pow(2, -1)", Pow(2, -1), 0.5}, {"Pow(2, NaN)", Pow(2, nan), nan}, {"Pow(9, ½)", Pow(9, 0.5), 3},
		{"PowInt(3, 5)", PowInt(3, 5), 243}, {"PowInt(0, 0)", PowInt(0, 0), 1},
		{"CosPi(0)", CosPi(0), 1}, {"CosPi(½)", CosPi(0.5), 0}, {"CosPi(1)", CosPi(1), -1}, {"CosPi(-1.5)", CosPi(-1.5), 0}, {"CosPi(2)", CosPi(2), 1},
		{"SinPi(½)", SinPi(0.5), 1}, {"SinPi(-½)", SinPi(-0.5), -1}, {"SinPi(1)", SinPi(1), 0},
	} {
		assert.LessOrEqual(t, ulps(c.got, c.want), 1.0, "%s = %v, want %v", c.what, c.got, c.want)
		if c.want != c.want {
			assert.True(t, math.IsNaN(c.got), c.what)
		}
	}
}
