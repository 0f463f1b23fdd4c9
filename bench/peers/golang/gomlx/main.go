// Command gomlx trains with gomlx on its backend in Go.
package main

import (
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"peers/golang/peer"
)

var _, folder = peer.Arguments()

func main() {
	peer.Serve("", map[string]peer.Maker{"go train": fit})
}

func fit(arguments []string) (peer.Work, error) {
	t, err := peer.ParseTrain(arguments)
	if err != nil {
		return nil, err
	}
	x, y, err := peer.Data(folder, t.Samples)
	if err != nil {
		return nil, err
	}
	backend, err := compute.NewWithConfig("go")
	if err != nil {
		return nil, err
	}
	network := func(scope *model.Scope, inputs []*graph.Node) *graph.Node {
		h := inputs[0]
		for i, units := range t.Hidden {
			h = activation.Apply(activation.TypeRelu, layers.DenseWithBias(scope.In("hidden%d", i), h, units))
		}
		return layers.DenseWithBias(scope.In("output"), h, peer.Classes)
	}
	trainer := train.NewTrainer(backend, model.NewStore(), network, loss.SparseCategoricalCrossEntropyLogits,
		optimizer.Adam().LearningRate(0.001).Done(), nil, nil)
	pixels, classes := make([]float32, t.Batch*peer.Features), make([]int32, t.Batch)
	return peer.Epoch(func() (float64, error) {
		sum := 0.0
		for order := range slices.Chunk(rand.Perm(t.Samples), t.Batch) {
			for i, sample := range order {
				for j, u := range x[sample*peer.Features:][:peer.Features] {
					pixels[i*peer.Features+j] = float32(u) / 255
				}
				classes[i] = int32(y[sample])
			}
			metrics, err := trainer.TrainStep(train.Batch{
				Inputs: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(pixels, t.Batch, peer.Features)},
				Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(classes, t.Batch, 1)},
			})
			if err != nil {
				return 0, err
			}
			sum += float64(tensors.ToScalar[float32](metrics[0]))
		}
		return sum / float64(t.Samples/t.Batch), nil
	}), nil
}
