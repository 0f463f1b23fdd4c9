package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	interrupts = flag.Int("interrupts", 4, "how many times TestInterrupt stops a run")
	kills      = flag.Int("kills", 4, "how many times TestKill kills a run")
)

// commandEnv makes the test binary the command itself.
const commandEnv = "FASHION_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		main()
	}
	flag.Parse()
	os.Exit(m.Run())
}

// process is the command in a process of its own.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" || runtime.GOOS == "windows" {
		t.Skip("no processes that take signals on " + runtime.GOOS)
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), commandEnv+"=1")
	return cmd
}

// longRun is a run that takes long enough to be stopped inside, and what it
// gives where nothing stops it.
func longRun(t *testing.T) (args []string, want []map[string]any, lasts time.Duration) {
	t.Helper()
	args = []string{"-data", smallSet(t), "-json", "-epochs", "40", "-workers", "1"}
	begin := time.Now()
	straight := fashion(t, args...)
	require.Equal(t, exitOK, straight.code, straight.stderr)
	return args, timeless(t, straight.stdout), time.Since(begin)
}

// timeless reads JSON lines without what differs from run to run.
func timeless(t *testing.T, lines string) []map[string]any {
	t.Helper()
	o := objects(t, lines)
	for _, e := range o {
		delete(e, "seconds")
		delete(e, "workers")
	}
	return o
}

// started starts a process and waits until it trains.
func started(t *testing.T, cmd *exec.Cmd) (stdout *bytes.Buffer, stderr *bytes.Buffer, wait func() int) {
	t.Helper()
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	cmd.Stderr = stderr
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	r := bufio.NewReader(pipe)
	first, err := r.ReadString('\n')
	require.NoError(t, err, stderr)
	stdout.WriteString(first)
	copied := make(chan error)
	go func() { _, err := io.Copy(stdout, r); copied <- err }()
	return stdout, stderr, func() int {
		require.NoError(t, <-copied)
		if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			require.NoError(t, err)
		}
		return cmd.ProcessState.ExitCode()
	}
}

// A run that Ctrl-C or SIGTERM stops at any moment ends with 130 or 143, says
// what it reached, and goes on where it was: with other workers, printing what
// the straight run prints.
func TestInterrupt(t *testing.T) {
	args, want, lasts := longRun(t)
	for n := 0; n < *interrupts; {
		dir := filepath.Join(t.TempDir(), "run")
		var sig os.Signal = os.Interrupt
		code := 130
		switch {
		case n%4 == 2 && !signal.Ignored(hangup[0]): // as under nohup, and then it stops nothing
			sig, code = hangup[0], 129
		case n%4 >= 2:
			sig, code = syscall.SIGTERM, 143
		}
		cmd := process(t, append(args, "-checkpoint", dir)...)
		stdout, stderr, wait := started(t, cmd)
		time.Sleep(time.Duration(rand.Int64N(int64(lasts))))
		if err := cmd.Process.Signal(sig); errors.Is(err, os.ErrProcessDone) {
			wait()
			continue // too late: the run had ended
		}
		if got := wait(); got == exitOK {
			continue
		} else {
			require.Equal(t, code, got, stderr)
		}
		n++
		o := objects(t, stdout.String())
		require.Equal(t, "stopped", o[len(o)-1]["event"])
		require.Contains(t, stderr.String(), "stopped by")

		again := fashion(t, "-data", args[1], "-json", "-checkpoint", dir, "-resume", "-workers", "2")
		require.Equal(t, exitOK, again.code, again.stderr)
		require.Equal(t, want, timeless(t, again.stdout), "stopped at %v", o[len(o)-1])
		require.Equal(t, []string{checkpointName}, listed(t, dir))
	}
}

// A run that is killed at any moment, checkpoints being written all the time,
// loses no checkpoint, and the next start leaves nothing lying about.
func TestKill(t *testing.T) {
	args, want, lasts := longRun(t)
	for n := 0; n < *kills; {
		dir := filepath.Join(t.TempDir(), "run")
		cmd := process(t, append(args, "-checkpoint", dir, "-checkpoint-steps", "1")...)
		_, stderr, wait := started(t, cmd)
		time.Sleep(time.Duration(rand.Int64N(int64(2 * lasts))))
		if err := cmd.Process.Kill(); errors.Is(err, os.ErrProcessDone) {
			wait()
			continue
		}
		if wait() == exitOK {
			continue
		}
		n++
		require.Empty(t, stderr.String())
		again := fashion(t, append(args, "-checkpoint", dir, "-resume")...)
		require.Equal(t, exitOK, again.code, again.stderr)
		require.Equal(t, want, timeless(t, again.stdout))
		require.Equal(t, []string{checkpointName}, listed(t, dir))
	}
}

func listed(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// A second signal ends the process at once, whatever it is doing.
func TestSecondSignal(t *testing.T) {
	// A write to a pipe that nobody reads takes for ever, and no context ends it.
	cmd := process(t, "-data", smallSet(t), "-epochs", "1000000", "-json")
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	defer pipe.Close()
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill()
	_, err = pipe.Read(make([]byte, 1)) // it has begun
	require.NoError(t, err)
	ended := make(chan error)
	go func() {
		_, err := cmd.Process.Wait()
		ended <- err
	}()
	time.Sleep(300 * time.Millisecond) // the pipe is full soon
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	select {
	case <-ended:
		t.Skip("the pipe was not full yet")
	case <-time.After(100 * time.Millisecond): // two signals at once are one
	}
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(20 * time.Second):
		t.Fatal("two signals did not end the process")
	}
}

// newStopper returns a context that a canceller ends.
func newStopper(t *testing.T) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(t.Context())
}

// canceller ends a context with a signal's cause when a text is written.
type canceller struct {
	strings.Builder
	at     string
	cancel context.CancelCauseFunc
	sig    os.Signal
}

func (c *canceller) Write(p []byte) (int, error) {
	n, err := c.Builder.Write(p)
	if strings.Contains(c.String(), c.at) {
		c.cancel(stopped{c.sig})
	}
	return n, err
}

// What a person reads when a run stops: what was reached, what was saved, how to
// go on.
func TestStoppedText(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my run")
	model := filepath.Join(t.TempDir(), "model.weft")
	data := smallSet(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	var stdout strings.Builder
	stderr := &canceller{at: "Epoch 2/5", cancel: cancel, sig: syscall.SIGTERM}
	args := []string{"-data", data, "-checkpoint", dir, "-save", model}
	code := run(ctx, args, &console{stdout: &stdout, stderr: stderr, line: commandLine(append([]string{"x"}, args...))})
	require.Equal(t, 143, code)
	require.Regexp(t, `\nStopped after epoch 2 of 5: loss \d\.\d{4}, accuracy \d\.\d{4}\.\nweights SHA-256\n[0-9a-f]{64}\n$`, stdout.String())
	require.Contains(t, stderr.String(), "Saved "+filepath.Join(dir, checkpointName)+" and "+model+".\n")
	require.Contains(t, stderr.String(), "Go on with: fashion -data "+data+" -checkpoint '"+dir+"' -save "+model+" -resume\n")
	require.Contains(t, stderr.String(), "fashion: stopped by terminated\n")

	// Both files hold the same model.
	a, b := fashion(t, "evaluate", model, "-data", data), fashion(t, "evaluate", dir, "-data", data)
	require.Equal(t, exitOK, a.code, a.stderr)
	require.Equal(t, a, b)
}

// A signal before the training ends the run as well, with nothing to save.
func TestStoppedEarly(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped{os.Interrupt})
	got := fashionContext(t, ctx, "-data", smallSet(t))
	require.Equal(t, 130, got.code)
	require.Empty(t, got.stdout)
}

// Where a checkpoint or a model cannot be written the run fails with 1; a folder
// that is missing is found before the training.
func TestUnwritable(t *testing.T) {
	data, dir := smallSet(t), t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for _, args := range [][]string{
		{"-checkpoint", filepath.Join(file, "below")},
		{"-save", filepath.Join(dir, "missing", "model")},
		{"-save", filepath.Join(file, "model")},
	} {
		got := fashion(t, append(args, "-data", data)...)
		require.Equal(t, exitFailure, got.code)
		require.Contains(t, got.stderr, file[:len(dir)])
		require.Empty(t, got.stdout, "found before the training")
	}
	got := fashion(t, "-save", dir, "-data", data, "-epochs", "1")
	require.Equal(t, exitFailure, got.code)
	require.Contains(t, got.stderr, dir+" cannot be written")
	require.Empty(t, got.stdout, "found before the training")

	for _, args := range [][]string{
		{"-save", file, "-report", filepath.Join(dir, ".", "file")},
		{"-save", filepath.Join(dir, checkpointName), "-checkpoint", dir},
	} {
		got := fashion(t, append(args, "-data", data)...)
		require.Equal(t, exitUsage, got.code)
		require.Contains(t, got.stderr, "write the same file")
	}
}

// refuses is a writer that has no room for a text.
type refuses struct {
	text string
	err  error
}

func (r refuses) Write(p []byte) (int, error) {
	if strings.Contains(string(p), r.text) {
		return 0, r.err
	}
	return len(p), nil
}

// What cannot be printed does not keep the model from being saved.
func TestSavedThoughNotPrinted(t *testing.T) {
	model := filepath.Join(t.TempDir(), "model.weft")
	full := errors.New("no space left on device")
	var stderr strings.Builder
	code := run(t.Context(), []string{"-data", smallSet(t), "-epochs", "1", "-save", model}, &console{stdout: refuses{"weights SHA-256", full}, stderr: &stderr})
	require.Equal(t, exitFailure, code)
	require.Contains(t, stderr.String(), full.Error())
	_, m, err := readModel(model)
	require.NoError(t, err, "%v", stderr.String())
	m.Close()
}

// A start that is refused leaves a run that is under way alone.
func TestRefusedStartDeletesNothing(t *testing.T) {
	data, dir := smallSet(t), t.TempDir()
	require.Equal(t, exitOK, fashion(t, "-data", data, "-epochs", "1", "-checkpoint", dir).code)
	partial := filepath.Join(dir, checkpointName+".partial-1")
	require.NoError(t, os.WriteFile(partial, nil, 0o666))
	require.Equal(t, exitFailure, fashion(t, "-data", data, "-checkpoint", dir).code)
	require.FileExists(t, partial)
	require.Equal(t, exitOK, fashion(t, "-data", data, "-epochs", "1", "-checkpoint", dir, "-resume").code)
	require.NoFileExists(t, partial)
}

// Models come from files, which end.
func TestModelsAreFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no device to read on windows")
	}
	for _, args := range [][]string{{"evaluate", os.DevNull}, {"predict", os.DevNull, "0"}} {
		got := fashion(t, args...)
		require.Equal(t, exitFailure, got.code)
		require.Contains(t, got.stderr, "not a regular file")
	}
}

// A pipe that the reader closes ends the command quietly.
func TestClosedPipe(t *testing.T) {
	for _, args := range [][]string{{"-json", "-epochs", "2000", "-data", smallSet(t)}, {"version"}, {"-h"}, {"completion", "bash"}} {
		cmd := process(t, args...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		pipe, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		_, err = pipe.Read(make([]byte, 1))
		require.NoError(t, err)
		require.NoError(t, pipe.Close())
		err = cmd.Wait()
		if err != nil { // what was written before the pipe closed may have been all
			require.Equal(t, exitPipe, cmd.ProcessState.ExitCode())
		}
		require.Empty(t, stderr.String(), fmt.Sprint(args))
	}
}
