package main

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"weft/cmd/fashion/internal/durable"
	"weft/mnist"
)

// -resume in its three states: nothing there, inside a run, finished.
func TestResume(t *testing.T) {
	data, dir := smallSet(t), filepath.Join(t.TempDir(), "run")
	args := []string{"-data", data, "-json", "-epochs", "3", "-optimizer", "sgd", "-lr", "0.1", "-momentum", "0.9", "-nesterov", "-hidden", "20,30", "-activation", "tanh", "-batch", "17", "-seed", "9"}
	straight := fashion(t, args...)
	require.Equal(t, exitOK, straight.code, straight.stderr)
	want := timeless(t, straight.stdout)

	empty := fashion(t, append(args, "-checkpoint", dir, "-resume")...)
	require.Equal(t, exitOK, empty.code, empty.stderr)
	require.Equal(t, want, timeless(t, empty.stdout), "an empty folder starts afresh")
	before, err := os.ReadFile(filepath.Join(dir, checkpointName))
	require.NoError(t, err)

	again := fashion(t, "-data", data, "-json", "-checkpoint", dir, "-resume")
	require.Equal(t, exitOK, again.code, again.stderr)
	require.Equal(t, want, timeless(t, again.stdout), "a finished run prints its result again")
	table := fashion(t, "-data", data, "-checkpoint", dir, "-resume")
	require.Equal(t, exitOK, table.code, table.stderr)
	require.Contains(t, table.stdout, want[len(want)-1]["weights_sha256"])
	require.Contains(t, table.stderr, "3 of 3 epochs are done")

	after, err := os.ReadFile(filepath.Join(dir, checkpointName))
	require.NoError(t, err)
	require.Equal(t, before, after, "printing a result changes no checkpoint")

	more := fashion(t, "-data", data, "-json", "-checkpoint", dir, "-resume", "-epochs", "5")
	require.Equal(t, exitOK, more.code, more.stderr)
	args[4] = "5"
	longer := fashion(t, args...)
	require.Equal(t, timeless(t, longer.stdout), timeless(t, more.stdout), "more epochs are those of a longer run")
}

// What does not fit the run in the folder is refused, and the run stays.
func TestResumeErrors(t *testing.T) {
	data, dir := smallSet(t), filepath.Join(t.TempDir(), "run")
	file := filepath.Join(dir, checkpointName)
	require.Equal(t, exitOK, fashion(t, "-data", data, "-checkpoint", dir, "-epochs", "2").code)
	good, err := os.ReadFile(file)
	require.NoError(t, err)
	other := smallSet(t)
	labels := filepath.Join(other, "train-labels-idx1-ubyte")
	b, err := os.ReadFile(labels)
	require.NoError(t, err)
	b[len(b)-1] ^= 1
	require.NoError(t, os.WriteFile(labels, b, 0o666))
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"without -resume", nil, exitFailure, "holds a run already: add -resume"},
		{"another optimizer", []string{"-resume", "-optimizer", "sgd"}, exitUsage, "-optimizer sgd: the run that is resumed has adam"},
		{"another rate", []string{"-resume", "-lr", "0.1"}, exitUsage, "-lr 0.1: the run that is resumed has 0.001"},
		{"another seed", []string{"-resume", "-seed", "1"}, exitUsage, "-seed 1: the run that is resumed has 42"},
		{"fewer epochs", []string{"-resume", "-epochs", "1"}, exitUsage, "has 2 epochs already"},
		{"other data", []string{"-resume", "-data", other}, exitFailure, "other data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := fashion(t, append([]string{"-data", data, "-checkpoint", dir}, c.args...)...)
			require.Equal(t, c.code, got.code, got.stderr)
			require.Contains(t, got.stderr, c.want)
			require.Contains(t, got.stderr, "another folder")
		})
	}
	same := fashion(t, "-data", data, "-checkpoint", dir, "-resume", "-lr", "1e-3", "-optimizer", "adam", "-epochs", "2")
	require.Equal(t, exitOK, same.code, same.stderr)
	for name, damage := range map[string]func([]byte) []byte{
		"cut off":         func(b []byte) []byte { return b[:len(b)-1] },
		"nothing left":    func(b []byte) []byte { return b[:9] },
		"a flipped bit":   func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"a longer file":   func(b []byte) []byte { return append(b, 0) },
		"another version": func(b []byte) []byte { b[7]++; return b },
		"a saved model":   func([]byte) []byte { return []byte("WEFTNN\x00\x01") },
		"another file":    func([]byte) []byte { return []byte("hello") },
		"empty":           func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bad := damage(bytes.Clone(good))
			require.NoError(t, os.WriteFile(file, bad, 0o666))
			for _, args := range [][]string{{"-checkpoint", dir, "-resume"}, {"evaluate", file}, {"predict", file, "0"}} {
				got := fashion(t, append(args, "-data", data)...)
				require.Equal(t, exitFailure, got.code)
				require.Contains(t, got.stderr, file)
			}
			now, err := os.ReadFile(file)
			require.NoError(t, err)
			require.True(t, bytes.Equal(bad, now))
		})
	}
}

// The time of a run is that of all its parts.
func TestSecondsOverResume(t *testing.T) {
	data, dir := smallSet(t), t.TempDir()
	require.Equal(t, exitOK, fashion(t, "-data", data, "-epochs", "1", "-checkpoint", dir).code)
	path := filepath.Join(dir, checkpointName)
	r, m, err := readModel(path)
	require.NoError(t, err)
	defer m.Close()
	r.Elapsed, r.Seconds = 1000, 5000
	require.NoError(t, durable.Write(path, func(w io.Writer) error { return r.write(w, m) }))
	got := fashion(t, "-data", data, "-json", "-epochs", "2", "-checkpoint", dir, "-resume")
	require.Equal(t, exitOK, got.code, got.stderr)
	o := objects(t, got.stdout)
	require.Greater(t, o[2]["seconds"], 1000.0, "of the epoch that was not finished")
	require.Less(t, o[2]["seconds"], 1100.0)
	require.Greater(t, o[3]["seconds"], 5000.0, "of the run")
	require.Less(t, o[3]["seconds"], 5100.0)

	r.Epochs = append(r.Epochs, r.Epochs[0]) // one more than the model was trained for
	require.NoError(t, durable.Write(path, func(w io.Writer) error { return r.write(w, m) }))
	got = fashion(t, "-data", data, "-checkpoint", dir, "-resume", "-epochs", "2")
	require.Equal(t, exitFailure, got.code)
	require.Contains(t, got.stderr, path+" has the record of another number of epochs")
}

// A checkpoint knows where its data was: -resume needs no -data, and everything that can
// be wrong is found before anything is read, generated or downloaded.
func TestResumeFindsItsData(t *testing.T) {
	data, dir := smallSet(t), filepath.Join(t.TempDir(), "run")
	t.Setenv(mnist.EnvDir, filepath.Join(t.TempDir(), "another folder"))
	noCaches(t)
	t.Chdir(filepath.Dir(data))
	straight := fashion(t, "-data", data, "-json", "-epochs", "3")
	require.Equal(t, exitOK, straight.code, straight.stderr)
	require.Equal(t, exitOK, fashion(t, "-data", filepath.Base(data), "-checkpoint", dir, "-epochs", "1").code)
	t.Chdir(dir) // the path in the checkpoint is whole
	again := fashion(t, "-json", "-checkpoint", dir, "-resume", "-epochs", "3")
	require.Equal(t, exitOK, again.code, again.stderr)
	require.Equal(t, timeless(t, straight.stdout), timeless(t, again.stdout))
	require.NotContains(t, again.stderr, "SYNTHETIC")

	// Reading commands take the data from there, too.
	for _, args := range [][]string{{"evaluate", dir}, {"predict", dir, "3"}} {
		got := fashion(t, args...)
		require.Equal(t, exitOK, got.code, got.stderr)
		require.Equal(t, got, fashion(t, append(args, "-data", data)...))
	}

	// Moved, it is asked for by name; what is wrong in the flags is said first.
	moved := data + " moved"
	require.NoError(t, os.Rename(data, moved))
	got := fashion(t, "-checkpoint", dir, "-resume", "-epochs", "4")
	require.Equal(t, exitFailure, got.code)
	require.Contains(t, got.stderr, "the data of the run in the checkpoint was in "+data+", and is not there any more: give its folder with -data")
	require.Empty(t, got.stdout)
	for _, wrong := range []string{"-optimizer sgd", "-epochs 1", "-transpose"} {
		got := fashion(t, append([]string{"-checkpoint", dir, "-resume"}, strings.Fields(wrong)...)...)
		require.Equal(t, exitUsage, got.code, wrong)
	}
	require.Equal(t, exitOK, fashion(t, "-checkpoint", dir, "-resume", "-epochs", "4", "-data", moved).code)
	require.Equal(t, exitOK, fashion(t, "-checkpoint", dir, "-resume", "-epochs", "4").code, "the new place is known now")
}

// noCaches isolates a test from the data of this machine.
func noCaches(t *testing.T) {
	t.Helper()
	empty := t.TempDir()
	for _, v := range []string{"HOME", "USERPROFILE", "home"} { // Unix, Windows, Plan 9
		t.Setenv(v, empty)
	}
	for _, v := range []string{"XDG_CACHE_HOME", "LocalAppData", "KERAS_HOME"} {
		t.Setenv(v, filepath.Join(empty, "cache"))
	}
}

// A run on the synthetic set goes on with it, though other data is there; one on
// Fashion-MNIST is never continued on anything else.
func TestResumeOtherSources(t *testing.T) {
	if testing.Short() {
		t.Skip("generates the synthetic set")
	}
	noCaches(t)
	t.Setenv(mnist.EnvDir, "")
	dir := filepath.Join(t.TempDir(), "run")
	first := fashion(t, "-offline", "-hidden", "none", "-epochs", "1", "-batch", "512", "-checkpoint", dir)
	require.Equal(t, exitOK, first.code, first.stderr)
	require.Contains(t, first.stderr, "THIS IS NOT FASHION-MNIST")
	t.Setenv(mnist.EnvDir, smallSet(t))
	again := fashion(t, "-json", "-checkpoint", dir, "-resume", "-epochs", "2")
	require.Equal(t, exitOK, again.code, again.stderr)
	require.Equal(t, "synthetic", objects(t, again.stdout)[0]["data"])
	require.NotContains(t, again.stderr, "THIS IS NOT", "it is what was asked for")

	// The same checkpoint, of a run on the official files.
	path := filepath.Join(dir, checkpointName)
	r, m, err := readModel(path)
	require.NoError(t, err)
	defer m.Close()
	r.Data.Source, r.Data.SHA256 = mnist.FashionMNIST, ""
	require.NoError(t, durable.Write(path, func(w io.Writer) error { return r.write(w, m) }))
	for _, args := range [][]string{{"-offline"}, {"-offline", "-data", os.Getenv(mnist.EnvDir)}} {
		t.Setenv(mnist.EnvDir, "")
		got := fashion(t, append(args, "-checkpoint", dir, "-resume")...)
		require.Equal(t, exitFailure, got.code)
		require.Contains(t, got.stderr, "Fashion-MNIST is out of reach")
		require.Contains(t, got.stderr, "-data FOLDER")
		require.NotContains(t, got.stderr, "THIS IS NOT", "no synthetic set was made")
		require.Empty(t, got.stdout)
	}
}

// A checkpoint of the version before has no place of its data and another word for the
// synthetic set.
func TestOldCheckpoint(t *testing.T) {
	data, dir := smallSet(t), t.TempDir()
	require.Equal(t, exitOK, fashion(t, "-data", data, "-epochs", "1", "-checkpoint", dir).code)
	path := filepath.Join(dir, checkpointName)
	r, m, err := readModel(path)
	require.NoError(t, err)
	defer m.Close()
	r.Data.Dir = ""
	old := func(source mnist.Source) {
		r.Data.Source = source
		require.NoError(t, durable.Write(path, func(w io.Writer) error {
			var b bytes.Buffer
			require.NoError(t, r.write(&b, m))
			b.Bytes()[7] = 1
			body := b.Bytes()[:b.Len()-sha256.Size]
			sum := sha256.Sum256(body)
			_, err := w.Write(append(body, sum[:]...))
			return err
		}))
	}
	old("drawn")
	read, again, err := readModel(path)
	require.NoError(t, err)
	again.Close()
	require.Equal(t, mnist.SyntheticSet, read.Data.Source)
	old(mnist.Unverified)
	t.Setenv(mnist.EnvDir, "")
	got := fashion(t, "-checkpoint", dir, "-resume", "-epochs", "2")
	require.Equal(t, exitFailure, got.code)
	require.Contains(t, got.stderr, "give its folder with -data")
	got = fashion(t, "-checkpoint", dir, "-resume", "-epochs", "2", "-data", data)
	require.Equal(t, exitOK, got.code, got.stderr)
}
