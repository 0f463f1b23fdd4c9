// Package nn is a Keras-like trainer for small networks on the CPU: [Sequential]
// models that are compiled, trained, evaluated, saved and served.
//
//	model := nn.NewSequential("fashion",
//		layers.Flatten(28, 28),
//		layers.Dense(100, activations.ReLU),
//		layers.Dense(10, activations.Softmax),
//	)
//	err := model.Compile(nn.CompileOptions{Optimizer: optim.NewAdam(0.001)})
//	history, err := model.Fit(ctx, train, nn.FitOptions{Epochs: 5, Validation: validation})
//	logs, err := model.Evaluate(ctx, test)      // logs.Get("loss"), logs.Get("accuracy")
//	probabilities, err := model.Predict(ctx, test)
//
// # Life of a model
//
// Layers are stacked by [NewSequential] and [Sequential.Add]. [Sequential.Build] fixes
// the shape of a sample: a first layer gives it, or the data of the first Fit does.
// [Sequential.Compile] chooses optimizer, loss, metrics, seed and resources, and gives
// the weights their first values; a second Compile keeps the weights and starts the
// optimizer anew. [Sequential.Fit] trains; called again, it goes on. [Sequential.Save]
// writes architecture, weights, the optimizer's state and the position inside an epoch,
// [Load] reads them, and Fit with Resume continues with the bits of a run that was
// never stopped. [Sequential.Predictor] takes a snapshot that serves single rows, from
// any number of goroutines, without allocating.
//
// # Data
//
// Fit, Evaluate and Predict take a [weft/nn/data.Source]: a [weft/nn/data.Data], or a
// type that has one, such as the sets of package mnist. Samples are float32, or bytes
// that are read as u/255; they are never copied as a whole. Targets are classes or
// floats, as the loss wants; samples may have weights. All of it is checked once, when
// it comes in, and an error names the sample, the value and the remedy.
//
// # Callbacks
//
// A [weft/nn/callbacks.Callback] is called after each step and each epoch. It may read
// weights, set them, and save the model.
//
// # Reproducibility
//
// The weights after training depend on the program and its data alone: not on the
// kernels (AVX-512, AVX2, NEON, Go), the number of workers, the operating system or
// whether the run was interrupted. Random numbers are derived from the seed and a
// purpose, such as init/1/kernel or dropout/3, and from counts; nothing is carried
// along. [Sequential.SHA256] names the weights.
//
// # Layers, losses, metrics
//
//	weft/nn/layers     Dense, Activation, Dropout, Flatten, normalizations, residual sums
//	weft/nn/losses     cross-entropies, mean squared error
//	weft/nn/metrics    accuracy, top-k, errors
//	weft/nn/callbacks  progress, logs, functions
//	weft/nn/data       samples with targets
//
// A type of one's own with the methods of their interfaces works like those of these
// packages.
package nn
