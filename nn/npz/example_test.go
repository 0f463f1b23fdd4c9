package npz_test

import (
	"bytes"
	"fmt"

	"weft/nn/npz"
)

func ExampleWriteArray() {
	var b bytes.Buffer
	err := npz.WriteArray(&b, npz.NewTensor("", []int{2, 2}, []float32{1, 2, 3, 4}))
	t, again := npz.ReadArray(bytes.NewReader(b.Bytes()), int64(b.Len()))
	values, _ := t.Float32()
	fmt.Println(t.Shape, values, err, again)
	// Output: [2 2] [1 2 3 4] <nil> <nil>
}
