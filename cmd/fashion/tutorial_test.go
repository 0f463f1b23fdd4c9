package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every cell of the notebook is run, with its Python and Go code, what Keras printed, and
// what it prints here; at the end come the differences.
func TestTutorial(t *testing.T) {
	got := fashion(t, "tutorial", "-data", smallSet(t))
	require.Equal(t, exitOK, got.code, got.stderr)
	require.Empty(t, got.stderr)
	text := parseTutorial(tutorialEnglish)
	require.Len(t, text.cells, 15)
	out, table, found := strings.Cut(got.stdout, "\nDifferences\n")
	require.True(t, found)
	cells := regexp.MustCompile(`(?m)^Cell (\d+): `).Split(out, -1)
	require.Len(t, cells, 16)
	for n, printed := range cells[1:] {
		cell := text.cells[n]
		n++
		require.True(t, strings.HasPrefix(printed, cell.title+"\n\nPython, Keras\n"+indent(cell.python)+"\n\n"), "cell %d", n)
		require.Contains(t, printed, "\nGo, Weft\n"+indent(cellCode(n)))
		require.Equal(t, cell.printed != "", strings.Contains(printed, "\nKeras printed\n"+indent(cell.printed)+"\n"), "cell %d", n)
		require.Regexp(t, `\nTime: \d+\.\d{3} s\n`, printed)
	}
	rows := strings.Split(strings.TrimSpace(table), "\n")
	require.Len(t, rows, 1+4+2*5+2)
	require.Regexp(t, `^Cell +figure +Keras 2021 +Weft now +difference +Keras 3, five seeds$`, rows[0])
	require.Regexp(t, `^2 +parameters +79,510 +79,510 +none$`, rows[1])
	require.Regexp(t, `^9 +loss +0\.3669 +(\d\.\d{4}) +[-+]\d\.\d{4} +0\.3514–0\.3850$`, rows[9])
	_, weft, _ := strings.Cut(cells[15], "\nWeft prints\n")
	here := figuresOf(weft)
	require.Regexp(t, `^15 +accuracy +0\.8805 +`+here.accuracy+` `, rows[14])
	require.Contains(t, rows[16], "The data is not Fashion-MNIST")
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

// All texts are in one file for each language: every word that is printed is there, each
// cell has its Python, what Keras printed is where it printed something, and what depends
// on chance has its range.
func TestTutorialText(t *testing.T) {
	text := parseTutorial(tutorialEnglish)
	for _, word := range []string{"cell", "python", "printed", "go", "prints", "time", "all", "workers", "differences", "figure", "keras", "weft", "difference", "range", "parameters", "loss", "accuracy", "same", "chance", "other"} {
		require.NotEmpty(t, text.words[word], word)
	}
	require.Len(t, text.words, 20)
	for i, cell := range text.cells {
		require.NotEmpty(t, cell.title)
		require.NotEmpty(t, cell.python)
		f := figuresOf(cell.printed)
		require.Equal(t, f.loss != "", cell.ranges["loss"] != "", "cell %d", i+1)
		require.Equal(t, f.accuracy != "", cell.ranges["accuracy"] != "", "cell %d", i+1)
		require.Equal(t, cell.printed != "", f != figures{}, "cell %d", i+1)
	}
	// The ranges of the losses are those of the file that the tests compare with.
	for cell, c := range map[int]int{5: 2, 8: 3, 14: 4} {
		keras := kerasCases(t)[c-1]
		require.Equal(t, fmt.Sprintf("%.4f–%.4f", keras.Loss[0], keras.Loss[1]), text.cells[cell-1].ranges["loss"])
	}
	for cell, c := range map[int]int{9: 3, 15: 4} {
		keras := kerasCases(t)[c-1]
		require.Equal(t, fmt.Sprintf("%.4f–%.4f", keras.ValLoss[0], keras.ValLoss[1]), text.cells[cell-1].ranges["loss"])
	}
}

func TestDifference(t *testing.T) {
	text := parseTutorial(tutorialEnglish)
	for _, c := range [][3]string{{"0.3340", "0.3351", "+0.0011"}, {"0.8804", "0.8800", "-0.0004"}, {"79,510", "79,510", "none"}, {"1,010", "79,510", "+78500"}} {
		require.Equal(t, c[2], text.difference(c[0], c[1]))
	}
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
		for i := range cells {
			_, cells[i], _ = strings.Cut(cells[i], "\nWeft prints\n")
		}
		for _, f := range fits {
			losses[f.fit] = append(losses[f.fit], number(cells[f.fit], `Epoch 5/5 - .* - loss: (\d\.\d+)`))
			if f.evaluation > 0 {
				losses[f.evaluation] = append(losses[f.evaluation], number(cells[f.evaluation], `(?m)^  \[(\d\.\d+), `))
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
