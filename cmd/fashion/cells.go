package main

import (
	"context"
	_ "embed" // the cells are printed from this file
	"fmt"
	"io"
	"strings"

	"weft/activations"
	"weft/mnist"
	"weft/nn"
	"weft/nn/callbacks"
	"weft/nn/layers"
	"weft/optim"
)

// notebook is the tutorial's cells in order, in Go. cell is called where a cell
// begins: what is between two calls is what fashion tutorial prints as the
// code of the first of them, read from this very file. end is called after the last.
func notebook(ctx context.Context, options mnist.LoadOptions, config nn.CompileOptions, out io.Writer, progress []callbacks.Callback, cell func(number int), end func(data *mnist.Set)) error {
	cell(1)
	all, _, err := mnist.Fashion(ctx, options)
	if err != nil {
		return err
	}
	train, validation, err := all.Split(0.2, 42)
	if err != nil {
		return err
	}
	dense1 := layers.Dense(100, activations.Sigmoid) // pixels are divided by 255 where a model reads them
	dense2 := layers.Dense(10, activations.Softmax)

	cell(2)
	var names nn.NameScope // numbers layers and models as Keras does in one process
	model := names.Sequential("", layers.Input(784), dense1, dense2)
	if err := model.Summary(out); err != nil {
		return err
	}

	cell(3)
	model = names.Sequential("패션 MNIST 모델",
		layers.Input(784),
		layers.Dense(100, activations.Sigmoid).Named("hidden"),
		layers.Dense(10, activations.Softmax).Named("output"),
	)
	if err := model.Summary(out); err != nil {
		return err
	}

	cell(4)
	model = names.Sequential("")
	model.Add(layers.Input(784))
	model.Add(layers.Dense(100, activations.Sigmoid))
	model.Add(layers.Dense(10, activations.Softmax))
	if err := model.Summary(out); err != nil {
		return err
	}

	cell(5)
	defer model.Close()
	if err := model.Compile(config); err != nil { // the optimizer is left out: RMSprop
		return err
	}
	if _, err := model.Fit(ctx, train, nn.FitOptions{Epochs: 5, Callbacks: progress}); err != nil {
		return err
	}

	cell(6)
	relu := names.Sequential("",
		layers.Flatten(28, 28),
		layers.Dense(100, activations.ReLU),
		layers.Dense(10, activations.Softmax),
	)
	if err := relu.Summary(out); err != nil {
		return err
	}

	cell(7)
	// Nothing to do: images keep their shape, 28×28, and a model without Flatten
	// takes them as well.
	fmt.Fprintln(out, train.Len(), train.Shape(), validation.Len(), validation.Shape())

	cell(8)
	defer relu.Close()
	if err := relu.Compile(config); err != nil {
		return err
	}
	if _, err := relu.Fit(ctx, train, nn.FitOptions{Epochs: 5, Callbacks: progress}); err != nil {
		return err
	}

	cell(9)
	result, err := relu.Evaluate(ctx, validation)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "[%.4f, %.4f]\n", result.Get("loss"), result.Get("accuracy"))

	cell(10)
	byName, err := optim.ByName("sgd")
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "the same:", byName == optim.Optimizer(optim.NewSGD(0.01)))

	cell(11)
	fmt.Fprintf(out, "%+v\n", optim.NewSGD(0.1))

	cell(12)
	fmt.Fprintf(out, "%+v\n", optim.NewSGD(0.01).WithNesterov(0.9))

	cell(13)
	fmt.Fprintf(out, "%+v\n%+v\n", optim.NewAdagrad(0.001), optim.NewRMSprop(0.001))

	cell(14)
	adam := names.Sequential("",
		layers.Flatten(28, 28),
		layers.Dense(100, activations.ReLU),
		layers.Dense(10, activations.Softmax),
	)
	defer adam.Close()
	config.Optimizer = optim.NewAdam(0.001)
	if err := adam.Compile(config); err != nil {
		return err
	}
	if _, err := adam.Fit(ctx, train, nn.FitOptions{Epochs: 5, Callbacks: progress}); err != nil {
		return err
	}

	cell(15)
	result, err = adam.Evaluate(ctx, validation)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "[%.4f, %.4f]\n", result.Get("loss"), result.Get("accuracy"))
	end(all)
	return nil
}

//go:embed cells.go
var cellsSource string

// cellCode returns the code of a cell: the lines of notebook from the call of
// cell with its number to the next one, or to that of end, without the indentation.
func cellCode(number int) string {
	_, code, found := strings.Cut(cellsSource, fmt.Sprintf("\n\tcell(%d)\n", number))
	code, _, ended := strings.Cut(code, "\n\tcell(")
	if !ended {
		code, _, ended = strings.Cut(code, "\n\tend(")
	}
	if !found || !ended {
		panic(fmt.Sprintf("fashion: cells.go has no cell %d", number))
	}
	var out strings.Builder
	for line := range strings.Lines(strings.TrimSpace(code)) {
		out.WriteString(strings.TrimPrefix(line, "\t"))
	}
	return out.String()
}
