// Package enginetest trains networks of the engine for the tests of the packages
// around it. No other code imports it.
package enginetest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"testing"

	"weft/asm"
	"weft/matmul/pool"
	"weft/nn/internal/engine"
	"weft/optim"

	"github.com/stretchr/testify/require"
)

// EverySet calls f for each set of kernels and several numbers of workers.
func EverySet(t *testing.T, f func(t *testing.T, k *asm.Kernels, workers int)) {
	for _, k := range asm.Available() {
		for _, workers := range []int{1, 2, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", k.Name, workers), func(t *testing.T) { f(t, k, workers) })
		}
	}
}

// Patterns returns n samples of height×width bytes made by integer formulas, the same
// on every platform, in 10 classes: each class a pattern of its own under noise.
func Patterns(n, height, width int) *engine.Source {
	size := height * width
	s := &engine.Source{N: n, Features: size, Bytes: make([]uint8, n*size), Classes: make([]int32, n)}
	x := uint32(12345)
	for i := range n {
		c := i * 7 % 10
		s.Classes[i] = int32(c)
		for j := range size {
			x = x*1664525 + 1013904223
			v := x >> 25
			if (j/width*(c+3)+j%width*(11-c))%17 < 6 {
				v += 100
			}
			s.Bytes[i*size+j] = uint8(v)
		}
	}
	return s
}

// Floats returns the same samples as float32, u/255.
func Floats(s *engine.Source) *engine.Source {
	f := *s
	f.Bytes, f.Floats = nil, make([]float32, len(s.Bytes))
	for i, u := range s.Bytes {
		f.Floats[i] = float32(u) / 255
	}
	return &f
}

// Net is a network that is trained.
type Net struct {
	*engine.Trainer
	Params []*engine.Param

	o     Options
	steps int
}

// Options is what a Net is made from.
type Options struct {
	engine.Options
	Rule optim.Optimizer
	Set  func([]*engine.Param) // gives the parameters other values than the seed does; nil: none
}

// New gives a network parameters, slots and a pool, and plans its training.
func New(t testing.TB, o Options) *Net {
	if o.Kernels == nil {
		o.Kernels = asm.Best()
	}
	if o.Workers == 0 {
		o.Workers = 1
	}
	if o.Shape == nil {
		o.Shape = []int{o.Data.Features}
	}
	outline := engine.NewOutline(o.Network, o.Shape)
	_, err := outline.Err()
	require.NoError(t, err)
	o.Params = outline.Params()
	start := o.Rule.Slots()
	for _, p := range o.Params {
		p.Data = asm.Aligned(p.Layout.Floats())
		p.Initialize(o.Seed)
		for _, v := range start {
			s := asm.Aligned(len(p.Data))
			for i := range s {
				s[i] = v
			}
			p.Slots = append(p.Slots, s)
		}
	}
	if o.Set != nil {
		o.Set(o.Params)
	}
	o.Pool = pool.New(o.Workers)
	t.Cleanup(o.Pool.Close)
	return &Net{Trainer: engine.NewTrainer(&o.Options), Params: o.Params, o: o}
}

// Train trains on the samples of the given rows, those of following being next, with
// all workers, and returns the sum of the losses.
func (n *Net) Train(rows, following []int32) float64 {
	n.steps++
	sum, _ := n.TrainWith(n.o.Workers, rows, following, n.steps, n.o.Rule.At(n.steps, n.o.Rule.Rate()), 0)
	return sum
}

// Order returns the rows of the data, in order.
func (n *Net) Order() []int32 {
	order := make([]int32, n.o.Data.N)
	engine.InOrder(order, n.o.Data)
	return order
}

// Epoch trains on all samples in order, batch by batch, and returns the digest after
// it: a SHA-256 of the losses and of all weights.
func (n *Net) Epoch() string {
	hash, order := sha256.New(), n.Order()
	for at := 0; at < len(order); at += n.o.Batch {
		last := min(at+n.o.Batch, len(order))
		hash.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(n.Train(order[at:last], order[last:]))))
	}
	hash.Write([]byte(n.Digest()))
	return hex.EncodeToString(hash.Sum(nil))
}

// Digest returns a SHA-256 of all parameters in Keras's shapes, every NaN taken as one.
func (n *Net) Digest() string {
	hash := sha256.New()
	for _, p := range n.Params {
		for _, v := range p.Keras(p.Data) {
			bits := math.Float32bits(v)
			if v != v {
				bits = 0x7fc00000
			}
			hash.Write(binary.LittleEndian.AppendUint32(nil, bits))
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}
