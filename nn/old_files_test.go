package nn

import (
	"crypto/sha256"
	"fmt"
	"os"
	"testing"

	"weft/asm"

	"github.com/stretchr/testify/require"
)

// Models that Weft saved before nn was cut into a face and an engine (commit 90dd283)
// load, and go on training to the bits that they had there.
//
// Both files, all hashes and all losses were made by that commit: model.weft by its own
// test, checkpoint-90dd283.weft by this program, whose set is newPatterns of
// helper_test.go:
//
//	m := nn.NewSequential("검사점", nn.Flatten(3, 3), nn.Dense(7, activations.Tanh).Named("hidden"), nn.Dropout(0.25), nn.Dense(10, activations.Softmax))
//	m.Compile(nn.Config{Optimizer: optim.NewAdam(0.01), Seed: 42, Workers: 2})
//	m.Fit(ctx, newPatterns(75, 3, 3), nn.FitOptions{Epochs: 4, BatchSize: 16, Callbacks: …}) // ErrStop after step 3 of epoch 2
//	m.Save(file)
//
// The hashes are those of a model that it loaded from the file and trained on, with 1,
// 2 and 3 workers; "saved" is the SHA-256 of what Save wrote then, slots included.
func TestFilesOfTheCommitBefore(t *testing.T) {
	t.Run("a checkpoint inside an epoch", func(t *testing.T) {
		file, err := os.ReadFile("testdata/checkpoint-90dd283.weft")
		require.NoError(t, err)
		everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
			m := load(t, file)
			require.Equal(t, "검사점", m.Name())
			require.Equal(t, file, saved(t, m), "Load and Save change it")
			require.Equal(t, position{Samples: 75, Batch: 16, Step: 3, LossSum: m.training.position.LossSum, Hits: m.training.position.Hits}, m.training.position)
			require.NoError(t, m.SetResources(workers, k))
			h := fit(t, m, newPatterns(75, 3, 3), FitOptions{Epochs: 4, BatchSize: 16, Resume: true})
			require.Equal(t, []float64{2.395489230155945, 2.275915996233622, 2.245237708091736}, h.Get("loss"))
			require.Equal(t, []float64{0.08, 0.14666666666666667, 0.2}, h.Get("accuracy"))
			require.Equal(t, "7c6190d6fc650b22ba292be52b96a4a9eef9fd800a13b5d4e26393b8fa7517a9", fmt.Sprintf("%x", m.SHA256()))
			require.Equal(t, "82b37137983d9168358f4c6c208f6946e002c38c8df4ac5bc484550fb47c9af4", fmt.Sprintf("%x", sha256.Sum256(saved(t, m))))
		})
	})
	t.Run("a model after two epochs", func(t *testing.T) {
		file, err := os.ReadFile("testdata/model.weft")
		require.NoError(t, err)
		everySet(t, func(t *testing.T, k *asm.Kernels, workers int) {
			m := load(t, file)
			require.NoError(t, m.SetResources(workers, k))
			fit(t, m, newPatterns(20, 2, 2), FitOptions{Epochs: 3, BatchSize: 8})
			require.Equal(t, "440861394255f67b1703b524e866cbf4630cb03e9027a4113e10c98062b5be25", fmt.Sprintf("%x", m.SHA256()))
		})
	})
}
