package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every cell of the notebook is run, with its code, what Keras printed, and what
// it prints here.
func TestTutorial(t *testing.T) {
	got := fashion(t, "tutorial", "-data", smallSet(t))
	require.Equal(t, exitOK, got.code, got.stderr)
	require.Empty(t, got.stderr)
	keras := kerasCells()
	require.Len(t, keras, 15)
	cells := regexp.MustCompile(`(?m)^Cell (\d+): `).Split(got.stdout, -1)
	require.Len(t, cells, 16)
	for n, text := range cells[1:] {
		n++
		require.True(t, strings.HasPrefix(text, keras[n].does+"\n\nGo\n"), "cell %d", n)
		for line := range strings.Lines(cellCode(n)) {
			if strings.TrimSpace(line) != "" {
				require.Contains(t, text, "  "+line)
			}
		}
		require.Equal(t, keras[n].printed != "", strings.Contains(text, "\nKeras printed\n  "+keras[n].printed), "cell %d", n)
		require.Regexp(t, `\nTime: \d+\.\d{3} s\n`, text)
	}
	for n, want := range map[int]string{
		2:  `(?s)Model: "sequential"\n.*dense \(Dense\) +\(None, 100\) +78500.*dense_1 \(Dense\) +\(None, 10\) +1010.*Total params: 79,510`,
		3:  `(?s)Model: "패션 MNIST 모델"\n.*hidden \(Dense\).*output \(Dense\).*Total params: 79,510`,
		4:  `(?s)Model: "sequential_1"\n.*dense_2 \(Dense\).*dense_3 \(Dense\).*Total params: 79,510`,
		5:  `(?s)Epoch 1/5 - .*Epoch 5/5 - `,
		6:  `(?s)Model: "sequential_2"\n.*flatten \(Flatten\) +\(None, 784\) +0.*dense_4 \(Dense\).*dense_5 \(Dense\)`,
		7:  `200 \[28 28\] 50 \[28 28\]`,
		9:  `\n  \[\d\.\d{4}, [01]\.\d{4}\]\n`,
		10: `the same: true`,
		12: `Nesterov:true`,
		15: `\n  \[\d\.\d{4}, [01]\.\d{4}\]\n`,
	} {
		require.Regexp(t, want, cells[n], "cell %d", n)
	}
}

// The code of a cell is the text between its call of cell and the next.
func TestCellCode(t *testing.T) {
	require.Equal(t, `fmt.Fprintf(out, "%+v\n", optim.NewSGD(0.1))`, cellCode(11))
	require.True(t, strings.HasPrefix(cellCode(4), "model = names.Sequential(\"\")\nmodel.Add("), cellCode(4))
	require.Panics(t, func() { cellCode(16) })
}

// On the real set the notebook's figures are Keras's, by the rule of
// TestKerasDistribution.
func TestTutorialLikeKeras(t *testing.T) {
	dir := realSet(t)
	cases := kerasCases(t)
	fits := []struct{ fit, evaluation, kerasCase int }{{5, 0, 2}, {8, 9, 3}, {14, 15, 4}} // cells, and the network
	losses := map[int][]float64{}
	number := func(text, pattern string) float64 {
		m := regexp.MustCompile(pattern).FindStringSubmatch(text)
		require.NotNil(t, m, text)
		v, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		return v
	}
	for seed := range 5 {
		got := fashion(t, "tutorial", "-data", dir, "-seed", fmt.Sprint(seed))
		require.Equal(t, exitOK, got.code, got.stderr)
		cells := regexp.MustCompile(`(?m)^Cell \d+: `).Split(got.stdout, -1)
		for _, f := range fits {
			losses[f.fit] = append(losses[f.fit], number(cells[f.fit], `Epoch 5/5 - .* - loss: (\d\.\d+)`))
			if f.evaluation > 0 {
				losses[f.evaluation] = append(losses[f.evaluation], number(cells[f.evaluation], `\n  \[(\d\.\d+), `))
			}
		}
	}
	for _, f := range fits {
		keras := cases[f.kerasCase-1]
		likeKeras(t, fmt.Sprintf("loss of cell %d", f.fit), losses[f.fit], keras.Loss)
		if f.evaluation > 0 {
			likeKeras(t, fmt.Sprintf("cell %d", f.evaluation), losses[f.evaluation], keras.ValLoss)
		}
	}
}
