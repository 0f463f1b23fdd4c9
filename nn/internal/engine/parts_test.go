package engine_test

import (
	"fmt"
	"testing"
	"time"

	"weft/activations"
	"weft/asm"
	"weft/matmul/pool"
	"weft/nn/internal/engine"
	"weft/nn/internal/enginetest"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// stack returns the network of some layers.
func stack(all ...layers.Layer) engine.Network {
	return func(b *engine.Builder, x *engine.Tensor) *engine.Tensor {
		for i, l := range all {
			b.Layer(i)
			x = l.Build(b, x)
		}
		return x
	}
}

// options are those of a classifier trained with Adam.
func options(k *asm.Kernels, workers, batch int, data *engine.Source, all ...layers.Layer) enginetest.Options {
	return enginetest.Options{Rule: optim.NewAdam(0.01), Options: engine.Options{
		Kernels: k, Workers: workers, Batch: batch, Data: data, Network: stack(all...),
		Objective: losses.Objective(losses.SparseCategoricalCrossentropy),
	}}
}

// moveParts lets a balance judge workers whose speeds are these until it has given
// them other parts.
func moveParts(b *pool.Balance, n int, speeds []float64, now *time.Time) {
	for range 8 { // windows
		*now = now.Add(time.Second)
		for range 8 { // steps, of which the last ends the window
			for w := range speeds {
				lo, hi := b.Share(n, w, len(speeds))
				b.Record(w, time.Duration(float64(hi-lo)/speeds[w]*float64(time.Second)))
			}
			if b.Judge(*now) {
				return
			}
		}
	}
}

// The parts may change between any two steps: the weights are those of one worker.
func TestBitsOfUnequalParts(t *testing.T) {
	relu, linear := activations.ReLU, activations.Linear
	for _, c := range []struct {
		name   string
		batch  int
		things int // that the product with the most work divides
		floats bool
		layers []layers.Layer
	}{
		{"units", 32, 90, false, []layers.Layer{layers.Dense(90, relu), layers.Dense(50, activations.Tanh), layers.Dense(10, linear)}},
		{"samples and inputs", 300, 20, false, []layers.Layer{layers.Dense(33, relu), layers.Dense(10, linear)}},
		{"sparse products", 90, 523, false, []layers.Layer{layers.Dense(523, relu), layers.Dense(140, relu), layers.Dropout(0.4), layers.Dense(81, relu), layers.Dense(10, linear)}},
		{"dropout, a softmax between, floats", 48, 81, true, []layers.Layer{layers.Dropout(0.2), layers.Dense(81, activations.Softmax), layers.Dropout(0.3), layers.Dense(60, relu), layers.Dense(10, linear)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			const steps = 6
			data := enginetest.Patterns(c.batch*steps-7, 10, 15)
			if c.floats {
				data = enginetest.Floats(data)
			}
			train := func(k *asm.Kernels, workers int) string {
				n := enginetest.New(t, options(k, workers, c.batch, data, c.layers...))
				order, speeds, now := n.Order(), make([]float64, workers), time.Now()
				x, unequal := uint32(1), 0
				for step := range steps {
					if workers > 1 {
						for w := range speeds { // one at least is twice as fast as another
							x = x*1664525 + 1013904223
							speeds[w] = 1 + float64(x>>16)/(1<<17)
						}
						speeds[step%workers], speeds[(step+1)%workers] = 2, 1
						moveParts(n.Balance(), c.things, speeds, &now)
						n.Regroup()
						have, want := n.GroupsOfUnits()
						require.Equal(t, want, have, "groups of units")
						for w := range workers {
							lo, hi := n.Share(c.things, w, workers)
							if a, b := pool.Share(c.things, w, workers); a != lo || b != hi {
								unequal++
							}
						}
					}
					at := step * c.batch
					last := min(at+c.batch, len(order))
					n.Train(order[at:last], order[last:])
				}
				if n.Balance().Measures(0, workers) { // there is enough to divide
					require.GreaterOrEqual(t, unequal, steps)
				}
				return n.Digest()
			}
			want := train(asm.Best(), 1)
			enginetest.EverySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
				if testing.Short() && k.Name == "generic" && c.name == "sparse products" {
					t.Skip("a billion operations")
				}
				require.Equal(t, want, train(k, workers), "%d workers", workers)
			})
		})
	}
}

// slowed is an op that takes one worker half as long again.
type slowed struct {
	engine.Op
	worker int
}

func (o slowed) Run(s *engine.Step, worker, workers int) {
	begin := time.Now()
	o.Op.Run(s, worker, workers)
	if worker == o.worker {
		for end := time.Since(begin) * 3 / 2; time.Since(begin) < end; {
		}
	}
}

// BenchmarkSlowCore is a step of 784-100-10 with two workers, one of whose cores is
// made a third slower, with equal parts and with parts that suit the cores.
func BenchmarkSlowCore(b *testing.B) {
	data := enginetest.Patterns(4096, 28, 28)
	for _, batch := range []int{32, 512} {
		for _, equal := range []bool{true, false} {
			b.Run(fmt.Sprintf("shape=784-100-10/batch=%d/kernels=%s/equal=%t", batch, asm.Best().Name, equal), func(b *testing.B) {
				n := enginetest.New(b, options(asm.Best(), 2, batch, data, layers.Dense(100, activations.ReLU), layers.Dense(10, activations.Linear)))
				if equal {
					n.Divides(0)
				}
				n.WrapOps(func(o engine.Op) engine.Op { return slowed{o, 1} })
				order := n.Order()
				engine.Shuffle(order, data, 1, 1)
				for step := 0; b.Loop(); step++ {
					at := step * batch % data.N
					n.Train(order[at:at+batch], order[at+batch:])
				}
			})
		}
	}
}
