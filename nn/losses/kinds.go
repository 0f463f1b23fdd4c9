package losses

import (
	"fmt"
	"slices"
)

// kinds is the one list of the losses, from which names and errors are made.
var kinds = []Loss{
	SparseCategoricalCrossentropy,
	CategoricalCrossentropy,
	MeanSquaredError,
	BinaryCrossentropy,
}

// Names returns the names of all losses.
func Names() []string {
	var names []string
	for _, l := range kinds {
		names = append(names, l.Name())
	}
	return names
}

// ByName finds a loss by Keras's name; its error lists the choices.
func ByName(name string) (Loss, error) {
	i := slices.IndexFunc(kinds, func(l Loss) bool { return l.Name() == name })
	if i < 0 {
		return nil, fmt.Errorf("losses: no loss %q: choose one of %v", name, Names())
	}
	return kinds[i], nil
}
