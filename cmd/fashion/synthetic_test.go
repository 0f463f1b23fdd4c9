package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/asm"
	"weft/mnist"
	"weft/nn"
)

// The synthetic set is as hard as the real one is meant to be: the tutorial's
// network reaches 85 to 95 %, a linear model stays at least 3 points below.
// Half of each set is trained on, to be quick; all of it gave 89.9 to 90.9 % and
// 82.6 to 83.3 % over these seeds.
func TestSyntheticHardness(t *testing.T) {
	if testing.Short() {
		t.Skip("trains ten models")
	}
	kernels := asm.Best()
	if kernels.Name == "generic" {
		t.Skip("takes minutes in pure Go, which gives the same bits")
	}
	seeds := []uint64{mnist.SyntheticSeed, 1, 2, 3, 4}
	if raceDetector() { // ten times slower
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		all, test := mnist.Synthetic(seed)
		half, _, err := all.Split(0.5, splitSeed)
		require.NoError(t, err)
		train, validation, err := half.Split(validationShare, splitSeed)
		require.NoError(t, err)
		accuracy := func(hidden string) float64 {
			c := &network{}
			f := newFlags(command{})
			c.register(f)
			_, err := f.parse([]string{"-hidden", hidden})
			require.NoError(t, err)
			require.NoError(t, c.resolve(f.given))
			m := c.model("", mnist.Classes)
			defer m.Close()
			require.NoError(t, m.Compile(nn.CompileOptions{Optimizer: c.optimizer, Seed: c.seed, Kernels: kernels}))
			_, err = m.Fit(t.Context(), train, nn.FitOptions{Epochs: c.epochs, BatchSize: c.batch, Validation: validation})
			require.NoError(t, err)
			logs, err := m.Evaluate(t.Context(), test)
			require.NoError(t, err)
			return logs.Get("accuracy")
		}
		network, linear := accuracy("100"), accuracy("none")
		t.Logf("seed %d: network %.4f, linear %.4f", seed, network, linear)
		require.GreaterOrEqual(t, network, 0.85, "seed %d", seed)
		require.LessOrEqual(t, network, 0.95, "seed %d", seed)
		require.GreaterOrEqual(t, network-linear, 0.03, "seed %d", seed)
		require.Greater(t, linear, 0.5, "seed %d: a model that learns nothing proves nothing", seed)
	}
}

// raceDetector reports whether the test was built with -race.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// Without data the command trains on the synthetic set and says so in both outputs.
func TestSyntheticIsAnnounced(t *testing.T) {
	noCaches(t)
	t.Setenv(mnist.EnvDir, "")
	var stdout, stderr bytes.Buffer
	model := filepath.Join(t.TempDir(), "model.weft")
	code := run(t.Context(), []string{"-offline", "-json", "-hidden", "none", "-epochs", "1", "-batch", "256", "-save", model}, &console{stdout: &stdout, stderr: &stderr})
	require.Equal(t, exitOK, code, stderr.String())
	var start struct{ Event, Data string }
	require.NoError(t, json.NewDecoder(&stdout).Decode(&start))
	require.Equal(t, "start", start.Event)
	require.Equal(t, "synthetic", start.Data)
	require.Contains(t, stderr.String(), "THIS IS NOT FASHION-MNIST")
	require.Contains(t, stderr.String(), "-data FOLDER")

	// Its classes are those of Fashion-MNIST, and the model's file says so.
	_, test := mnist.Synthetic(mnist.SyntheticSeed)
	got := fashion(t, "predict", model, writePNG(t, test.Image(0), 1, false), "-json")
	require.Equal(t, exitOK, got.code, got.stderr)
	o := objects(t, got.stdout)[0]
	require.Equal(t, mnist.ClassName(int(o["class"].(float64))), o["name"])
}
