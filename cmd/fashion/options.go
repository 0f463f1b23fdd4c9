package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"

	"weft/activations"
	"weft/asm"
	"weft/mnist"
	"weft/nn"
	"weft/optim"
)

// kernelsEnv is the environment variable that chooses the kernels.
const kernelsEnv = "WEFT_KERNELS"

// network is the flags that make the model and its training: everything that the
// result depends on, beside the data.
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
	f.describe("activation", "NAME", "relu (default), sigmoid, tanh or linear: of the hidden layers", "relu", "sigmoid", "tanh", "linear")
	f.StringVar(&n.hiddenList, "hidden", "100", "")
	f.describe("hidden", "N[,N…]", "units of the hidden layers (default 100), or none", "none", "100", "300,100")

	f.group("Training")
	f.StringVar(&n.optimizerName, "optimizer", "adam", "")
	f.describe("optimizer", "NAME", "adam (default), sgd, adagrad or rmsprop", "adam", "sgd", "adagrad", "rmsprop")
	f.Float64Var(&n.rate, "lr", 0, "")
	f.describe("lr", "RATE", "learning rate (default: Keras's, 0.001, or 0.01 for sgd)")
	f.Float64Var(&n.momentum, "momentum", 0, "")
	f.describe("momentum", "M", "momentum of sgd, 0 ≤ M < 1")
	f.BoolVar(&n.nesterov, "nesterov", false, "")
	f.describe("nesterov", "", "Nesterov's form of the momentum")
	f.IntVar(&n.epochs, "epochs", 5, "")
	f.describe("epochs", "N", "passes over the training set (default 5)")
	f.IntVar(&n.batch, "batch", 32, "")
	f.describe("batch", "N", "samples a step (default 32)")
	f.Uint64Var(&n.seed, "seed", 42, "")
	f.describe("seed", "N", "of weights and shuffling (default 42)")
}

// resolve checks the flags. One that would do nothing is an error.
func (n *network) resolve(given map[string]bool) (err error) {
	if n.activation, err = activations.ByName(n.activationName); err != nil {
		return usagef("-activation: %w", err)
	}
	if !n.activation.Elementwise() {
		return usagef("-activation %s is for the last layer: choose relu, sigmoid, tanh or linear for the hidden ones", n.activationName)
	}
	if n.hidden, err = parseHidden(n.hiddenList); err != nil {
		return err
	}
	if len(n.hidden) == 0 && given["activation"] {
		return usagef("-activation does nothing with -hidden none: leave one of them out")
	}
	if n.optimizer, err = optim.ByName(n.optimizerName); err != nil {
		return usagef("-optimizer: %w", err)
	}
	if given["lr"] {
		n.optimizer = n.optimizer.WithLearningRate(n.rate)
	}
	if err := n.applyMomentum(given["momentum"]); err != nil {
		return err
	}
	if err := n.optimizer.Validate(); err != nil {
		return usagef("-lr %v: %w", n.rate, err) // the momentum is checked already, the rest are defaults
	}
	return first(atLeast("epochs", n.epochs, 1), atLeast("batch", n.batch, 1))
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
			return nil, usagef("-hidden %s: %q is no number of units: give numbers ≥ 1 with commas, or none", s, part)
		}
		units = append(units, n)
	}
	return units, nil
}

// model makes the network.
func (n *network) model() *nn.Sequential {
	layers := []nn.Layer{nn.Flatten(28, 28)}
	for _, units := range n.hidden {
		layers = append(layers, nn.Dense(units, n.activation))
	}
	return nn.NewSequential("", append(layers, nn.Dense(10, activations.Softmax))...)
}

// machine is the flags that change no bit of the result.
type machine struct {
	workers     int
	kernelsName string

	kernels *asm.Kernels // after resolve
}

func (m *machine) register(f *flags) {
	f.group("The machine (changes no bit of the result)")
	f.IntVar(&m.workers, "workers", runtime.GOMAXPROCS(0), "")
	f.describe("workers", "N", "goroutines that compute (default GOMAXPROCS)")
	f.StringVar(&m.kernelsName, "kernels", "", "")
	f.describe("kernels", "NAME", "generic, avx2, avx512 or neon (default $"+kernelsEnv+", then\nthe best of this CPU)", "generic", "avx2", "avx512", "neon")
}

func (m *machine) resolve() (err error) {
	if err := atLeast("workers", m.workers, 1); err != nil {
		return err
	}
	name, from := m.kernelsName, "-kernels"
	if name == "" {
		name, from = os.Getenv(kernelsEnv), kernelsEnv
	}
	m.kernels = asm.Best()
	if name != "" {
		if m.kernels, err = asm.Named(name); err != nil {
			return usagef("%s: %w", from, err)
		}
	}
	return nil
}

// source is the flags that say where the data is.
type source struct {
	dir     string
	offline bool
}

func (s *source) register(f *flags) {
	f.group("The data")
	f.StringVar(&s.dir, "data", "", "")
	f.describe("data", "DIR", "folder of the four IDX files, compressed or not; binding\n(default: $"+mnist.EnvDir+", binding too, then Keras's cache,\nWeft's cache, a download, a set drawn by code)")
	f.BoolVar(&s.offline, "offline", false, "")
	f.describe("offline", "", "never dial")
}

// validationShare and splitSeed are the tutorial's split: scikit-learn's
// train_test_split(test_size=0.2, random_state=42).
const (
	validationShare = 0.2
	splitSeed       = 42
)

// sets is the data of a run.
type sets struct{ train, validation, test *mnist.Set }

// load reads the data and splits it.
func (s *source) load(ctx context.Context, c *console) (*sets, error) {
	all, test, err := mnist.Fashion(ctx, mnist.LoadOptions{Dir: s.dir, Offline: s.offline, Progress: c.meter(), Log: c.stderr})
	if err != nil {
		return nil, stoppedOr(ctx, err)
	}
	train, validation, err := all.Split(validationShare, splitSeed)
	if err != nil {
		return nil, err
	}
	return &sets{train, validation, test}, stoppedOr(ctx, nil)
}

// describeSet says where a set comes from.
func describeSet(s *mnist.Set) string {
	if s.Dir() == "" {
		return string(s.Source())
	}
	return fmt.Sprintf("%s in %s", s.Source(), s.Dir())
}
