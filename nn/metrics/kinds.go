package metrics

import (
	"fmt"
	"slices"
)

// kinds is the one list of the metrics, with Keras's defaults.
var kinds = []Metric{
	Accuracy(),
	TopK(5),
	MeanAbsoluteError(),
	MeanSquaredError(),
}

// Names returns the names of all metrics.
func Names() []string {
	var names []string
	for _, m := range kinds {
		names = append(names, m.Name())
	}
	return names
}

// ByName finds a metric by its name, with Keras's defaults; its error lists the
// choices.
func ByName(name string) (Metric, error) {
	i := slices.IndexFunc(kinds, func(m Metric) bool { return m.Name() == name })
	if i < 0 {
		return nil, fmt.Errorf("metrics: no metric %q: choose one of %v", name, Names())
	}
	return kinds[i], nil
}
