package asm_test

import (
	"fmt"

	"weft/asm"
)

// The kernels of this CPU, as a value: every set returns the same bits.
func ExampleBest() {
	k := asm.Best()
	x := []float32{-1, 0, 2}
	k.ReLU(x, x)
	k.Scale(x, x, 3)
	fmt.Println(x, k.Sum(x))
	// Output: [0 0 6] 6
}

func ExampleNamed() {
	k, err := asm.Named("generic")
	fmt.Println(k.Name, err)
	_, err = asm.Named("sse")
	fmt.Println(err != nil)
	// Output:
	// generic <nil>
	// true
}
