package main

import (
	"math"
	"strconv"
	"strings"

	"weft/activations"
	"weft/cmd/fashion/internal/memory"
	"weft/nn"
	"weft/nn/layers"
	"weft/optim"
)

// What flags offer.
var (
	activationChoices = []string{"relu", "sigmoid", "tanh", "linear"}
	optimizerChoices  = []string{"adam", "sgd", "adagrad", "rmsprop"}
)

// network is the flags that make the model and its training: everything that the
// result depends on, apart from the data.
type network struct {
	activationName, hiddenList, optimizerName string
	rate, momentum                            float64
	nesterov                                  bool
	epochs, batch                             int
	seed                                      uint64

	// after resolve
	activation activations.Activation
	hidden     []int
	optimizer  optim.Optimizer
}

func (n *network) register(f *flags) {
	f.group("The network")
	f.StringVar(&n.activationName, "activation", "relu", "")
	f.describe("activation", "NAME", "relu (default), sigmoid, tanh or linear: of the hidden layers", activationChoices...)
	f.StringVar(&n.hiddenList, "hidden", "100", "")
	f.describe("hidden", "N[,N…]", "units of the hidden layers (default 100), or none", "none", "100", "300,100")

	f.group("Training")
	f.StringVar(&n.optimizerName, "optimizer", "adam", "")
	f.describe("optimizer", "NAME", "adam (default), sgd, adagrad or rmsprop", optimizerChoices...)
	f.Float64Var(&n.rate, "lr", 0, "")
	f.describe("lr", "RATE", "learning rate (default: Keras's, 0.001, or 0.01 for sgd)")
	f.Float64Var(&n.momentum, "momentum", 0, "")
	f.describe("momentum", "M", "momentum of sgd, 0 ≤ M < 1")
	f.BoolVar(&n.nesterov, "nesterov", false, "")
	f.describe("nesterov", "", "Nesterov's form of the momentum")
	f.IntVar(&n.epochs, "epochs", 5, "")
	f.describe("epochs", "N", "passes over the training set (default 5)")
	f.IntVar(&n.batch, "batch", 32, "")
	f.describe("batch", "N", "samples per step (default 32)")
	f.Uint64Var(&n.seed, "seed", 42, "")
	f.describe("seed", "N", "of weights and shuffling (default 42)")
}

// resolve checks the flags. One that would do nothing is an error.
func (n *network) resolve(given map[string]bool) (err error) {
	if n.activation, err = activations.ByName(n.activationName); err != nil {
		return usagef("-activation: %w%s", err, didYouMean(n.activationName, activationChoices))
	}
	if t := n.activation.Traits(); t.RowWise || t.NeedsInput {
		return usagef("-activation %s is not for hidden layers: choose relu, sigmoid, tanh or linear for them", n.activationName)
	}
	if n.hidden, err = parseHidden(n.hiddenList); err != nil {
		return err
	}
	if len(n.hidden) == 0 && given["activation"] {
		return usagef("-activation does nothing with -hidden none: leave one of them out")
	}
	if n.optimizer, err = optim.ByName(n.optimizerName); err != nil {
		return usagef("-optimizer: %w%s", err, didYouMean(n.optimizerName, optimizerChoices))
	}
	if given["lr"] {
		n.optimizer = n.optimizer.WithRate(n.rate)
	}
	if err := n.applyMomentum(given["momentum"]); err != nil {
		return err
	}
	if err := n.optimizer.Validate(); err != nil {
		return usagef("-lr %v: %w", n.rate, err) // the momentum is checked already, the rest are defaults
	}
	return first(atLeast("epochs", n.epochs, 1), atLeast("batch", n.batch, 1), n.fits(memory.Limit()))
}

// applyMomentum adds momentum to sgd.
func (n *network) applyMomentum(given bool) error {
	sgd, ok := n.optimizer.(optim.SGD)
	switch {
	case given && !ok:
		return usagef("-momentum does nothing with -optimizer %s: it belongs to sgd", n.optimizer.Name())
	case n.nesterov && (!given || n.momentum == 0):
		return usagef("-nesterov does nothing without -momentum: add -optimizer sgd -momentum 0.9")
	case given && !(n.momentum >= 0 && n.momentum < 1):
		return usagef("-momentum %v: give 0 ≤ momentum < 1", n.momentum)
	case n.nesterov:
		n.optimizer = sgd.WithNesterov(n.momentum)
	case given:
		n.optimizer = sgd.WithMomentum(n.momentum)
	}
	return nil
}

// parseHidden reads the units of the hidden layers.
func parseHidden(s string) ([]int, error) {
	if s == "none" {
		return nil, nil
	}
	var units []int
	for _, part := range strings.Split(s, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > math.MaxInt32 {
			return nil, usagef("-hidden %s: %q is not a number of units: give numbers ≥ 1 with commas, or none", s, part)
		}
		units = append(units, n)
	}
	return units, nil
}

// fits refuses a network whose weights, with the optimizer's state, or whose activations
// of a batch take more memory than there is: a program that runs out of memory ends
// without words.
func (n *network) fits(limit int64) error {
	in, weights, units := float64(side*side), 0.0, 0.0
	for _, u := range append(n.hidden[:len(n.hidden):len(n.hidden)], 10) {
		weights += float64((in + 1) * float64(u))
		units += float64(u)
		in = float64(u)
	}
	bytes := float64(4 * weights * float64(1+len(n.optimizer.Slots())))
	if bytes > float64(limit) {
		return usagef("-hidden %s: the network would have %.3g weights, %s with the state of %s, and there are %s of memory: give fewer units",
			n.hiddenList, weights, memory.Size(bytes), n.optimizer.Name(), memory.Size(float64(limit)))
	}
	const most = 60000 // samples of a batch: no set of this kind has many more
	if bytes += float64(4 * units * float64(min(n.batch, most))); bytes > float64(limit) {
		return usagef("-hidden %s -batch %d: a batch would take %s, and there are %s of memory: give fewer units, or smaller batches",
			n.hiddenList, n.batch, memory.Size(bytes), memory.Size(float64(limit)))
	}
	return nil
}

// model makes the network for a number of classes.
func (n *network) model(name string, classes int) *nn.Sequential {
	stack := []layers.Layer{layers.Flatten(side, side)}
	for _, units := range n.hidden {
		stack = append(stack, layers.Dense(units, n.activation))
	}
	return nn.NewSequential(name, append(stack, layers.Dense(classes, activations.Softmax))...)
}
