// Command weft is Weft as one more peer, the variant being the set of kernels, and
// the functions of Go's package math, the variant math.
package main

import (
	"context"
	"fmt"
	"math"

	"peers/golang/peer"
	"weft/activations"
	"weft/asm"
	"weft/matmul"
	"weft/matmul/pool"
	"weft/nn"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/optim"
)

var threads, folder = peer.Arguments()

func main() {
	makers := map[string]peer.Maker{}
	for _, k := range asm.Available() {
		engine := matmul.New(k, pool.New(threads))
		makers[k.Name+" train"] = func(a []string) (peer.Work, error) { return train(k, a) }
		makers[k.Name+" rows"] = func(a []string) (peer.Work, error) { return rows(k, a) }
		makers[k.Name+" sgemm"] = peer.Sgemm(func(p *peer.Product) {
			engine.Sgemm(p.TransA, p.TransB, p.M, p.N, p.K, 1, p.A, p.LDA, p.B, p.LDB, 0, p.C, p.N)
		})
		makers[k.Name+" map"] = peer.Map(map[string]func(y, x []float32){"exp": k.Exp, "log": k.Log, "sigmoid": k.Sigmoid, "tanh": k.Tanh})
	}
	makers["math map"] = peer.Map(map[string]func(y, x []float32){
		"exp": each(math.Exp), "log": each(math.Log), "tanh": each(math.Tanh),
		"sigmoid": each(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
	})
	peer.Serve("", makers)
}

// each applies a function of Go's library to slices.
func each(f func(float64) float64) func(y, x []float32) {
	return func(y, x []float32) {
		for i, v := range x {
			y[i] = float32(f(float64(v)))
		}
	}
}

// set is images of bytes as nn reads them.
type set struct {
	x       []uint8
	classes []int32
}

func (s set) Data() *data.Data {
	return &data.Data{Shape: []int{peer.Features}, Bytes: s.x, Classes: s.classes}
}

// network compiles a network of relu layers with Adam.
func network(k *asm.Kernels, hidden []int) (*nn.Sequential, error) {
	m := nn.NewSequential("", layers.Input(peer.Features))
	for _, units := range hidden {
		m.Add(layers.Dense(units, activations.ReLU))
	}
	m.Add(layers.Dense(peer.Classes, activations.Softmax))
	return m, m.Compile(nn.CompileOptions{Optimizer: optim.NewAdam(0.001), Workers: threads, Kernels: k})
}

func train(k *asm.Kernels, arguments []string) (peer.Work, error) {
	t, err := peer.ParseTrain(arguments)
	if err != nil {
		return nil, err
	}
	x, y, err := peer.Data(folder, t.Samples)
	if err != nil {
		return nil, err
	}
	classes := make([]int32, len(y))
	for i, c := range y {
		classes[i] = int32(c)
	}
	m, err := network(k, t.Hidden)
	if err != nil {
		return nil, err
	}
	return peer.Epoch(func() (float64, error) {
		h, err := m.Fit(context.Background(), set{x, classes}, nn.FitOptions{BatchSize: t.Batch})
		if err != nil {
			return 0, err
		}
		return h.Epochs[0].Get("loss"), nil
	}), nil
}

func rows(k *asm.Kernels, arguments []string) (peer.Work, error) {
	hidden, count, err := peer.ParseRows(arguments)
	if err != nil {
		return nil, err
	}
	x, err := peer.Inputs(folder, count)
	if err != nil {
		return nil, err
	}
	m, err := network(k, hidden)
	if err != nil {
		return nil, err
	}
	weights := m.Weights()
	for i, w := range weights {
		if len(w.Shape) == 2 {
			weights[i].Data = peer.FixedKernel(w.Shape[0], w.Shape[1])
		} else {
			clear(w.Data)
		}
	}
	if err := m.SetWeights(weights); err != nil {
		return nil, err
	}
	p := make([]float32, count*peer.Classes)
	var call func()
	if count == 1 {
		row, err := m.Predictor()
		if err != nil {
			return nil, err
		}
		call = func() { row.Row(p, x) }
	} else {
		samples, err := data.NewClassification(x, make([]int32, count), peer.Features)
		if err != nil {
			return nil, err
		}
		call = func() {
			out, err := m.Predict(context.Background(), samples)
			if err != nil {
				panic(fmt.Sprint("predict: ", err))
			}
			p = out.Data
		}
	}
	call()
	check := peer.ProbabilityCheck(p)
	return func() (float64, float64, error) { return peer.Clock(call), check, nil }, nil
}
