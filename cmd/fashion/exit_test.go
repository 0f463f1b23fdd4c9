package main

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/mnist"
)

// The exit code of every command: 0 where what was asked for is done, 1 where it failed,
// 2 where the command line is wrong; nothing on standard output unless it is 0.
func TestExitCodes(t *testing.T) {
	noCaches(t)
	t.Setenv(mnist.EnvDir, "")
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // nobody answers there: no download
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	data, dir := smallSet(t), t.TempDir()
	model := trained(t, data)
	text := filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(text, []byte("text"), 0o666))
	bad := smallSet(t)
	require.NoError(t, os.Truncate(filepath.Join(bad, "t10k-labels-idx1-ubyte"), 20))
	image := writePNG(t, make([]uint8, 784), 1, false)
	for _, c := range []struct {
		args string // DATA, BAD, MODEL, TEXT, IMAGE, DIR are replaced
		code int
	}{
		{"-data DATA -epochs 1", exitOK},
		{"train -data DATA -epochs 1", exitOK},
		{"-data BAD", exitFailure},
		{"-data DIR", exitFailure},
		{"-data DATA -save DIR/no/folder", exitFailure},
		{"-data DATA -labels DIR/none", exitFailure},
		{"-data DATA -checkpoint TEXT", exitFailure},
		{"-data DATA -epochs", exitUsage},
		{"-data DATA -epochs x", exitUsage},
		{"-data DATA x", exitUsage},
		{"-no-such-flag", exitUsage},
		{"-prefix x", exitUsage},
		{"-data DATA -prefix x-", exitFailure},

		{"evaluate MODEL -data DATA", exitOK},
		{"evaluate", exitUsage},
		{"evaluate MODEL MODEL", exitUsage},
		{"evaluate TEXT -data DATA", exitFailure},
		{"evaluate DIR/none -data DATA", exitFailure},
		{"evaluate MODEL -data BAD", exitFailure},
		{"evaluate MODEL -data DATA -min-accuracy 2", exitUsage},
		{"evaluate MODEL -data DATA -kernels mmx", exitUsage},

		{"predict MODEL 0 IMAGE -data DATA", exitOK},
		{"predict MODEL", exitUsage},
		{"predict MODEL 60 -data DATA", exitFailure},
		{"predict MODEL TEXT", exitFailure},
		{"predict MODEL DIR", exitFailure},
		{"predict MODEL IMAGE -labels TEXT", exitUsage},
		{"predict MODEL 0 -data BAD", exitFailure},

		{"bench -data DATA -seeds 1 -epochs 1", exitOK},
		{"bench -data BAD", exitFailure},
		{"bench -seeds 0", exitUsage},
		{"bench x", exitUsage},

		{"data -data DATA", exitOK},
		{"data -data BAD", exitFailure},
		{"data -download", exitFailure},
		{"data -download -data DATA", exitUsage},
		{"data -download -offline", exitUsage},
		{"data x", exitUsage},

		{"tutorial -data BAD", exitFailure},
		{"tutorial x", exitUsage},
		{"tutorial -workers 0", exitUsage},

		{"version", exitOK},
		{"version -json", exitOK},
		{"version x", exitUsage},
		{"version -kernels mmx", exitUsage},

		{"completion bash", exitOK},
		{"completion csh", exitUsage},
		{"completion", exitUsage},

		{"help", exitOK},
		{"help predict", exitOK},
		{"help x", exitUsage},
		{"help predict train", exitUsage},
		{"-h", exitOK},
		{"-h predict", exitOK},
		{"-h x", exitUsage},
		{"predict -h", exitOK},
		{"x", exitUsage},
		{"x -h", exitUsage},
		{"TEXT", exitUsage},
	} {
		args := strings.Fields(strings.NewReplacer("DATA", data, "BAD", bad, "MODEL", model, "TEXT", text, "IMAGE", image, "DIR", dir).Replace(c.args))
		got := fashion(t, args...)
		require.Equal(t, c.code, got.code, "%s: %s", c.args, got.stderr)
		if !strings.HasPrefix(c.args, "tutorial") { // prints as it goes
			require.Equal(t, c.code == exitOK, got.stdout != "", "%s: %s", c.args, got.stdout)
		}
		if c.code != exitOK {
			require.Equal(t, 1, strings.Count(got.stderr, "fashion: "), "%s: %s", c.args, got.stderr)
		}
	}
	download := fashion(t, "data", "-download")
	require.Contains(t, download.stderr, "Fashion-MNIST is out of reach: ")
	require.Contains(t, download.stderr, "127.0.0.1:1")
	require.Contains(t, download.stderr, "give -data FOLDER")
	require.NotContains(t, download.stderr, "THIS IS NOT", "no other set was asked for")
}

// Unknown words are answered with the one that may be meant.
func TestDidYouMean(t *testing.T) {
	file := filepath.Join(t.TempDir(), "model.weft")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for args, want := range map[string]string{
		"predcit m 0":               "did you mean predict?",
		"eval m":                    "did you mean evaluate?",
		"trian -h":                  "did you mean train?",
		"verison":                   "did you mean version?",
		"hlep":                      "did you mean help?",
		"help tutrial":              "did you mean tutorial?",
		"-h benhc":                  "did you mean bench?",
		"xyzzy":                     "The commands are train, tutorial",
		file:                        "for a saved model, fashion evaluate " + file,
		"-version":                  "did you mean fashion version?",
		"--epoch 3":                 "no flag -epoch: did you mean -epochs?",
		"-optimiser sgd":            "did you mean -optimizer?",
		"-learning-rate 1":          "no flag -learning-rate\n",
		"evaluate m -epochs 3":      "-epochs is not a flag of evaluate, but of train, bench",
		"-markdown":                 "-markdown is not a flag of train, but of bench",
		"-optimizer adma":           "did you mean adam?",
		"-activation rleu":          "did you mean relu?",
		"-kernels avx1":             "did you mean avx2?",
		"-progress lines":           "did you mean line?",
		"completion bsh":            "did you mean bash?",
		"bench -optimizers sdg,foo": "did you mean sgd?",
	} {
		got := fashion(t, strings.Fields(args)...)
		require.Equal(t, exitUsage, got.code, got.stderr)
		require.Contains(t, got.stderr, want, args)
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"sgd", "sdg", 1}, {"adam", "adma", 1}, {"kitten", "sitting", 3}, {"é", "e", 1}} {
		require.Equal(t, c.want, distance(c.a, c.b))
		require.Equal(t, c.want, distance(c.b, c.a))
	}
	require.Empty(t, nearest("x", []string{"y", "z"}), "every letter is wrong")
}

// The help of a command, asked for in any way.
func TestHelpOfACommand(t *testing.T) {
	want := fashion(t, "help", "predict")
	require.Contains(t, want.stdout, "Usage: fashion predict [flags] FILE IMAGE…")
	for _, args := range []string{"-h predict", "--help predict", "predict -h", "predict --help"} {
		require.Equal(t, want, fashion(t, strings.Fields(args)...), args)
	}
}

// version -json has what version prints.
func TestVersionJSON(t *testing.T) {
	got := fashion(t, "version", "-json", "-workers", "3", "-kernels", "generic")
	require.Equal(t, exitOK, got.code, got.stderr)
	o := objects(t, got.stdout)[0]
	require.Equal(t, "generic", o["kernels"])
	require.Equal(t, 3.0, o["workers"])
	require.Contains(t, o["kernels_available"], "generic")
	text := fashion(t, "version").stdout
	require.Contains(t, text, o["go"].(string))
	require.Contains(t, text, o["version"].(string))
}

// A run that fails saves what Ctrl-C saves. After a loss that is not a number the weights
// of the last good step are saved, or none: never weights that are not finite.
func TestFailureSaves(t *testing.T) {
	data, dir := smallSet(t), t.TempDir()
	model, page, folder := filepath.Join(dir, "m.weft"), filepath.Join(dir, "r.html"), filepath.Join(dir, "run")
	require.NoError(t, os.WriteFile(model, []byte("old"), 0o666))
	got := fashion(t, "-data", data, "-optimizer", "sgd", "-lr", "1e30", "-epochs", "3", "-save", model, "-report", page, "-checkpoint", folder)
	require.Equal(t, exitFailure, got.code)
	require.Contains(t, got.stderr, "lower the learning rate")
	require.Contains(t, got.stderr, "(after 0 whole epochs)")
	require.NotContains(t, got.stderr, "Go on with", "the same step would fail again")
	require.Contains(t, got.stdout, "\nStopped ")
	if _, m, err := readModel(model); err == nil {
		defer m.Close()
		for _, w := range m.Weights() {
			for _, v := range w.Data {
				require.False(t, math.IsNaN(float64(v)) || math.IsInf(float64(v), 0))
			}
		}
		require.FileExists(t, page)
		require.FileExists(t, filepath.Join(folder, checkpointName))
	} else {
		require.Contains(t, got.stderr, "not finite: nothing is saved")
		b, err := os.ReadFile(model)
		require.NoError(t, err)
		require.Equal(t, "old", string(b))
	}
	lines := fashion(t, "-data", data, "-optimizer", "sgd", "-lr", "1e30", "-json")
	o := objects(t, lines.stdout)
	require.Equal(t, "stopped", o[len(o)-1]["event"])
}

// A run that is stopped writes its report too, of what it reached: inside the first epoch
// as well.
func TestStoppedReport(t *testing.T) {
	data := smallSet(t)
	for at, want := range map[string]string{"Epoch 2/5": "<td>epochs</td><td>2 of 5", "Model:": "<td>epochs</td><td>0 of 5"} {
		page := filepath.Join(t.TempDir(), "report.html")
		ctx, cancel := newStopper(t)
		args := []string{"-data", data, "-report", page}
		out := &canceller{at: at, cancel: cancel, sig: syscall.SIGTERM}
		code := run(ctx, args, &console{stdout: out, stderr: out, line: "fashion"})
		require.Equal(t, 143, code, out.String())
		require.Contains(t, out.String(), "Saved "+page+".\n")
		b, err := os.ReadFile(page)
		require.NoError(t, err)
		require.True(t, strings.Contains(string(b), want), want)
		require.True(t, strings.Contains(string(b), "The run was stopped before its end."))
	}
}

// A run that is stopped before its first step leaves the model of an earlier run.
func TestStoppedBeforeTheFirstStepSavesNothing(t *testing.T) {
	data, file := smallSet(t), filepath.Join(t.TempDir(), "model.weft")
	require.Equal(t, exitOK, fashion(t, "-data", data, "-epochs", "1", "-save", file).code)
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	ctx, cancel := newStopper(t)
	out := &canceller{at: "Model:", cancel: cancel, sig: syscall.SIGTERM}
	require.Equal(t, 143, run(ctx, []string{"-data", data, "-seed", "7", "-save", file}, &console{stdout: out, stderr: out, line: "fashion"}), out.String())
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after))
}

// What is lost is said once.
func TestLossy(t *testing.T) {
	broken := errors.New("broken")
	c := &console{stdout: failing{}, stderr: refuses{"x", broken}}
	c.tolerate(true)
	c.tolerate(true)
	for range 3 {
		n, err := c.stdout.Write([]byte("abc"))
		require.NoError(t, err)
		require.Equal(t, 3, n)
	}
	require.ErrorIs(t, c.lost(), errFull)
	require.NotErrorIs(t, c.lost(), broken)
	c.stderr.Write([]byte("x"))
	require.ErrorIs(t, c.lost(), broken)
	require.Len(t, c.lossy, 2)
}
