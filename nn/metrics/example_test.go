package metrics_test

import (
	"fmt"

	"weft/nn/metrics"
)

func ExampleTopK() {
	r := &metrics.Results{
		Columns: 3,
		Outputs: []float32{0.5, 0.3, 0.2, 0.1, 0.2, 0.7},
		Classes: []int32{1, 0},
	}
	fmt.Println(metrics.Accuracy().Of(r), metrics.TopK(2).Of(r))
	// Output: 0 0.5
}
