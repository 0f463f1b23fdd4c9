package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int{"48K": 48 << 10, "32M": 32 << 20, "4096": 4096, "": 0, "K": 0, "-1K": 0, "1G": 0} {
		got, err := parseSize(s)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("parseSize(%q) = %d, %v, want %d", s, got, err, want)
		}
	}
}

func TestLinuxCaches(t *testing.T) {
	dir := t.TempDir()
	for index, files := range map[string][3]string{
		"index0": {"1", "Data", "48K\n"},
		"index1": {"1", "Instruction", "64K\n"},
		"index2": {"2", "Unified", "2048K\n"},
		"index3": {"4", "Unified", "64M\n"},
	} {
		if err := os.Mkdir(filepath.Join(dir, index), 0o755); err != nil {
			t.Fatal(err)
		}
		for i, file := range []string{"level", "type", "size"} {
			if err := os.WriteFile(filepath.Join(dir, index, file), []byte(files[i]), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, want := linuxCaches(dir), (caches{48 << 10, 2 << 20, usual[2]}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := linuxCaches(filepath.Join(dir, "none")); got != usual {
		t.Errorf("a machine that tells nothing: got %v, want %v", got, usual)
	}
}

// Every working set is larger than the level before it and fits in its own.
func TestLevels(t *testing.T) {
	for _, c := range []caches{usual, {48 << 10, 2 << 20, 480 << 20}, {64 << 10, 512 << 10, 16 << 20}} {
		for workers := 1; workers <= 2; workers++ {
			l := c.levels(workers)
			for i := range c {
				share := 1
				if i == 2 {
					share = workers
				}
				if l[i].bytes > c[i]/share {
					t.Errorf("caches %v, %d workers: the set for %s is %d bytes", c, workers, l[i].name, l[i].bytes)
				}
				if l[i+1].bytes <= c[i] && i < 2 {
					t.Errorf("caches %v, %d workers: the set for %s, %d bytes, fits in %s", c, workers, l[i+1].name, l[i+1].bytes, l[i].name)
				}
			}
			if l[3].bytes*workers <= c[2] {
				t.Errorf("caches %v, %d workers: the set for DRAM, %d bytes, fits in L3", c, workers, l[3].bytes)
			}
		}
	}
}
