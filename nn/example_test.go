package nn_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"strings"

	"weft/activations"
	"weft/nn"
	"weft/nn/callbacks"
	"weft/nn/data"
	"weft/nn/layers"
	"weft/optim"
)

// stripes returns n pictures of 8×8 numbers, each with stripes that are
// horizontal (class 0), vertical (1) or diagonal (2), of varied width and place.
func stripes(n int) *data.Data {
	x, classes := make([]float32, n*64), make([]int32, n)
	for i := range n {
		class := i % 3
		width, shift := 1+i/3%3, i/9
		classes[i] = int32(class)
		for j := range 64 {
			row, column := j/8, j%8
			if place := [3]int{row, column, row + column}[class]; (place+shift)/width%2 == 0 {
				x[i*64+j] = 1
			}
		}
	}
	samples, err := data.NewClassification(x, classes, 8, 8)
	if err != nil {
		log.Fatal(err)
	}
	return samples
}

// A whole program: data, model, training, evaluation. Every figure is the same
// on every machine.
func Example() {
	ctx := context.Background()
	train, test := stripes(300), stripes(60)

	model := nn.NewSequential("줄무늬",
		layers.Flatten(8, 8),
		layers.Dense(16, activations.ReLU).Named("hidden"),
		layers.Dense(3, activations.Softmax).Named("output"),
	)
	defer model.Close()
	if err := model.Compile(nn.CompileOptions{Optimizer: optim.NewSGD(0.1).WithNesterov(0.9)}); err != nil {
		log.Fatal(err)
	}
	history, err := model.Fit(ctx, train, nn.FitOptions{Epochs: 3, ValidationSplit: 0.2})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range history.Epochs {
		fmt.Printf("epoch %d: loss %.4f, accuracy %.4f, val_loss %.4f, val_accuracy %.4f\n", e.Epoch, e.Get("loss"), e.Get("accuracy"), e.Get("val_loss"), e.Get("val_accuracy"))
	}
	logs, err := model.Evaluate(ctx, test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("test: loss %.4f, accuracy %.4f\n", logs.Get("loss"), logs.Get("accuracy"))
	probabilities, err := model.Predict(ctx, test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d×%d probabilities, the second picture is vertical with %.4f\n", probabilities.Rows, probabilities.Cols, probabilities.At(1, 1))
	// Output:
	// epoch 1: loss 1.0020, accuracy 0.5208, val_loss 0.7202, val_accuracy 0.8500
	// epoch 2: loss 0.5758, accuracy 0.8375, val_loss 0.3382, val_accuracy 1.0000
	// epoch 3: loss 0.2421, accuracy 0.9833, val_loss 0.1201, val_accuracy 0.9833
	// test: loss 0.1117, accuracy 0.9833
	// 60×3 probabilities, the second picture is vertical with 0.9879
}

// The table of the layers, without the blanks at the ends of its lines.
func ExampleSequential_Summary() {
	model := nn.NewSequential("패션 MNIST 모델",
		layers.Flatten(28, 28),
		layers.Dense(100, activations.ReLU).Named("은닉층"),
		layers.Dense(10, activations.Softmax).Named("출력층"),
	)
	var table strings.Builder
	if err := model.Summary(&table); err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(table.String()) {
		fmt.Println(strings.TrimRight(line, " \n"))
	}
	// Output:
	// Model: "패션 MNIST 모델"
	// _________________________________________________________________
	// Layer (type)                 Output Shape              Param #
	// =================================================================
	// flatten (Flatten)            (None, 784)               0
	// _________________________________________________________________
	// 은닉층 (Dense)               (None, 100)               78500
	// _________________________________________________________________
	// 출력층 (Dense)               (None, 10)                1010
	// =================================================================
	// Total params: 79,510 (310.59 KB)
	// Trainable params: 79,510 (310.59 KB)
	// Non-trainable params: 0 (0.00 B)
	// _________________________________________________________________
}

// A model that was saved goes on training after it was loaded as if it had never
// stopped.
func ExampleSequential_Save() {
	ctx, train := context.Background(), stripes(300)
	model := nn.NewSequential("", layers.Flatten(8, 8), layers.Dense(3, activations.Softmax))
	defer model.Close()
	if err := model.Compile(nn.CompileOptions{Optimizer: optim.NewAdam(0.01)}); err != nil {
		log.Fatal(err)
	}
	if _, err := model.Fit(ctx, train, nn.FitOptions{Epochs: 2}); err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer // or a file
	if err := model.Save(&file); err != nil {
		log.Fatal(err)
	}

	loaded, err := nn.Load(&file)
	if err != nil {
		log.Fatal(err)
	}
	defer loaded.Close()
	for _, m := range []*nn.Sequential{model, loaded} {
		if _, err := m.Fit(ctx, train, nn.FitOptions{Epochs: 3}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(loaded.SHA256() == model.SHA256())
	// Output: true
}

// A Predictor serves single rows without allocating, to any number of goroutines.
func ExampleSequential_Predictor() {
	train := stripes(300)
	model := nn.NewSequential("", layers.Flatten(8, 8), layers.Dense(16, activations.ReLU), layers.Dense(3, activations.Softmax))
	defer model.Close()
	if err := model.Compile(nn.CompileOptions{Optimizer: optim.NewAdam(0.01)}); err != nil {
		log.Fatal(err)
	}
	if _, err := model.Fit(context.Background(), train, nn.FitOptions{Epochs: 5}); err != nil {
		log.Fatal(err)
	}

	predictor, err := model.Predictor()
	if err != nil {
		log.Fatal(err)
	}
	probabilities := make([]float32, 3)
	for i := range 3 {
		predictor.Row(probabilities, train.Floats[i*64:(i+1)*64])
		fmt.Printf("%.3f\n", probabilities)
	}
	// Output:
	// [0.992 0.003 0.005]
	// [0.004 0.990 0.006]
	// [0.066 0.098 0.836]
}

// patience stops a training whose validation loss did not become better for
// some epochs.
type patience struct {
	epochs  int
	best    float64
	waiting int
}

func (p *patience) Step(*callbacks.Progress) error { return nil }

func (p *patience) Epoch(now *callbacks.Progress) error {
	if loss := now.Last.Get("val_loss"); now.Epoch == 1 || loss < p.best {
		p.best, p.waiting = loss, 0
		return nil
	}
	if p.waiting++; p.waiting < p.epochs {
		return nil
	}
	return callbacks.ErrStop
}

// A callback of one's own: two methods.
func Example_callback() {
	model := nn.NewSequential("", layers.Flatten(8, 8), layers.Dense(3, activations.Tanh), layers.Dense(3, activations.Softmax))
	defer model.Close()
	if err := model.Compile(nn.CompileOptions{Optimizer: optim.NewSGD(1)}); err != nil {
		log.Fatal(err)
	}
	history, err := model.Fit(context.Background(), stripes(300), nn.FitOptions{Epochs: 100, ValidationSplit: 0.2, Callbacks: []callbacks.Callback{&patience{epochs: 2}}})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range history.Epochs {
		fmt.Printf("%d: %.4f\n", e.Epoch, e.Get("val_loss"))
	}
	// Output:
	// 1: 1.1957
	// 2: 1.1609
	// 3: 1.0280
	// 4: 1.0429
	// 5: 0.9486
	// 6: 0.9084
	// 7: 0.8381
	// 8: 0.8148
	// 9: 0.6923
	// 10: 1.3395
	// 11: 0.7122
}
