package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// tmpfs mounts a small file system, where that is permitted.
func tmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("mounting a small file system is not permitted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, 0)) })
	return dir
}

// watcher calls a function once, when a text has been written.
type watcher struct {
	strings.Builder
	text string
	do   func()
}

func (w *watcher) Write(p []byte) (int, error) {
	n, err := w.Builder.Write(p)
	if w.do != nil && strings.Contains(w.String(), w.text) {
		w.do()
		w.do = nil
	}
	return n, err
}

// A full disk at a checkpoint is reported once and costs nothing but the checkpoint: the
// run comes to its end, and -save and -report elsewhere are written. When there is room
// again, so are checkpoints.
func TestFullDiskAtCheckpoint(t *testing.T) {
	data := smallSet(t)
	straight := fashion(t, "-data", data, "-epochs", "4")
	require.Equal(t, exitOK, straight.code, straight.stderr)
	hash := regexp.MustCompile(`[0-9a-f]{64}`).FindString(straight.stdout)
	for _, freed := range []bool{false, true} {
		disk := tmpfs(t, "size=2500k") // two checkpoints of 950 kB fit, next to the filler not one
		filler := filepath.Join(disk, "filler")
		require.NoError(t, os.WriteFile(filler, make([]byte, 1700<<10), 0o666))
		out := t.TempDir()
		model, page, folder := filepath.Join(out, "model.weft"), filepath.Join(out, "report.html"), filepath.Join(disk, "run")
		args := []string{"-data", data, "-epochs", "4", "-checkpoint", folder, "-save", model, "-report", page}
		var stdout bytes.Buffer
		stderr := &watcher{text: "Epoch 2/4", do: func() {
			if freed {
				os.Remove(filler)
			}
		}}
		code := run(t.Context(), args, &console{stdout: &stdout, stderr: stderr, line: commandLine(append([]string{""}, args...))})
		text := stderr.String()
		require.Equal(t, 1, strings.Count(text, "no space left on device. The run goes on"), text)
		require.Contains(t, text, folder)
		require.Contains(t, stdout.String(), hash)
		require.FileExists(t, page)
		saved := fashion(t, "evaluate", model, "-data", data)
		require.Equal(t, exitOK, saved.code, saved.stderr)
		require.Contains(t, saved.stdout, hash)
		if !freed {
			require.Equal(t, exitFailure, code, text)
			require.Regexp(t, `fashion: .*checkpoint.weft cannot be written.*no space left on device`, text)
			continue
		}
		require.Equal(t, exitOK, code, text)
		require.Contains(t, text, "checkpoint.weft is written again.")
		kept := fashion(t, "evaluate", folder)
		require.Equal(t, exitOK, kept.code, kept.stderr)
		require.Contains(t, kept.stdout, hash)
	}
}

// A full disk where -save goes keeps from nothing else.
func TestFullDiskAtSave(t *testing.T) {
	data := smallSet(t)
	disk := tmpfs(t, "size=100k")
	out := t.TempDir()
	page := filepath.Join(out, "report.html")
	got := fashion(t, "-data", data, "-epochs", "2", "-save", filepath.Join(disk, "model.weft"), "-report", page, "-checkpoint", filepath.Join(out, "run"))
	require.Equal(t, exitFailure, got.code)
	require.Contains(t, got.stderr, "model.weft cannot be written")
	require.Contains(t, got.stdout, "weights SHA-256")
	require.FileExists(t, page)
	require.Equal(t, exitOK, fashion(t, "evaluate", filepath.Join(out, "run")).code)
}

// A progress line or a result that cannot be written ends no run that makes files; one that
// makes none ends at once.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	data := smallSet(t)
	for _, c := range []struct {
		name           string
		stdout, stderr bool // full
		json           bool
	}{{"progress", false, true, false}, {"results", true, false, false}, {"both", true, true, false}, {"JSON", true, false, true}} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			model, page, folder := filepath.Join(dir, "model.weft"), filepath.Join(dir, "report.html"), filepath.Join(dir, "run")
			args := []string{"-data", data, "-epochs", "3", "-save", model, "-report", page, "-checkpoint", folder, "-progress", "line"}
			if c.json {
				args = append(args, "-json")
			}
			cmd := process(t, args...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if c.stdout {
				cmd.Stdout = full
			}
			if c.stderr {
				cmd.Stderr = full
			}
			require.Error(t, cmd.Run())
			require.Equal(t, exitFailure, cmd.ProcessState.ExitCode())
			for _, file := range []string{model, folder} {
				got := fashion(t, "evaluate", file, "-data", data)
				require.Equal(t, exitOK, got.code, got.stderr)
			}
			require.FileExists(t, page)
			if !c.stderr {
				require.Equal(t, 1, strings.Count(stderr.String(), "standard output: not everything could be written: write /dev/stdout: no space left on device"), stderr.String())
				require.Contains(t, stderr.String(), "Epoch 3/3")
			}
			if !c.stdout {
				require.Contains(t, stdout.String(), "weights SHA-256")
			}
		})
	}
	cmd := process(t, "-data", data, "-epochs", "1000000", "-json")
	cmd.Stdout = full
	require.Error(t, cmd.Run())
	require.Equal(t, exitFailure, cmd.ProcessState.ExitCode())
}

// A reader that ends ends no run that makes files either.
func TestClosedPipeSaves(t *testing.T) {
	data, model := smallSet(t), filepath.Join(t.TempDir(), "model.weft")
	cmd := process(t, "-data", data, "-epochs", "200", "-json", "-save", model)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = pipe.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, pipe.Close())
	require.Error(t, cmd.Wait())
	require.Equal(t, exitPipe, cmd.ProcessState.ExitCode())
	require.Empty(t, stderr.String())
	require.Equal(t, exitOK, fashion(t, "evaluate", model, "-data", data).code)
}
