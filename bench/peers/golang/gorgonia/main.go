// Command gorgonia trains and infers on gorgonia's tape machine.
package main

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"peers/golang/peer"
)

var _, folder = peer.Arguments()

func main() {
	peer.Serve("", map[string]peer.Maker{"tape train": train})
}

// network is the graph of one batch.
type network struct {
	x, y, logits *gorgonia.Node
	parameters   gorgonia.Nodes
}

// build makes the graph of a network for batches of one size.
func build(hidden []int, batch int) (*network, error) {
	g := gorgonia.NewGraph()
	n := &network{
		x: gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(batch, peer.Features), gorgonia.WithName("x")),
		y: gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(batch, peer.Classes), gorgonia.WithName("y")),
	}
	h, widths := n.x, peer.Widths(hidden)
	for i := range widths[1:] {
		w := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(widths[i], widths[i+1]), gorgonia.WithName(fmt.Sprint("w", i)), gorgonia.WithInit(gorgonia.GlorotU(1)))
		b := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(1, widths[i+1]), gorgonia.WithName(fmt.Sprint("b", i)), gorgonia.WithInit(gorgonia.Zeroes()))
		n.parameters = append(n.parameters, w, b)
		z, err := gorgonia.Mul(h, w)
		if err != nil {
			return nil, err
		}
		if h, err = gorgonia.BroadcastAdd(z, b, nil, []byte{0}); err != nil {
			return nil, err
		}
		if i < len(hidden) {
			if h, err = gorgonia.Rectify(h); err != nil {
				return nil, err
			}
		}
	}
	n.logits = h
	return n, nil
}

func train(arguments []string) (peer.Work, error) {
	t, err := peer.ParseTrain(arguments)
	if err != nil {
		return nil, err
	}
	x, y, err := peer.Data(folder, t.Samples)
	if err != nil {
		return nil, err
	}
	n, err := build(t.Hidden, t.Batch)
	if err != nil {
		return nil, err
	}
	p, err := gorgonia.SoftMax(n.logits)
	if err != nil {
		return nil, err
	}
	picked := gorgonia.Must(gorgonia.HadamardProd(gorgonia.Must(gorgonia.Log(p)), n.y))
	cost := gorgonia.Must(gorgonia.Neg(gorgonia.Must(gorgonia.Sum(picked))))
	if _, err := gorgonia.Grad(cost, n.parameters...); err != nil {
		return nil, err
	}
	var value gorgonia.Value
	gorgonia.Read(cost, &value)
	machine := gorgonia.NewTapeMachine(n.x.Graph(), gorgonia.BindDualValues(n.parameters...))
	// The cost is a sum: the solver divides the gradients by the batch.
	solver := gorgonia.NewAdamSolver(gorgonia.WithLearnRate(0.001), gorgonia.WithEps(1e-7), gorgonia.WithBatchSize(float64(t.Batch)))
	pixels, onehot := make([]float32, t.Batch*peer.Features), make([]float32, t.Batch*peer.Classes)
	xt := tensor.New(tensor.WithShape(t.Batch, peer.Features), tensor.WithBacking(pixels))
	yt := tensor.New(tensor.WithShape(t.Batch, peer.Classes), tensor.WithBacking(onehot))
	return peer.Epoch(func() (float64, error) {
		sum := 0.0
		order := rand.Perm(t.Samples)
		for ; len(order) >= t.Batch; order = order[t.Batch:] {
			clear(onehot)
			for i, sample := range order[:t.Batch] {
				for j, u := range x[sample*peer.Features:][:peer.Features] {
					pixels[i*peer.Features+j] = float32(u) / 255
				}
				onehot[i*peer.Classes+int(y[sample])] = 1
			}
			if err := gorgonia.Let(n.x, xt); err != nil {
				return 0, err
			}
			if err := gorgonia.Let(n.y, yt); err != nil {
				return 0, err
			}
			if err := machine.RunAll(); err != nil {
				return 0, err
			}
			if err := solver.Step(gorgonia.NodesToValueGrads(n.parameters)); err != nil {
				return 0, err
			}
			sum += float64(value.Data().(float32))
			machine.Reset()
		}
		return sum / float64(t.Samples), nil
	}), nil
}
