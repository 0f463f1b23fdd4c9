package safetensors_test

import (
	"bytes"
	"fmt"

	"weft/nn/safetensors"
)

func ExampleWrite() {
	var b bytes.Buffer
	err := safetensors.Write(&b, []safetensors.Tensor{safetensors.NewTensor("bias", []int{3}, []float32{1, 2, 3})}, map[string]string{"by": "me"})
	tensors, metadata, again := safetensors.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	values, _ := tensors[0].Float32()
	fmt.Println(tensors[0].Name, values, metadata["by"], err, again)
	// Output: bias [1 2 3] me <nil> <nil>
}
