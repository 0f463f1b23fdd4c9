package activations

import (
	"fmt"
	"strings"
	"testing"

	"weft/asm"
)

// TestSpecial holds every function and derivative to its values at NaN, the
// infinities and both zeros, by bits, in every set and in each lane of a vector.
func TestSpecial(t *testing.T) {
	tests := []struct {
		a       Activation
		x, y    float32
		dy, dx  float32 // dx from dy and y
		comment string
	}{
		{Linear, nan, nan, nan, nan, ""},
		{Linear, inf, inf, -inf, -inf, ""},
		{Linear, negZero, negZero, negZero, negZero, ""},

		{ReLU, nan, nan, 1, 0, "a NaN output has no slope, as in TensorFlow"},
		{ReLU, inf, inf, 1, 1, ""},
		{ReLU, -inf, 0, 1, 0, ""},
		{ReLU, 0, 0, 1, 0, "the slope at the kink is 0"},
		{ReLU, negZero, negZero, 1, 0, "−0 passes"},
		{ReLU, -0x1p-149, 0, 1, 0, ""},
		{ReLU, 0x1p-149, 0x1p-149, 1, 1, "subnormal numbers are not flushed"},
		{ReLU, 1, 1, nan, nan, "NaN gradients pass where the function does"},
		{ReLU, 1, 1, negZero, negZero, ""},
		{ReLU, -1, 0, nan, 0, "and stop where it does not: nothing is multiplied"},
		{ReLU, -1, 0, inf, 0, ""},

		{Sigmoid, nan, nan, 1, nan, ""},
		{Sigmoid, inf, 1, 1, 0, ""},
		{Sigmoid, -inf, 0, 1, 0, ""},
		{Sigmoid, 0, 0.5, 1, 0.25, ""},
		{Sigmoid, negZero, 0.5, -1, -0.25, ""},
		{Sigmoid, 0, 0.5, nan, nan, ""},

		{Tanh, nan, nan, 1, nan, ""},
		{Tanh, inf, 1, 1, 0, ""},
		{Tanh, -inf, -1, 1, 0, ""},
		{Tanh, 0, 0, 1, 1, ""},
		{Tanh, negZero, negZero, 1, 1, "the sign of zero stays"},
		{Tanh, 0x1p-149, 0x1p-149, 1, 1, ""},
		{Tanh, -0x1p-149, -0x1p-149, inf, inf, ""},
	}
	for _, k := range asm.Available() {
		for _, test := range tests {
			const n = 37 // two vectors of each set, and an edge
			x, y, dy, dx := repeat(test.x, n), make([]float32, n), repeat(test.dy, n), make([]float32, n)
			test.a.Forward(k, y, x)
			mustEqual(t, y, repeat(test.y, n), "%s(%v) in %s %s", test.a.Name(), test.x, k.Name, test.comment)
			test.a.Backward(k, dx, dy, nil, y)
			mustEqual(t, dx, repeat(test.dx, n), "%s: derivative at %v in %s %s", test.a.Name(), test.x, k.Name, test.comment)
		}
	}
}

func repeat(v float32, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = v
	}
	return x
}

// TestSoftmaxSpecial is TestSpecial for rows.
func TestSoftmaxSpecial(t *testing.T) {
	tests := []struct {
		z, p []float32
	}{
		{[]float32{5}, []float32{1}},
		{[]float32{0, negZero}, []float32{0.5, 0.5}},
		{[]float32{-inf, 3, 3}, []float32{0, 0.5, 0.5}},
		{[]float32{1e38, -1e38}, []float32{1, 0}},
		{[]float32{3e38, -3e38}, []float32{1, 0}}, // the difference overflows
		{[]float32{inf, 0}, []float32{nan, nan}},
		{[]float32{-inf, -inf}, []float32{nan, nan}},
		{[]float32{nan, 0, 1}, []float32{nan, nan, nan}},
		{[]float32{0, 1, nan}, []float32{nan, nan, nan}},
	}
	for _, k := range asm.Available() {
		for _, test := range tests {
			p := make([]float32, len(test.z))
			Softmax.Forward(k, p, test.z)
			mustEqual(t, p, test.p, "softmax of %v in %s", test.z, k.Name)
		}
		dx := make([]float32, 2)
		Softmax.Backward(k, dx, []float32{1, 0}, nil, []float32{0.5, 0.5})
		mustEqual(t, dx, []float32{0.25, -0.25}, "gradient of softmax in %s", k.Name)
		Softmax.Backward(k, dx, []float32{nan, 0}, nil, []float32{0.5, 0.5})
		mustEqual(t, dx, []float32{nan, nan}, "gradient of softmax from NaN in %s", k.Name)
	}
}

// TestNames: Keras's names, both ways.
func TestNames(t *testing.T) {
	for i, want := range []string{"linear", "relu", "sigmoid", "tanh", "softmax"} {
		if got := kinds[i].Name(); got != want {
			t.Errorf("activation %d is called %q, want %q", i, got, want)
		}
	}
	for i, want := range Names() {
		a, err := ByName(want)
		if err != nil || a != kinds[i] || a.Name() != want {
			t.Errorf("ByName(%q) = %v, %v", want, a, err)
		}
		if err := Validate(a); err != nil {
			t.Errorf("Validate of %s: %v", want, err)
		}
		if d := a.Traits().Density; !(d > 0 && d <= 1) {
			t.Errorf("%s: a density of %v", want, d)
		}
	}
	if err := Validate(nil); err == nil || !strings.Contains(err.Error(), "use activations.Linear") {
		t.Errorf("Validate(nil): %v", err)
	}
	for _, name := range []string{"ReLU", "", "unknown"} {
		_, err := ByName(name)
		want := fmt.Sprintf("activations: no activation %q: choose one of %v", name, Names())
		if err == nil || err.Error() != want {
			t.Errorf("ByName(%q): %v, want %s", name, err, want)
		}
	}
	_, err := FromConfig("relu", map[string]float64{"b": 1, "alpha": 2})
	if want := `activations: relu has no hyper-parameter "alpha": it has []`; err == nil || err.Error() != want {
		t.Errorf("FromConfig of relu with alpha: %v, want %s", err, want)
	}
}

// TestContracts: what cannot be panics with the sizes, before anything is
// written; a slice's capacity does not count.
func TestContracts(t *testing.T) {
	k := asm.Best()
	memory := repeat(7, 200)
	of := func(n int) []float32 { return memory[:n] }
	in := func(n int) []float32 { return repeat(1, 400)[:n] }
	tests := []struct {
		name string
		call func(a Activation)
		want []string // parts of the message
	}{
		{"Forward, short output", func(a Activation) { a.Forward(k, of(2), in(3)) }, []string{"3", "2"}},
		{"Forward, empty input", func(a Activation) { a.Forward(k, of(2), nil) }, []string{"0", "2"}},
		{"Backward, short gradient", func(a Activation) { a.Backward(k, of(5), in(4), nil, in(5)) }, []string{"5", "4"}},
		{"Backward, short output", func(a Activation) { a.Backward(k, of(5), in(5), nil, in(4)) }, []string{"5", "4"}},
		{"Backward, long output", func(a Activation) { a.Backward(k, of(5), in(5), nil, in(6)) }, []string{"5", "6"}},
		{"rows, short output", func(a Activation) { ForwardRows(a, k, of(22), in(100), 3, 7, 8) }, []string{"3 rows", "7 columns", "stride of 8", "22"}},
		{"rows, short input", func(a Activation) { ForwardRows(a, k, of(100), in(22), 3, 7, 8) }, []string{"3 rows", "7 columns", "stride of 8", "22"}},
		{"rows, narrow stride", func(a Activation) { ForwardRows(a, k, of(100), in(100), 3, 7, 6) }, []string{"7 columns", "stride of 6"}},
		{"rows, negative", func(a Activation) { ForwardRows(a, k, of(100), in(100), -1, 7, 8) }, []string{"-1 rows"}},
		{"rows, negative columns", func(a Activation) { ForwardRows(a, k, of(100), in(100), 1, -7, 8) }, []string{"-7 columns"}},
		{"rows, overflow", func(a Activation) { ForwardRows(a, k, of(100), in(100), 1<<30, 7, 1<<30) }, []string{"1073741824 rows"}},
		{"panel, short output", func(a Activation) { ForwardPanel(a, k, of(95), in(96), 3, 32) }, []string{"3 features", "32 columns", "95"}},
		{"panel, short input", func(a Activation) { ForwardPanel(a, k, of(96), in(79), 3, 16) }, []string{"3 features", "16 columns", "79"}},
		{"panel, width", func(a Activation) { ForwardPanel(a, k, of(96), in(96), 3, 8) }, []string{"8 columns"}},
		{"panel, negative", func(a Activation) { ForwardPanel(a, k, of(96), in(96), -3, 32) }, []string{"-3 features"}},
		{"panel backward, short gradient", func(a Activation) { BackwardPanel(a, k, of(96), in(95), in(96), in(96), 3, 32) }, []string{"3 features", "32 columns", "95"}},
		{"panel backward, short output", func(a Activation) { BackwardPanel(a, k, of(96), in(96), in(96), in(95), 3, 32) }, []string{"3 features", "32 columns", "95"}},
		{"panel backward, width", func(a Activation) { BackwardPanel(a, k, of(96), in(96), in(96), in(96), 3, 31) }, []string{"31 columns"}},
	}
	for _, a := range every {
		for _, test := range tests {
			message := panicOf(func() { test.call(a) })
			for _, part := range append(test.want, "activations: "+a.Name()) {
				if !strings.Contains(message, part) {
					t.Errorf("%s: %s: panic %q does not tell %q", a.Name(), test.name, message, part)
				}
			}
			mustEqual(t, memory, repeat(7, len(memory)), "%s: %s: memory", a.Name(), test.name)
		}
	}
}

// TestEmpty: no numbers, rows, columns or features are no work.
func TestEmpty(t *testing.T) {
	for _, a := range every {
		for _, k := range asm.Available() {
			if message := panicOf(func() {
				a.Forward(k, nil, nil)
				a.Backward(k, nil, nil, nil, nil)
				ForwardRows(a, k, nil, nil, 0, 7, 7)
				ForwardRows(a, k, nil, nil, 7, 0, 7)
				ForwardRows(a, k, nil, nil, 7, 0, 0)
				ForwardPanel(a, k, nil, nil, 0, 32)
				BackwardPanel(a, k, nil, nil, nil, nil, 0, 16)
			}); message != "" {
				t.Errorf("%s in %s: panic %q", a.Name(), k.Name, message)
			}
		}
	}
}

// TestAllocations: no call allocates.
func TestAllocations(t *testing.T) {
	const features = 10
	x, y := repeat(0.5, features*asm.PanelWidth), make([]float32, features*asm.PanelWidth)
	for _, a := range every {
		for _, k := range asm.Available() {
			if n := testing.AllocsPerRun(20, func() {
				a.Forward(k, y, x)
				ForwardRows(a, k, y, x, asm.PanelWidth, features, features)
				ForwardPanel(a, k, y, x, features, asm.PanelWidth)
				ForwardPanel(a, k, y, x, features, asm.PanelWidth/2)
				a.Backward(k, y, x, x, x)
				BackwardPanel(a, k, y, x, x, x, features, asm.PanelWidth)
				BackwardPanel(a, k, y, x, x, x, features, asm.PanelWidth/2)
			}); n != 0 {
				t.Errorf("%s in %s: %v allocations", a.Name(), k.Name, n)
			}
		}
	}
}
