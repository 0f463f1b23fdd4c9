package archive

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Keras's own names, from its files and its documentation.
func TestSnake(t *testing.T) {
	for class, want := range map[string]string{
		"Dense": "dense", "Conv2D": "conv2d", "ReLU": "re_lu", "LeakyReLU": "leaky_re_lu", "ELU": "elu", "MaxPooling2D": "max_pooling2d",
		"GlobalAveragePooling1D": "global_average_pooling1d", "BatchNormalization": "batch_normalization", "DepthwiseConv2D": "depthwise_conv2d",
		"RMSprop": "rm_sprop", "AdamW": "adam_w", "SGD": "sgd", "ZeroPadding2D": "zero_padding2d", "InputLayer": "input_layer",
	} {
		require.Equal(t, want, snake(class))
	}
}

// changedConfig reads a file of testdata after a change of its config.
func changedConfig(t *testing.T, file, old, new string) (*Model, error) {
	t.Helper()
	config, weights := parts(t, file)
	require.Contains(t, string(config), old)
	return read1(archiveOf([]byte(strings.Replace(string(config), old, new, 1)), weights))
}

// Every config that computes something else than a Model can say is refused by
// name; what only training needs is not.
func TestConfigErrors(t *testing.T) {
	const mlp, cnn, functional = "k3_mlp_adam.keras", "k3_cnn.keras", "k3_functional.keras"
	const dense, conv, bn = `layer "dense" (Dense): `, `layer "conv" (Conv2D): `, `layer "bn" (BatchNormalization): `
	for _, c := range []struct{ file, old, new, want string }{
		{mlp, `"units": 5`, `"units": "5"`, dense + "units: a string where a number is expected"},
		{mlp, `"units": 5`, `"units": 5.5`, dense + "units: 5.5 where an integer is expected"},
		{mlp, `"units": 5`, `"units": 1e99`, dense + "units: 1e99 where an integer is expected"},
		{mlp, `"units": 5, `, ``, dense + "units: 0, but at least 1 is needed"},
		{mlp, `"activation": "relu"`, `"activation": "mine"`, dense + `activation: the function "mine" is not Keras's own: its code is not in the file`},
		{mlp, `"activation": "relu"`, `"activation": {"class_name": "Dropout", "config": {}}`, dense + "activation: Dropout is no activation"},
		{mlp, `"quantization_config": null`, `"quantization_config": {"bits": 4}`, dense + `quantization_config: it is {"bits": 4}, only null is known`},
		{mlp, `"name": "dense_1"`, `"name": "dense"`, dense + "its name is missing or occurs twice"},
		{mlp, `"data_format": "channels_last"`, `"data_format": "channels_first"`, `layer "flatten" (Flatten): data_format: it is "channels_first", only "channels_last" is known`},
		{mlp, `"class_name": "Flatten"`, `"class_name": "GRU"`, `layer "flatten" (GRU): ` + unknownLayer("GRU").Error()},
		{mlp, `"sparse": false`, `"sparse": true`, `layer "input_layer" (InputLayer): sparse: it is true, only false is known`},
		{mlp, `[null, 4, 4], "dtype"`, `[null], "dtype"`, `layer "input_layer" (InputLayer): the input shape [null]: the batch and at least one axis are needed`},
		{cnn, `"padding": "same"`, `"padding": "causal"`, conv + `padding: "causal" is none of valid, same`},
		{cnn, `"strides": [1, 1]`, `"strides": [1, 1, 1]`, conv + "strides: [1 1 1], but two numbers of at least 1 are needed"},
		{cnn, `"kernel_size": [3, 3]`, `"kernel_size": 0`, conv + "kernel_size: [0 0], but two numbers of at least 1 are needed"},
		{cnn, `"kernel_size": [3, 3], "strides": [1, 1], "padding": "valid"`, `"kernel_size": [5, 5], "strides": [1, 1], "padding": "valid"`, `layer "conv2" (Conv2D): a window of 5 on 4 rows or columns`},
		{cnn, `"groups": 1`, `"groups": 2`, conv + "2 channels and 3 filters in 2 groups"},
		{cnn, `"axis": -1`, `"axis": 1`, bn + "normalization over axis 1 of a sample of 3 axes: only the last one is known"},
		{cnn, `"axis": -1`, `"axis": [1, 2]`, bn + "axis: normalization over the axes [1 2]: only the last one is known"},
		{cnn, `"renorm": false`, `"renorm": true`, bn + "renorm: it is true, only false is known"},
		{cnn, `"pool_size": [2, 2]`, `"pool_size": [9, 9]`, `layer "max" (MaxPooling2D): a window of 9 on 8 rows or columns`},
		{functional, `"keras_history": ["flatten", 0, 0]`, `"keras_history": ["input_layer_2", 0, 0]`, `layer "dense_2" (Dense): ` + errBranches.Error()},
		{functional, `"output_layers": ["dense_3", 0, 0]`, `"output_layers": ["dense_2", 0, 0]`, `model "functional" does not begin with its first and end with its last layer: only a chain of layers is known`},
		{functional, `"input_layers": ["input_layer_2", 0, 0]`, `"input_layers": [["a", 0, 0], ["b", 0, 0]]`, `model "functional" has more than one input or output: only a chain of layers is known`},
		{functional, `"kwargs": {}`, `"kwargs": {"training": true}`, `layer "flatten" (Flatten): it was called with training=true: predictions would not be repeatable`},
	} {
		_, err := changedConfig(t, c.file, c.old, c.new)
		require.EqualError(t, err, "keras: config.json: "+c.want)
	}
}

// A model whose training cannot go on as in Keras predicts, and says what is in the
// way.
func TestNoTraining(t *testing.T) {
	const optimizer = "compile_config: the optimizer Adam: "
	for _, c := range []struct{ old, new, want string }{
		{`"kernel_regularizer": null`, `"kernel_regularizer": {"module": "keras.regularizers", "class_name": "OrthogonalRegularizer", "config": {}}`,
			`layer "dense" (Dense): kernel_regularizer: the regularizer "OrthogonalRegularizer" is neither L1, L2 nor L1L2`},
		{`"kernel_constraint": null`, `"kernel_constraint": "own"`, `layer "dense" (Dense): kernel_constraint: class_name: the constraint "Own" is none of MaxNorm, NonNeg, UnitNorm and MinMaxNorm`},
		{`"quantization_config": null`, `"activity_regularizer": "l2"`, `layer "dense" (Dense): activity_regularizer is "l2", only null is known`},
		{`"class_name": "Adam"`, `"class_name": "Muon"`, `compile_config: the optimizer "Muon" is none of [SGD RMSprop Adam AdamW Nadam Adamax Adadelta Adagrad Lion Ftrl Lamb]`},
		{`"beta_1": 0.9`, `"beta_1": 1.5`, optimizer + "beta_1: 1.5 is not from 0 to below 1"},
		{`"amsgrad": false`, `"amsgrad": false, "own": 1`, optimizer + `the unknown key "own" = 1: what it changes cannot be known`},
		{`"loss_scale_factor": null`, `"loss_scale_factor": 8.0`, optimizer + "loss_scale_factor: it is 8.0, only null is known"},
		{`"learning_rate": 0.0010000000474974513`, `"learning_rate": {"class_name": "Own", "config": {}}`, optimizer + `learning_rate: class_name: the schedule "Own" is not Keras's own`},
		{`"loss": "sparse_categorical_crossentropy"`, `"loss": "own"`, `compile_config: loss: the loss "own" is not Keras's own`},
		{`"loss": "sparse_categorical_crossentropy"`, `"loss": ["mse", "mse"]`, `compile_config: loss: 2 losses for one output`},
		{`"loss_weights": null`, `"loss_weights": [2.0]`, `compile_config: loss_weights: it is [2.0], only null is known`},
		{`"amsgrad": false`, `"amsgrad": true`, "the file holds 10 variables of the optimizer, but Adam with these settings has 14 for 4 trained weights, or some have another shape"},
		{`"use_ema": false`, `"use_ema": true`, "the file holds 10 variables of the optimizer, but Adam with these settings has 14 for 4 trained weights, or some have another shape"},
	} {
		m, err := changedConfig(t, "k3_mlp_adam.keras", c.old, c.new)
		require.NoError(t, err, c.want)
		require.EqualError(t, m.NoTraining, "keras: "+c.want)
		require.Nil(t, m.Training)
		require.Equal(t, "369aafe9d688496e4e6fa3aa77d486d57fcd6247d4943eb2b1c5c4646fac0e46", hash(m)) // k3_mlp_adam.json
	}
}

// hard_sigmoid changed between Keras 2 and 3: a file of the older one is refused.
func TestHardSigmoid(t *testing.T) {
	config, weights := parts(t, "k2tf215_adam.keras")
	config = []byte(strings.Replace(string(config), `"activation": "relu"`, `"activation": "hard_sigmoid"`, 1))
	archive := func(version string) []byte {
		var b strings.Builder
		require.NoError(t, writeZip(&b, []string{metadataName, configName, weightsName}, [][]byte{[]byte(`{"keras_version": "` + version + `"}`), config, weights}))
		return []byte(b.String())
	}
	_, err := read1(archive("2.15.0"))
	require.EqualError(t, err, `keras: config.json: layer "hidden" (Dense): activation: hard_sigmoid of Keras 2 is 0.2·x + 0.5, that of Keras 3 is x/6 + 0.5: a file of Keras 2 cannot use it`)
	m, err := read1(archive("3.0.5"))
	require.NoError(t, err)
	require.Equal(t, "hard_sigmoid", m.Layers[1].Config.(*Dense).Activation.Name)
}
