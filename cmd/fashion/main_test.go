package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weft/mnist"

	"github.com/stretchr/testify/require"
)

// outcome is what one run of the command gave.
type outcome struct {
	code           int
	stdout, stderr string
}

// fashion runs the command in this process, without a terminal.
func fashion(t *testing.T, args ...string) outcome {
	t.Helper()
	return fashionContext(t, context.Background(), args...)
}

func fashionContext(t *testing.T, ctx context.Context, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(ctx, args, &console{stdout: &stdout, stderr: &stderr, line: commandLine(append([]string{"fashion"}, args...))})
	return outcome{code, stdout.String(), stderr.String()}
}

// The small set: enough images that five workers have something to do and the
// last batch is not full, few enough that pure Go takes moments.
const (
	smallTrain = 250 // 200 train, 50 validate
	smallTest  = 60
)

// smallSet writes a set of images made by integer formulas, ten patterns under
// noise, and returns its folder.
func smallSet(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	x := uint32(1)
	for _, part := range []struct {
		prefix string
		n      int
	}{{"train", smallTrain}, {"t10k", smallTest}} {
		pixels, labels := make([]uint8, part.n*784), make([]int32, part.n)
		for i := range part.n {
			c := i * 7 % 10
			labels[i] = int32(c)
			for j := range 784 {
				x = x*1664525 + 1013904223
				v := x >> 25
				if (j/28*(c+3)+j%28*(11-c))%17 < 6 {
					v += 100
				}
				pixels[i*784+j] = uint8(v)
			}
		}
		images, err := os.Create(filepath.Join(dir, part.prefix+"-images-idx3-ubyte"))
		require.NoError(t, err)
		require.NoError(t, mnist.WriteImages(images, pixels, 28, 28))
		require.NoError(t, images.Close())
		classes, err := os.Create(filepath.Join(dir, part.prefix+"-labels-idx1-ubyte"))
		require.NoError(t, err)
		require.NoError(t, mnist.WriteLabels(classes, labels))
		require.NoError(t, classes.Close())
	}
	return dir
}

// realSet returns the folder of the real Fashion-MNIST, which the environment
// names where it is at hand.
func realSet(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(mnist.EnvDir)
	if dir == "" && slices.Contains(strings.Fields(os.Getenv("WEFT_REQUIRE")), "data") {
		t.Fatalf("WEFT_REQUIRE lists data: set %s", mnist.EnvDir)
	}
	if dir == "" || testing.Short() {
		t.Skipf("wants the real data: set %s, and leave out -short", mnist.EnvDir)
	}
	return dir
}

// objects reads JSON lines.
func objects(t *testing.T, lines string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(lines) {
		var o map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &o), line)
		all = append(all, o)
	}
	return all
}

// Flags that are wrong, or would do nothing, are usage errors that name the
// flag and the remedy.
func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string // in the message
	}{
		{"-optimizer adamx", []string{"-optimizer", "adamx", "sgd adagrad rmsprop adam"}},
		{"-activation geluu", []string{"-activation", "geluu", "relu"}},
		{"-activation softmax", []string{"-activation softmax", "relu, sigmoid, tanh or linear"}},
		{"-hidden 100,,50", []string{"-hidden 100,,50", "none"}},
		{"-hidden 0", []string{"-hidden 0", "≥ 1"}},
		{"-hidden none -activation tanh", []string{"-activation", "does nothing", "-hidden none"}},
		{"-nesterov", []string{"-nesterov", "does nothing", "-momentum"}},
		{"-optimizer sgd -nesterov", []string{"-nesterov", "does nothing", "-momentum 0.9"}},
		{"-optimizer sgd -momentum 0 -nesterov", []string{"-nesterov", "does nothing"}},
		{"-momentum 0.9", []string{"-momentum", "does nothing", "adam", "sgd"}},
		{"-optimizer rmsprop -momentum 0.9", []string{"-momentum", "does nothing", "rmsprop"}},
		{"-optimizer sgd -momentum 1", []string{"-momentum 1", "< 1"}},
		{"-optimizer sgd -momentum NaN", []string{"-momentum NaN"}},
		{"-lr -1", []string{"-lr -1", "≥ 0"}},
		{"-lr NaN", []string{"-lr NaN"}},
		{"-lr fast", []string{"lr", "fast"}},
		{"-epochs 0", []string{"-epochs 0", "at least 1"}},
		{"-batch 0", []string{"-batch 0", "at least 1"}},
		{"-workers 0", []string{"-workers 0", "at least 1"}},
		{"-workers 2.5", []string{"workers", "2.5"}},
		{"-seed -1", []string{"seed", "-1"}},
		{"-kernels sse", []string{"-kernels", "sse", "generic"}},
		{"-dropout 0.5", []string{"-dropout"}},
		{"-epochs 2 relu", []string{`"relu"`}},
	} {
		t.Run(c.args, func(t *testing.T) {
			got := fashion(t, append(strings.Fields(c.args), "-data", "no such folder")...)
			require.Equal(t, exitUsage, got.code, got.stderr)
			require.Empty(t, got.stdout)
			require.True(t, strings.HasPrefix(got.stderr, "fashion: "), got.stderr)
			for _, want := range c.want {
				require.Contains(t, got.stderr, want)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, flag := range []string{"-h", "-help", "--help"} {
		got := fashion(t, flag)
		require.Equal(t, exitOK, got.code)
		require.Empty(t, got.stderr)
		for _, want := range []string{
			"-activation", "-hidden", "-optimizer", "-lr", "-momentum", "-nesterov", "-epochs", "-batch", "-seed",
			"-workers", "-kernels", "-data", "-offline", "-json", "Examples", "FASHION_MNIST_DIR", "WEFT_KERNELS",
		} {
			require.Contains(t, got.stdout, want)
		}
	}
}

// A folder that the user named is binding: nothing else is tried.
func TestDataIsBinding(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nothing")
	damaged := smallSet(t)
	require.NoError(t, os.WriteFile(filepath.Join(damaged, "t10k-labels-idx1-ubyte"), []byte{0, 0, 9, 1, 0, 0, 0, 1, 255}, 0o666))
	for _, c := range []struct{ name, dir, want string }{
		{"missing", missing, "train-images-idx3-ubyte.gz"},
		{"damaged", damaged, "t10k-labels-idx1-ubyte: label 0 (byte 8) is -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, env := range []bool{false, true} {
				args := []string{"-data", c.dir}
				if env {
					t.Setenv(mnist.EnvDir, c.dir)
					args = nil
				}
				got := fashion(t, args...)
				require.Equal(t, exitFailure, got.code)
				require.Contains(t, got.stderr, c.dir)
				require.Contains(t, got.stderr, c.want)
			}
		})
	}
}
