package callbacks_test

import (
	"fmt"

	"weft/nn/callbacks"
)

// A callback that ends a training once the validation is good enough.
func ExampleOnEpoch() {
	stop := callbacks.OnEpoch(func(p *callbacks.Progress) error {
		if p.Last.Get("val_accuracy") > 0.9 {
			return callbacks.ErrStop
		}
		return nil
	})
	for _, accuracy := range []float64{0.88, 0.91} {
		p := &callbacks.Progress{Last: callbacks.Epoch{Logs: callbacks.Logs{{Name: "val_accuracy", Value: accuracy}}}}
		fmt.Println(stop.Epoch(p))
	}
	// Output:
	// <nil>
	// nn: stopped by a callback
}
