package data_test

import (
	"fmt"

	"weft/nn/data"
)

func ExampleNewClassification() {
	d, err := data.NewClassification([]float32{1, 2, 3, 4, 5, 6}, []int32{0, 1, 0}, 2)
	fmt.Println(d.Len(), d.Shape, err)
	d, err = d.WithWeights([]float32{1, 1, 0.5})
	fmt.Println(d.Weights, err)
	_, err = data.NewClassification([]float32{1, 2, 3}, []int32{0, 1}, 2)
	fmt.Println(err)
	// Output:
	// 3 [2] <nil>
	// [1 1 0.5] <nil>
	// data: 3 numbers are not 2 samples of shape [2]
}
