package pool_test

import (
	"fmt"

	"weft/matmul/pool"
)

// squares squares numbers, a part of them each worker.
type squares struct{ x []int }

func (s squares) Run(worker, workers int) {
	lo, hi := pool.Share(len(s.x), worker, workers)
	for i := lo; i < hi; i++ {
		s.x[i] *= s.x[i]
	}
}

func ExamplePool() {
	p := pool.New(2)
	defer p.Close()
	s := squares{[]int{1, 2, 3, 4, 5}}
	p.Run(s, 2)
	fmt.Println(s.x)
	// Output: [1 4 9 16 25]
}
