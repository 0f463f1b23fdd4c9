// Package bench measures what looks across packages: whole epochs, inference,
// products and functions, for each set of kernels and number of workers.
//
//	go test -bench . ./bench                          # everything, a few minutes
//	go test -bench Epoch/.*batch=32.*avx512 ./bench   # one thing
//	go test -bench . -count 10 ./bench | benchstat -  # with its noise
//
// The pure-Go kernels take part where the work is small, and everywhere with
// -generic.
package bench

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"weft/activations"
	"weft/asm"
	"weft/matmul"
	"weft/matmul/pool"
	"weft/mnist"
	"weft/nn"
	"weft/nn/layers"
	"weft/optim"
)

var withGeneric = flag.Bool("generic", false, "measure the pure-Go kernels on large work too")

// each runs a benchmark for each set of kernels and for 1 worker and GOMAXPROCS.
// Work of so many operations is large for pure Go from a hundred million on.
func each(b *testing.B, shape string, operations int, run func(b *testing.B, k *asm.Kernels, workers int)) {
	for _, k := range asm.Available() {
		if k.Name == "generic" && operations > 1e8 && !*withGeneric {
			continue
		}
		counts := []int{1}
		if n := runtime.GOMAXPROCS(0); n > 1 {
			counts = append(counts, n)
		}
		for _, workers := range counts {
			b.Run(fmt.Sprintf("shape=%s/kernels=%s/workers=%d", shape, k.Name, workers), func(b *testing.B) { run(b, k, workers) })
		}
	}
}

// gflops reports the rate of so many operations a turn.
func gflops(b *testing.B, operations int) {
	b.ReportMetric(float64(operations)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// clothes is Fashion-MNIST where this machine has it, else the set that is drawn: how
// many pixels are black and how many units ReLU shuts tells on the time. It returns the
// tutorial's 48,000 images for training, and 12,000 others.
var clothes = sync.OnceValues(func() (train, other *mnist.Set) {
	all, _, err := mnist.Fashion(context.Background(), mnist.LoadOptions{Offline: true})
	if err == nil {
		train, other, err = all.Split(0.2, 42)
	}
	if err != nil {
		panic(err)
	}
	return train, other
})

// network is 784-hidden…-10, compiled.
func network(b testing.TB, hidden []int, fn activations.Activation, o optim.Optimizer, k *asm.Kernels, workers int) *nn.Sequential {
	m := nn.NewSequential("", layers.Flatten(28, 28))
	for _, units := range hidden {
		m.Add(layers.Dense(units, fn))
	}
	m.Add(layers.Dense(10, activations.Softmax))
	if err := m.Compile(nn.CompileOptions{Optimizer: o, Workers: workers, Kernels: k}); err != nil {
		b.Fatal(err)
	}
	return m
}

// name is a network as shapes are written.
func name(hidden []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(append([]int{784}, append(hidden, 10)...)), " ", "-"), "[]")
}

// epoch measures one epoch over the samples a turn, after one that warms up.
func epoch(b *testing.B, s *mnist.Set, hidden []int, batch int, fn activations.Activation, optimizer string, o optim.Optimizer) {
	flops := 0 // of one sample
	for in, w := 784, append(hidden, 10); len(w) > 0; in, w = w[0], w[1:] {
		products := 3
		if in == 784 {
			products = 2 // the first layer has no gradient of its input
		}
		flops += products * 2 * in * w[0]
	}
	operations := flops * s.Len()
	each(b, fmt.Sprintf("%s/batch=%d/optimizer=%s/activation=%v", name(hidden), batch, optimizer, fn.Name()), operations, func(b *testing.B, k *asm.Kernels, workers int) {
		m := network(b, hidden, fn, o, k, workers)
		defer m.Close()
		fit := func() {
			if _, err := m.Fit(context.Background(), s, nn.FitOptions{BatchSize: batch}); err != nil {
				b.Fatal(err)
			}
		}
		fit()
		for b.Loop() {
			fit()
		}
		gflops(b, operations)
	})
}

// BenchmarkEpoch trains the tutorial's network for 48,000 samples a turn.
func BenchmarkEpoch(b *testing.B) {
	s, _ := clothes()
	for _, batch := range []int{32, 128, 512, 2048} {
		epoch(b, s, []int{100}, batch, activations.ReLU, "adam", optim.NewAdam(0.001))
	}
	for _, o := range []struct {
		name string
		optim.Optimizer
	}{
		{"sgd", optim.NewSGD(0.01)},
		{"momentum", optim.NewSGD(0.01).WithMomentum(0.9)},
		{"nesterov", optim.NewSGD(0.01).WithNesterov(0.9)},
		{"adagrad", optim.NewAdagrad(0.001)},
		{"rmsprop", optim.NewRMSprop(0.001)},
	} {
		epoch(b, s, []int{100}, 32, activations.ReLU, o.name, o.Optimizer)
	}
	epoch(b, s, []int{100}, 32, activations.Sigmoid, "adam", optim.NewAdam(0.001))
}

// BenchmarkLarge trains a network of large layers for 12,000 samples a turn.
func BenchmarkLarge(b *testing.B) {
	_, s := clothes()
	for _, batch := range []int{128, 512} {
		epoch(b, s, []int{1024, 1024}, batch, activations.ReLU, "adam", optim.NewAdam(0.001))
	}
}

// BenchmarkRow serves single rows: without a zero, and an image, half of whose pixels
// are black, as float32 and as bytes.
func BenchmarkRow(b *testing.B) {
	s, _ := clothes()
	image := s.Image(0)
	dense, half := make([]float32, 784), make([]float32, 784)
	for i, u := range image {
		dense[i], half[i] = float32(i%255+1)/255, float32(u)/255
	}
	dst := make([]float32, 10)
	for _, hidden := range [][]int{{100}, {1024, 1024}} {
		for _, c := range []struct {
			input string
			row   func(p *nn.Predictor)
		}{
			{"dense", func(p *nn.Predictor) { p.Row(dst, dense) }},
			{"half", func(p *nn.Predictor) { p.Row(dst, half) }},
			{"bytes", func(p *nn.Predictor) { p.Bytes(dst, image) }},
		} {
			for _, k := range asm.Available() {
				b.Run(fmt.Sprintf("shape=%s/input=%s/kernels=%s/workers=1", name(hidden), c.input, k.Name), func(b *testing.B) {
					m := network(b, hidden, activations.ReLU, nil, k, 1)
					defer m.Close()
					p, err := m.Predictor()
					if err != nil {
						b.Fatal(err)
					}
					for b.Loop() {
						c.row(p)
					}
				})
			}
		}
	}
}

// BenchmarkPredict predicts 12,000 rows a turn.
func BenchmarkPredict(b *testing.B) {
	_, s := clothes()
	operations := 2 * (784*100 + 100*10) * s.Len()
	each(b, "784-100-10/rows=12000", operations, func(b *testing.B, k *asm.Kernels, workers int) {
		m := network(b, []int{100}, activations.ReLU, nil, k, workers)
		defer m.Close()
		for b.Loop() {
			if _, err := m.Predict(context.Background(), s); err != nil {
				b.Fatal(err)
			}
		}
		gflops(b, operations)
	})
}

// product measures a row-major product.
func product(b *testing.B, transA, transB bool, m, n, k int) {
	letter := map[bool]string{false: "N", true: "T"}
	x, y, z := filled(m*k), filled(k*n), asm.Aligned(m*n)
	lda, ldb := k, n
	if transA {
		lda = m
	}
	if transB {
		ldb = k
	}
	operations := 2 * m * n * k
	each(b, fmt.Sprintf("%s%s-%dx%dx%d", letter[transA], letter[transB], m, n, k), operations, func(b *testing.B, kernels *asm.Kernels, workers int) {
		p := pool.New(workers)
		defer p.Close()
		e := matmul.New(kernels, p)
		for b.Loop() {
			e.Sgemm(transA, transB, m, n, k, 1, x, lda, y, ldb, 0, z, n)
		}
		gflops(b, operations)
	})
}

func filled(n int) []float32 {
	x := asm.Aligned(n)
	for i := range x {
		x[i] = float32(i*7919%2047-1023) / 1024
	}
	return x
}

// BenchmarkSquare multiplies square matrices.
func BenchmarkSquare(b *testing.B) {
	for _, n := range []int{64, 100, 128, 256, 512, 784, 1024, 2048} {
		product(b, false, false, n, n, n)
	}
}

// BenchmarkTraining multiplies what a training step multiplies, row-major, as
// somebody who calls Sgemm has it.
func BenchmarkTraining(b *testing.B) {
	for _, batch := range []int{32, 128} {
		product(b, false, false, batch, 100, 784)
		product(b, true, false, 784, 100, batch)
		product(b, false, true, batch, 100, 10)
		product(b, false, false, batch, 10, 100)
		product(b, true, false, 100, 10, batch)
	}
	product(b, false, false, 128, 1024, 784)
	product(b, true, false, 784, 1024, 128)
	product(b, false, false, 128, 1024, 1024)
	product(b, false, true, 128, 1024, 1024)
}

// BenchmarkFunction measures functions and updates on 2,048 floats, which stay in
// L1.
func BenchmarkFunction(b *testing.B) {
	const n = 2048
	x, y, m, v := filled(n), asm.Aligned(n), asm.Aligned(n), asm.Aligned(n)
	labels, weights, losses := make([]int32, asm.PanelWidth), filled(asm.PanelWidth), asm.Aligned(asm.PanelWidth)
	positive := asm.Aligned(n)
	for i := range positive {
		positive[i] = float32(i+1) / 256
	}
	for _, f := range []struct {
		name string
		call func(k *asm.Kernels)
	}{
		{"exp", func(k *asm.Kernels) { k.Exp(y, x) }},
		{"log", func(k *asm.Kernels) { k.Log(y, positive) }},
		{"sigmoid", func(k *asm.Kernels) { k.Sigmoid(y, x) }},
		{"tanh", func(k *asm.Kernels) { k.Tanh(y, x) }},
		{"relu", func(k *asm.Kernels) { k.ReLU(y, x) }},
		{"softmax", func(k *asm.Kernels) { k.Softmax(y, x) }},
		{"crossentropy", func(k *asm.Kernels) {
			k.CrossEntropyPanel(y, x, n/asm.PanelWidth, asm.PanelWidth, labels, weights, losses)
		}},
		{"adam", func(k *asm.Kernels) { k.Adam(y, x, m, v, 0.001, 0.1, 0.001, 1e-7) }},
		{"rmsprop", func(k *asm.Kernels) { k.RMSprop(y, x, v, 0.001, 0.9, 0.1, 1e-7) }},
		{"adagrad", func(k *asm.Kernels) { k.Adagrad(y, x, v, 0.001, 1e-7) }},
		{"nesterov", func(k *asm.Kernels) { k.Nesterov(y, x, m, 0.001, 0.9) }},
	} {
		for _, k := range asm.Available() {
			b.Run(fmt.Sprintf("function=%s/kernels=%s/workers=1", f.name, k.Name), func(b *testing.B) {
				clear(m)
				clear(v)
				for b.Loop() {
					f.call(k)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}
