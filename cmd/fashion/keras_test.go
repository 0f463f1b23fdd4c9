package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// kerasCase is one network of the tutorial and what Keras made of it.
type kerasCase struct {
	Case    int
	Flags   string     // of this command, for the same network
	Loss    [2]float64 // least and largest over five seeds
	ValLoss [2]float64 `json:"val_loss"`
}

func kerasCases(t *testing.T) []kerasCase {
	t.Helper()
	b, err := os.ReadFile("testdata/keras_distribution.json")
	require.NoError(t, err)
	var file struct {
		Note  string
		Cases []kerasCase
	}
	require.NoError(t, json.Unmarshal(b, &file))
	require.Len(t, file.Cases, 6)
	return file.Cases
}

// likeKeras holds the median of losses over five seeds to [min − w, max + w] of
// Keras's five, w being the larger of a third of max − min and 2 % of max: five
// seeds of a right program fall inside 97 % of the time.
func likeKeras(t *testing.T, what string, got []float64, keras [2]float64) {
	t.Helper()
	require.Len(t, got, 5)
	slices.Sort(got)
	w := max((keras[1]-keras[0])/3, 0.02*keras[1])
	require.GreaterOrEqual(t, got[2], keras[0]-w, "%s %.4f, Keras %.4f", what, got, keras)
	require.LessOrEqual(t, got[2], keras[1]+w, "%s %.4f, Keras %.4f", what, got, keras)
}

// The tutorial's six networks reach Keras's losses on the real set.
func TestKerasDistribution(t *testing.T) {
	dir := realSet(t)
	for _, c := range kerasCases(t) {
		t.Run(fmt.Sprintf("case %d", c.Case), func(t *testing.T) {
			var loss, valLoss []float64
			for seed := range 5 {
				got := fashion(t, append(strings.Fields(c.Flags), "-data", dir, "-json", "-seed", fmt.Sprint(seed))...)
				require.Equal(t, exitOK, got.code, got.stderr)
				o := objects(t, got.stdout)
				last := o[len(o)-2]
				loss, valLoss = append(loss, last["loss"].(float64)), append(valLoss, last["val_loss"].(float64))
			}
			likeKeras(t, "loss", loss, c.Loss)
			likeKeras(t, "val_loss", valLoss, c.ValLoss)
		})
	}
}
