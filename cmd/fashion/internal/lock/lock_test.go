package lock

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// holdEnv makes the test binary a process that holds the lock of a folder until its
// standard input ends.
const holdEnv = "LOCK_TEST_HOLD"

func TestMain(m *testing.M) {
	if folder := os.Getenv(holdEnv); folder != "" {
		l, err := Acquire(folder)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("held")
		bufio.NewReader(os.Stdin).ReadByte()
		l.Release()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A lock is held once, also within a process; the file goes with it.
func TestAcquire(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		l, err := Acquire(dir)
		require.NoError(t, err)
		_, err = Acquire(dir)
		host, _ := os.Hostname()
		require.ErrorContains(t, err, fmt.Sprintf("%s is in use by process %d on %s since 2", dir, os.Getpid(), host))
		require.NoError(t, l.Release())
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
	_, err := Acquire(filepath.Join(dir, "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A lock ends with its process, however that ends.
func TestKilledHolder(t *testing.T) {
	if runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("no processes on " + runtime.GOOS)
	}
	dir := t.TempDir()
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), holdEnv+"="+dir)
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		defer in.Close()
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "held\n", line)

		_, err = Acquire(dir)
		require.ErrorContains(t, err, fmt.Sprintf("in use by process %d on ", cmd.Process.Pid))
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
		if remedy("") != "" {
			require.FileExists(t, filepath.Join(dir, Name))
			require.NoError(t, os.Remove(filepath.Join(dir, Name)))
		}
		l, err := Acquire(dir)
		require.NoError(t, err)
		require.NoError(t, l.Release())
	}
}

// Of many that try and let go at the same time, never two hold the lock: the removal of
// its file opens no gap.
func TestOneHolder(t *testing.T) {
	dir := t.TempDir()
	var holders, taken atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 300 {
				l, err := Acquire(dir)
				if err != nil {
					if !strings.Contains(err.Error(), "in use by") {
						t.Error(err)
					}
					continue
				}
				if holders.Add(1) != 1 {
					t.Error("two hold the lock")
				}
				taken.Add(1)
				holders.Add(-1)
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	require.Positive(t, taken.Load())
	t.Logf("taken %d times", taken.Load())
}
