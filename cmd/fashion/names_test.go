package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/mnist"
)

// labelledSet writes a set whose images show their class, which label numbers.
func labelledSet(t *testing.T, names [4]string, classes int, label func(class int) int32) string {
	t.Helper()
	dir := t.TempDir()
	for i, n := range []int{8 * classes, 2 * classes} {
		pixels, labels := make([]uint8, n*side*side), make([]int32, n)
		for j := range n {
			labels[j] = label(j % classes)
			for k := range side * side {
				if (k+k/side)%classes == j%classes {
					pixels[j*side*side+k] = 255
				}
			}
		}
		require.NoError(t, mnist.SaveImages(filepath.Join(dir, names[2*i]), pixels, side, side))
		require.NoError(t, mnist.SaveLabels(filepath.Join(dir, names[2*i+1]), labels))
	}
	return dir
}

var officialNames = [4]string{"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}

// The classes of a set are called by their numbers unless the checksums say that it is
// Fashion-MNIST, or -labels names them: in predictions, in the report, in the counts.
func TestClassNames(t *testing.T) {
	digits := labelledSet(t, officialNames, 10, func(c int) int32 { return int32(c) })
	dir := t.TempDir()
	named := filepath.Join(dir, "names.txt")
	require.NoError(t, os.WriteFile(named, []byte("zero\r\none\ntwo\nthree\nfour\nfive\nsix\n일곱\neight\nnine\n\n"), 0o666))
	for _, c := range []struct {
		flags []string
		want  string // of class 7
	}{{nil, "7"}, {[]string{"-labels", named}, "일곱 (7)"}} {
		flags := append([]string{"-data", digits}, c.flags...)
		model, page, run := filepath.Join(dir, "m.weft"), filepath.Join(dir, "r.html"), filepath.Join(t.TempDir(), "run")
		got := fashion(t, append(flags, "-epochs", "30", "-batch", "16", "-save", model, "-report", page, "-checkpoint", run)...)
		require.Equal(t, exitOK, got.code, got.stderr)
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		name, _, _ := strings.Cut(c.want, " (")
		require.True(t, strings.Contains(string(text), "<td>"+name+"</td>"), name)
		require.False(t, strings.Contains(string(text), "Ankle boot"))

		for _, args := range [][]string{append([]string{"predict", model, "7"}, flags...), {"predict", run, "7"}} {
			predicted := fashion(t, args...)
			require.Equal(t, exitOK, predicted.code, predicted.stderr)
			require.Contains(t, predicted.stdout, "test image 7: "+c.want+", right\n")
			require.NotContains(t, predicted.stdout, "boot")
			predicted = fashion(t, append(args, "-json")...)
			require.Equal(t, name, objects(t, predicted.stdout)[0]["name"])
		}
		counts := fashion(t, append([]string{"data"}, flags...)...)
		require.Equal(t, exitOK, counts.code, counts.stderr)
		require.Regexp(t, `(?m)^7 +`+name+` +\d+ +\d+ +2$`, counts.stdout)
	}
}

// A model that was trained on garments says so in its file: its outputs have names also
// where no data is at hand.
func TestClassNamesOfAFashionModel(t *testing.T) {
	other, err := mnist.NewSet(make([]uint8, 4), []int32{0, 1, 0, 1}, 1, 1)
	require.NoError(t, err)
	require.Equal(t, "", modelName(other))
	n := &network{hiddenList: "none", activationName: "relu", optimizerName: "sgd", epochs: 1, batch: 32}
	require.NoError(t, n.resolve(map[string]bool{}))
	for name, want := range map[string]string{fashionName: "Ankle boot", "": "9"} {
		m := n.model(name, mnist.Classes)
		p := &prediction{}
		names, err := p.names(nil, m.Name(), nil, mnist.Classes)
		require.NoError(t, err)
		require.Equal(t, want, names[9])
	}
	p := &prediction{source: source{labels: []string{"a"}, labelsFile: "file"}}
	_, err = p.names(nil, "", nil, 2)
	require.ErrorContains(t, err, "-labels file: 1 names, the model has the classes 0…1")
}

// EMNIST, by its names, with 62 classes, its mapping and its transposed images; QMNIST's
// eight columns of int32 are read in package mnist.
func TestEMNIST(t *testing.T) {
	prefix := "emnist-byclass-"
	names := officialNames
	for i := range names {
		names[i] = prefix + strings.Replace(names[i], "t10k", "test", 1)
	}
	data, dir := labelledSet(t, names, 62, func(c int) int32 { return int32(c) }), t.TempDir()
	mapping, model := filepath.Join(dir, "mapping.txt"), filepath.Join(dir, "m.weft")
	var lines strings.Builder
	for c := range 62 {
		lines.WriteString(strconv.Itoa(c) + " " + strconv.Itoa(int("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[c])) + "\n")
	}
	require.NoError(t, os.WriteFile(mapping, []byte(lines.String()), 0o666))
	got := fashion(t, "-data", data, "-labels", mapping, "-transpose", "-epochs", "40", "-save", model)
	require.Equal(t, exitOK, got.code, got.stderr)
	require.Contains(t, got.stdout, "(None, 62)")
	require.NotContains(t, got.stderr, "transposed")
	predicted := fashion(t, "predict", model, "40", "-data", data, "-labels", mapping, "-transpose", "-prefix", prefix)
	require.Equal(t, exitOK, predicted.code, predicted.stderr)
	require.Regexp(t, `(?m)^test image 40: . \(\d+\), (right|wrong: it is e \(40\))$`, predicted.stdout)
	require.Regexp(t, `(?m)^.{28}  > . +0\.`, predicted.stdout)

	upright := fashion(t, "evaluate", model, "-data", data)
	require.Equal(t, exitOK, upright.code)
	require.Contains(t, upright.stderr, "stored transposed")
	short := filepath.Join(dir, "short.txt")
	require.NoError(t, os.WriteFile(short, []byte("a\nb\n"), 0o666))
	few := fashion(t, "-data", data, "-labels", short)
	require.Equal(t, exitUsage, few.code)
	require.Contains(t, few.stderr, "2 names, the data has the classes 0…61")
}

func TestReadLabels(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string][]string{
		"a\nb":                 {"a", "b"},
		"\ufeffa b\r\n c \r\n": {"a b", "c"},
		"0 zero\n1 one\n":      {"0 zero", "1 one"},
		"0 48\n1 49\n":         {"0", "1"},
		"1 65 97\n2 66 66\n":   {"0", "Aa", "B"},
	} {
		path := filepath.Join(dir, "labels")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		got, err := readLabels(path)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for text, want := range map[string]string{"": "is empty", "\n \n": "is empty", "a\n\nb": "line 2", "a\x1b[2J": "control character", "\xff": "not UTF-8"} {
		path := filepath.Join(dir, "labels")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		_, err := readLabels(path)
		require.ErrorContains(t, err, want, "%q", text)
		require.ErrorContains(t, err, path)
	}
	_, err := readLabels(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
