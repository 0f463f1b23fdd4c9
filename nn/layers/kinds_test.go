package layers

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"weft/activations"

	"github.com/stretchr/testify/require"
)

// everyKind is one layer at least of each kind that a model can be saved with, as its
// configuration alone.
func everyKind() []Layer {
	all := []Layer{Flatten(), Dropout(0), Dropout(0.125), Dense(1, nil)}
	for _, name := range activations.Names() {
		fn, _ := activations.ByName(name)
		all = append(all, Dense(3, fn), Activation(fn))
	}
	return all
}

// What Marshal writes, Unmarshal makes again, name and configuration.
func TestMarshal(t *testing.T) {
	for _, l := range everyKind() {
		for _, name := range []string{"a", "은닉층 <\"&>"} {
			b, err := Marshal(l, name)
			require.NoError(t, err)
			require.True(t, json.Valid(b), string(b))
			got, err := Unmarshal(b)
			require.NoError(t, err)
			require.Equal(t, l.Named(name), got)
		}
	}
	// the shape of a first Flatten is that of the model
	b, err := Marshal(Flatten(2, 3), "f")
	require.NoError(t, err)
	got, err := Unmarshal(b)
	require.NoError(t, err)
	require.Equal(t, Flatten().Named("f"), got)
}

// Every kind in the list is one that its layer says of itself, and every layer of
// this package but Input is in the list.
func TestKinds(t *testing.T) {
	require.Subset(t, Kinds(), []string{"Flatten", "Dense", "Activation", "Dropout"})
	for _, k := range kinds {
		l, err := k.decode([]byte("{}"))
		if err == nil {
			require.Equal(t, k.name, l.Kind())
		}
	}
	for _, l := range everyKind() {
		require.Contains(t, Kinds(), l.Kind())
	}
}

// mine is a layer of a user's own that calls itself Dense.
type mine struct{ DenseLayer }

func (l mine) Named(name string) Layer { l.label = name; return l }

// ownFunction is an activation of a user's own that calls itself as another one.
type ownFunction struct{ activations.Activation }

// A layer that no one knows is an error, in both directions, never another one.
func TestUnknownKinds(t *testing.T) {
	for _, c := range []struct{ config, want string }{
		{`{"kind":"Conv3D","name":"c"}`, `layer "c" is of the unknown kind "Conv3D": this version of Weft has ` + strings.Join(Kinds(), ", ")},
		{`{"kind":"","name":"c"}`, `unknown kind ""`},
		{`{"name":"c"}`, `unknown kind ""`},
		{`{"kind":"Input","name":"c","Shape":[3]}`, `unknown kind "Input"`},
		{`{"kind":"Dense","name":"c","units":3,"activation":"relu","color":1}`, `layer "c": json: unknown field "color"`},
		{`{"kind":"Dense","name":"c","units":3,"activation":"sine"}`, `no activation "sine"`},
		{`{"kind":"Dense","name":"c","units":3,"activation":{"name":"relu","config":{"x":1}}}`, `"x"`},
		{`{"kind":"Dense","name":"c","units":3,"activation":{"name":"relu","color":1}}`, `unknown field "color"`},
		{`{"kind":"Dense","name":"c","units":3.5,"activation":"relu"}`, "units"},
		{`{"kind":7}`, "kind"},
		{`[]`, "array"},
	} {
		_, err := Unmarshal([]byte(c.config))
		require.ErrorContains(t, err, c.want, c.config)
	}
	_, err := Marshal(mine{Dense(3, activations.ReLU)}, "m")
	require.ErrorContains(t, err, `layer "m" is a layers.mine: a saved model would get a layers.DenseLayer`)
	for _, l := range []Layer{Dense(3, ownFunction{activations.ReLU}), Activation(ownFunction{activations.ReLU})} {
		_, err = Marshal(l, "m")
		require.ErrorContains(t, err, `the activation "relu" is a layers.ownFunction: a saved model would get a`)
	}
	_, err = Marshal(Input(3), "m")
	require.ErrorContains(t, err, `unknown kind "Input"`)
}

// A layer is a value: naming it changes no other.
func TestLayersAreValues(t *testing.T) {
	for _, l := range everyKind() {
		named := l.Named("a")
		require.Equal(t, "a", named.Name())
		require.Equal(t, "", l.Name())
		require.Equal(t, reflect.TypeOf(l), reflect.TypeOf(named))
		require.Equal(t, l.Kind(), named.Kind())
	}
	require.Equal(t, "", Input(3).Named("a").Name())
}

// Each layer says which shape it makes of which, and what it needs.
func TestOutput(t *testing.T) {
	relu := activations.ReLU
	for _, c := range []struct {
		layer Layer
		in    []int
		want  []int
		err   string
	}{
		{layer: Input(3, 4), want: []int{3, 4}},
		{layer: Flatten(), in: []int{2, 3, 4}, want: []int{24}},
		{layer: Flatten(2, 12), in: []int{2, 12}, want: []int{24}},
		{layer: Dense(5, relu), in: []int{7}, want: []int{5}},
		{layer: Dense(5, nil), in: []int{7}, want: []int{5}},
		{layer: Dense(0, relu), in: []int{7}, err: "a Dense layer of 0 units: give at least 1"},
		{layer: Dense(-2, relu), in: []int{7}, err: "-2 units: give at least 1"},
		{layer: Dense(5, relu), in: []int{28, 28}, err: "a Dense layer takes vectors, its input has shape [28 28]: put layers.Flatten() before it"},
		{layer: DenseLayer{Units: 3}, in: []int{7}, err: "no activation: give one, activations.Linear for none"},
		{layer: Activation(relu), in: []int{2, 3}, want: []int{2, 3}},
		{layer: Activation(nil), in: []int{2}, err: "no activation: give one, activations.Linear for none"},
		{layer: Dropout(0.5), in: []int{2, 3}, want: []int{2, 3}},
		{layer: Dropout(0), in: []int{2, 3}, want: []int{2, 3}},
		{layer: Dropout(1), in: []int{2}, err: "a Dropout layer of rate 1: give 0 ≤ rate < 1"},
		{layer: Dropout(-0.1), in: []int{2}, err: "rate -0.1"},
		{layer: Dropout(math.NaN()), in: []int{2}, err: "rate NaN"},
	} {
		got, err := c.layer.Output(c.in)
		if c.err != "" {
			require.ErrorContains(t, err, c.err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	if math.MaxInt > math.MaxInt32 {
		units := math.MaxInt32
		_, err := Dense(units+1, relu).Output([]int{1})
		require.ErrorContains(t, err, "at most 2147483647")
	}
}

// A layer that ends in an activation gives it away, and stays what it is.
func TestFinal(t *testing.T) {
	d := Dense(3, activations.Softmax)
	rest, fn := d.Named("x").(DenseLayer).Final()
	require.Equal(t, activations.Softmax, fn)
	require.Equal(t, Dense(3, activations.Linear).Named("x"), rest)
	require.Equal(t, activations.Softmax, d.Function.Activation)
	rest, fn = Activation(activations.Sigmoid).Final()
	require.Equal(t, activations.Sigmoid, fn)
	require.Equal(t, Activation(activations.Linear), rest)
}
