package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"weft/cmd/fashion/internal/lock"
	"weft/mnist"
)

// Two outputs in one file, or an output in the place of an input, are wrong usage,
// through whatever links and names they are given, and nothing is written.
func TestOneFileForTwo(t *testing.T) {
	data, dir := smallSet(t), t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.MkdirAll("a/ck", 0o777))
	if err := os.Symlink("a", "b"); err != nil {
		t.Skip("no links here: ", err)
	}
	require.NoError(t, os.Symlink(data, "images"))
	require.NoError(t, os.WriteFile("names", []byte(strings.Repeat("name\n", 10)), 0o666))
	for _, c := range []struct {
		args string
		want string
	}{
		{"-save a/x -report b/x", "-save and -report write the same file, a/x and b/x"},
		{"-save x -report ./a/../x", "-save and -report write the same file"},
		{"-checkpoint a/ck -save b/ck/checkpoint.weft", "-save and -checkpoint write the same file"},
		{"-checkpoint a/new -save b/new/checkpoint.weft", "-save and -checkpoint write the same file"},
		{"-checkpoint a/ck -report a/ck/lock", "-report and the lock of -checkpoint write the same file"},
		{"-save images/train-images-idx3-ubyte", "-save would overwrite what -data reads"},
		{"-report " + filepath.Join(data, "t10k-labels-idx1-ubyte"), "-report would overwrite what -data reads"},
		{"-labels names -report a/../names", "-report would overwrite what -labels reads"},
	} {
		before := tree(t, dir)
		got := fashion(t, append(strings.Fields(c.args), "-data", data, "-epochs", "1")...)
		require.Equal(t, exitUsage, got.code, "%s: %s", c.args, got.stderr)
		require.Contains(t, got.stderr, c.want)
		require.Empty(t, got.stdout)
		require.Equal(t, before, tree(t, dir), c.args)
	}
	images := filepath.Join(data, "train-images-idx3-ubyte")
	require.FileExists(t, images)
	got := fashion(t, "-data", data, "-epochs", "1", "-save", "a/x", "-report", "b/y")
	require.Equal(t, exitOK, got.code, got.stderr)

	// Standard output that is redirected into an output.
	cmd := process(t, "-data", data, "-epochs", "1", "-json", "-save", "b/out")
	out, err := os.Create("a/out")
	require.NoError(t, err)
	defer out.Close()
	cmd.Stdout = out
	require.Error(t, cmd.Run())
	require.Equal(t, exitUsage, cmd.ProcessState.ExitCode())
}

// tree lists the files below a folder.
func tree(t *testing.T, dir string) (all []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		all = append(all, path)
		return err
	}))
	return all
}

// A folder of checkpoints has one owner at a time: a second run is refused, says who the
// first is, and leaves its files alone; a killed owner does not keep the folder.
func TestOneOwner(t *testing.T) {
	data, dir := smallSet(t), filepath.Join(t.TempDir(), "run")
	args := []string{"-data", data, "-json", "-epochs", "100000", "-checkpoint", dir}
	cmd := process(t, args...)
	_, _, wait := started(t, cmd)
	defer cmd.Process.Kill()
	for {
		if _, err := os.Stat(filepath.Join(dir, checkpointName)); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	host, err := os.Hostname()
	require.NoError(t, err)
	for _, second := range [][]string{args, append(args, "-resume")} {
		got := fashion(t, second...)
		require.Equal(t, exitFailure, got.code)
		require.Contains(t, got.stderr, dir+" is in use by process ")
		require.Contains(t, got.stderr, " on "+host+" since ")
		require.Contains(t, got.stderr, "another folder")
		require.Empty(t, got.stdout)
	}
	require.Equal(t, exitOK, fashion(t, "evaluate", dir).code, "reading a checkpoint takes no lock")
	require.NoError(t, cmd.Process.Kill())
	wait()
	require.FileExists(t, filepath.Join(dir, lock.Name))
	_, _, err = readModel(dir)
	require.NoError(t, err)
	l, err := lock.Acquire(dir)
	require.NoError(t, err, "the lock ended with its process")
	require.NoError(t, l.Release())
}

// Whatever path is opened for reading must lead to a regular file: a pipe need not end,
// and one signal must do.
func TestPipesAreRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	data, dir := smallSet(t), t.TempDir()
	pipe, model := filepath.Join(dir, "pipe"), trained(t, data)
	if err := exec.CommandContext(ctx, "mkfifo", pipe).Run(); err != nil {
		t.Skipf("no named pipes: %v", err)
	}
	pipes := smallSet(t)
	require.NoError(t, os.Remove(filepath.Join(pipes, "t10k-labels-idx1-ubyte")))
	require.NoError(t, exec.CommandContext(ctx, "mkfifo", filepath.Join(pipes, "t10k-labels-idx1-ubyte")).Run())
	run := filepath.Join(dir, "run")
	require.NoError(t, os.Mkdir(run, 0o777))
	require.NoError(t, exec.CommandContext(ctx, "mkfifo", filepath.Join(run, checkpointName)).Run())
	for _, args := range [][]string{
		{"predict", model, pipe},
		{"predict", pipe, "0"},
		{"predict", model, dir},
		{"evaluate", pipe},
		{"evaluate", run},
		{"evaluate", os.DevNull},
		{"predict", model, "0", "-labels", pipe},
		{"-labels", pipe},
		{"-labels", dir},
		{"-data", pipes},
		{"data", "-data", pipes},
		{"-checkpoint", run, "-resume"},
		{"-save", pipe},
		{"-report", pipe},
		{"-report", os.DevNull},
	} {
		args := append(args, "-data", data)
		if args[len(args)-3] == pipes {
			args = args[:len(args)-2]
		}
		got := fashion(t, args...)
		require.Equal(t, exitFailure, got.code, args)
		require.Contains(t, got.stderr, "not a regular file", args)
		require.Empty(t, got.stdout)
	}
}

// Files that are far too large are refused by their first bytes, with words and exit
// code 1. They are sparse.
func TestHugeFiles(t *testing.T) {
	data, dir := smallSet(t), t.TempDir()
	model := trained(t, data)
	huge := func(name string, head []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, head, 0o666))
		if err := os.Truncate(path, 1<<40); err != nil {
			t.Skipf("no sparse files of a terabyte here: %v", err)
		}
		return path
	}
	saved, err := os.ReadFile(model)
	require.NoError(t, err)
	images := smallSet(t)
	require.NoError(t, os.Truncate(filepath.Join(images, "train-images-idx3-ubyte"), 1<<40))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"evaluate", huge("zeros", nil)}, "this is not a model"},
		{[]string{"evaluate", huge("model", saved)}, "the file has 1.1 TB, and there are"},
		{[]string{"evaluate", huge("run", []byte(runMagic))}, "the file has 1.1 TB, and there are"},
		{[]string{"predict", model, huge("image.png", nil)}, "not a PNG"},
		{[]string{"-labels", huge("names", nil)}, "1099511627776 bytes"},
		{[]string{"-data", images}, "too long"},
	} {
		begin := time.Now()
		args := c.args
		if args[0] != "-data" {
			args = append(args, "-data", data)
		}
		cmd := process(t, args...)
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Equal(t, exitFailure, cmd.ProcessState.ExitCode(), "%q: %s", args, out)
		require.Contains(t, string(out), c.want)
		require.Less(t, time.Since(begin), 20*time.Second, "it was read")
	}
}

// A network that does not fit into the memory is wrong usage, found before anything is
// read or made.
func TestNetworkThatDoesNotFit(t *testing.T) {
	for _, args := range []string{"-hidden 2147483647", "-hidden 100,2147483647", "-hidden 100000000,100000000", "-hidden 20000000 -batch 60000", "-workers 2147483647"} {
		got := fashion(t, append(strings.Fields(args), "-data", "no such folder")...)
		require.Equal(t, exitUsage, got.code, got.stderr)
		require.Contains(t, got.stderr, "give ")
		require.NotContains(t, got.stderr, "no such folder")
	}
	n := &network{activationName: "relu", hiddenList: "300,100", optimizerName: "adam", epochs: 1, batch: 32}
	require.NoError(t, n.resolve(map[string]bool{}))
	require.Error(t, n.fits(1<<20), "266,610 weights with two slots of Adam take 3.2 MB")
	require.NoError(t, n.fits(4<<20))
}

// The names of the files of a set in which the dot of an archive's name is found.
func TestDottedNames(t *testing.T) {
	data := smallSet(t)
	for _, name := range []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		dotted := strings.Replace(name, "-idx", ".idx", 1)
		require.NoError(t, os.Rename(filepath.Join(data, name), filepath.Join(data, dotted)))
	}
	got := fashion(t, "data", "-data", data, "-json")
	require.Equal(t, exitOK, got.code, got.stderr)
	require.Equal(t, string(mnist.Unverified), objects(t, got.stdout)[0]["data"])
}
