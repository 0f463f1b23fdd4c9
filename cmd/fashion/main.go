// Command fashion trains the network of a well-known Keras tutorial on
// Fashion-MNIST and prints what the tutorial prints: the summary, the progress,
// losses and accuracies. See fashion -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"weft/activations"
	"weft/asm"
	"weft/nn"
	"weft/optim"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, isTerminal(os.Stderr))
	stop()
	os.Exit(code)
}

// isTerminal reports whether f is a character device that can redraw a line.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// run is the command: its exit code is returned, not taken.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, terminal bool) int {
	c, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		if _, err := io.WriteString(stdout, usage); err != nil {
			fmt.Fprintf(stderr, "fashion: %v\n", err)
			return exitFailure
		}
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "fashion: %v\nRun fashion -h for all flags.\n", err)
		return exitUsage
	}
	c.stdout, c.stderr, c.terminal = stdout, stderr, terminal
	if err := c.train(ctx); err != nil {
		fmt.Fprintf(stderr, "fashion: %v\n", err)
		return exitFailure
	}
	return exitOK
}

// command is what the flags say.
type command struct {
	activation activations.Activation
	hidden     []int
	optimizer  optim.Optimizer
	epochs     int
	batch      int
	seed       uint64
	workers    int
	kernels    *asm.Kernels
	data       string
	offline    bool
	json       bool

	stdout, stderr io.Writer
	terminal       bool
}

const usage = `Fashion trains a network on Fashion-MNIST as the Keras tutorial does.

Usage: fashion [flags]

The network
  -activation NAME   relu (default), sigmoid, tanh or linear: of the hidden layers
  -hidden N[,N…]     units of the hidden layers (default 100), or none

Training
  -optimizer NAME    adam (default), sgd, adagrad or rmsprop
  -lr RATE           learning rate (default: Keras's, 0.001, or 0.01 for sgd)
  -momentum M        momentum of sgd, 0 ≤ M < 1
  -nesterov          Nesterov's form of the momentum
  -epochs N          passes over the training set (default 5)
  -batch N           samples a step (default 32)
  -seed N            of weights and shuffling (default 42)

The data
  -data DIR          folder of the four IDX files, compressed or not; binding
                     (default: $FASHION_MNIST_DIR, binding too, then Keras's cache,
                     Weft's cache, a download, a set drawn by code)
  -offline           never dial

The machine (changes no bit of the result)
  -workers N         goroutines that compute (default GOMAXPROCS)
  -kernels NAME      generic, avx2, avx512 or neon (default $WEFT_KERNELS, then the best)

Output
  -json              one JSON object a line on standard output

Examples
  fashion
  fashion -activation sigmoid -optimizer sgd
  fashion -optimizer sgd -lr 0.1 -momentum 0.9 -nesterov
  fashion -hidden 300,100 -epochs 20 -json
`

// parse reads the flags. A flag that would do nothing is an error.
func parse(args []string) (*command, error) {
	f := flag.NewFlagSet("fashion", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	c := &command{}
	activation := f.String("activation", "relu", "")
	hidden := f.String("hidden", "100", "")
	optimizer := f.String("optimizer", "adam", "")
	rate := f.Float64("lr", 0, "")
	momentum := f.Float64("momentum", 0, "")
	nesterov := f.Bool("nesterov", false, "")
	f.IntVar(&c.epochs, "epochs", 5, "")
	f.IntVar(&c.batch, "batch", 32, "")
	f.Uint64Var(&c.seed, "seed", 42, "")
	f.IntVar(&c.workers, "workers", runtime.GOMAXPROCS(0), "")
	kernels := f.String("kernels", "", "")
	f.StringVar(&c.data, "data", "", "")
	f.BoolVar(&c.offline, "offline", false, "")
	f.BoolVar(&c.json, "json", false, "")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: fashion takes flags only", f.Arg(0))
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var err error
	if c.activation, err = activations.ByName(*activation); err != nil {
		return nil, fmt.Errorf("-activation: %w", err)
	}
	if !c.activation.Elementwise() {
		return nil, fmt.Errorf("-activation %s is for the last layer: choose relu, sigmoid, tanh or linear for the hidden ones", *activation)
	}
	if c.hidden, err = parseHidden(*hidden); err != nil {
		return nil, err
	}
	if len(c.hidden) == 0 && given["activation"] {
		return nil, errors.New("-activation does nothing with -hidden none: leave one of them out")
	}
	if c.optimizer, err = optim.ByName(*optimizer); err != nil {
		return nil, fmt.Errorf("-optimizer: %w", err)
	}
	if given["lr"] {
		c.optimizer = c.optimizer.WithLearningRate(*rate)
	}
	if err := c.applyMomentum(*momentum, *nesterov, given["momentum"]); err != nil {
		return nil, err
	}
	if err := c.optimizer.Validate(); err != nil {
		return nil, fmt.Errorf("-lr %v: %w", *rate, err) // the momentum is checked already, the rest are defaults
	}
	for _, n := range []struct {
		name string
		v    int
	}{{"epochs", c.epochs}, {"batch", c.batch}, {"workers", c.workers}} {
		if n.v < 1 {
			return nil, fmt.Errorf("-%s %d: give at least 1", n.name, n.v)
		}
	}
	name, from := *kernels, "-kernels"
	if name == "" {
		name, from = os.Getenv("WEFT_KERNELS"), "WEFT_KERNELS"
	}
	c.kernels = asm.Best()
	if name != "" {
		if c.kernels, err = asm.Named(name); err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
	}
	return c, nil
}

// applyMomentum adds momentum to sgd.
func (c *command) applyMomentum(momentum float64, nesterov, given bool) error {
	sgd, ok := c.optimizer.(optim.SGD)
	switch {
	case given && !ok:
		return fmt.Errorf("-momentum does nothing with -optimizer %s: it belongs to sgd", c.optimizer.Name())
	case nesterov && (!given || momentum == 0):
		return errors.New("-nesterov does nothing without -momentum: add -momentum 0.9")
	case given && !(momentum >= 0 && momentum < 1):
		return fmt.Errorf("-momentum %v: give 0 ≤ momentum < 1", momentum)
	case nesterov:
		c.optimizer = sgd.WithNesterov(momentum)
	case given:
		c.optimizer = sgd.WithMomentum(momentum)
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
			return nil, fmt.Errorf("-hidden %s: %q is no number of units: give numbers ≥ 1 with commas, or none", s, part)
		}
		units = append(units, n)
	}
	return units, nil
}

// model makes the network.
func (c *command) model() *nn.Sequential {
	layers := []nn.Layer{nn.Flatten(28, 28)}
	for _, n := range c.hidden {
		layers = append(layers, nn.Dense(n, c.activation))
	}
	return nn.NewSequential("", append(layers, nn.Dense(10, activations.Softmax))...)
}
