package activations

import (
	"fmt"
	"maps"
	"slices"
)

// kinds are the activations of this package, those with hyper-parameters with
// Keras's defaults. Names, ByName and FromConfig read this list alone.
var kinds = []Activation{
	Linear,
	ReLU,
	Sigmoid,
	Tanh,
	Softmax,
	LeakyReLU(0.2),
	ReLU6,
	ELU(1),
	SELU,
	CELU(1),
	GELU,
	SiLU,
	Softplus,
	Softsign,
	Mish,
	HardSigmoid,
	HardSiLU,
	Exponential,
	LogSoftmax,
}

// parametric is implemented by activations with hyper-parameters: with returns
// the same activation with others, all of which c holds, or an error that says
// which is out of range.
type parametric interface {
	with(c map[string]float64) (Activation, error)
}

// Names returns Keras's names of all activations.
func Names() []string {
	names := make([]string, len(kinds))
	for i, a := range kinds {
		names[i] = a.Name()
	}
	return names
}

// ByName returns the activation of that name, with Keras's defaults for its
// hyper-parameters. Its error lists the choices.
func ByName(name string) (Activation, error) { return FromConfig(name, nil) }

// FromConfig returns the activation of that name with hyper-parameters by
// Keras's names, such as an [Activation.Config] holds them; one that config
// lacks has Keras's default. An error names what is unknown or out of range.
func FromConfig(name string, config map[string]float64) (Activation, error) {
	for _, a := range kinds {
		if a.Name() != name {
			continue
		}
		defaults := a.Config()
		for _, key := range slices.Sorted(maps.Keys(config)) {
			if _, ok := defaults[key]; !ok {
				return nil, fmt.Errorf("activations: %s has no hyper-parameter %q: it has %v", name, key, slices.Sorted(maps.Keys(defaults)))
			}
		}
		p, ok := a.(parametric)
		if !ok {
			return a, nil
		}
		maps.Copy(defaults, config)
		return p.with(defaults)
	}
	return nil, fmt.Errorf("activations: no activation %q: choose one of %v", name, Names())
}

// Validate returns an error where a is nil or one of this package with a
// hyper-parameter out of range. Layers call it when they are built.
func Validate(a Activation) error {
	if a == nil {
		return fmt.Errorf("activations: no activation given (nil): use activations.Linear for none")
	}
	if p, ok := a.(parametric); ok {
		_, err := p.with(a.Config())
		return err
	}
	return nil
}
