package mnist_test

import (
	"fmt"

	"weft/mnist"
)

func ExampleNewSet() {
	set, err := mnist.NewSet([]uint8{0, 64, 128, 255, 1, 2, 3, 4}, []int32{7, 2}, 2, 2)
	fmt.Println(set.Len(), set.Shape(), set.Label(0), set.Image(1), err)
	// Output: 2 [2 2] 7 [1 2 3 4] <nil>
}
