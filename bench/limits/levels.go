package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// level is one level of memory and the working set of one worker that lies in
// it and not in the level before.
type level struct {
	name  string
	bytes int
}

// caches are the sizes of L1d, L2 and L3 in bytes.
type caches [3]int

// usual are the sizes taken for a machine that does not tell its own.
var usual = caches{32 << 10, 1 << 20, 32 << 20}

// linuxCaches reads the sizes from the description of a CPU below dir, such as
// /sys/devices/system/cpu/cpu0/cache. What is not told there stays as usual.
func linuxCaches(dir string) caches {
	sizes := usual
	indexes, _ := filepath.Glob(filepath.Join(dir, "index*"))
	for _, index := range indexes {
		text := func(file string) string {
			b, err := os.ReadFile(filepath.Join(index, file))
			if err != nil {
				return ""
			}
			return strings.TrimSpace(string(b))
		}
		number, err := strconv.Atoi(text("level"))
		if err != nil || number < 1 || number > 3 || text("type") == "Instruction" {
			continue
		}
		if n, err := parseSize(text("size")); err == nil {
			sizes[number-1] = n
		}
	}
	return sizes
}

// parseSize reads a size such as 48K or 32M.
func parseSize(s string) (int, error) {
	shift := 0
	switch {
	case strings.HasSuffix(s, "K"):
		shift = 10
	case strings.HasSuffix(s, "M"):
		shift = 20
	}
	n, err := strconv.Atoi(strings.TrimRight(s, "KM"))
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("a cache of %q: want a size such as 48K or 32M", s)
	}
	return n << shift, nil
}

// levels chooses the working sets: half of L1 and L2, which belong to one core;
// of L3, which all cores share, a part that is larger than L2 and small enough
// for many workers; of DRAM four times L3 for all workers together, at most 1 GiB.
func (c caches) levels(workers int) []level {
	return []level{
		{"L1", c[0] / 2},
		{"L2", c[1] / 2},
		{"L3", max(2*c[1], min(c[2]/4/workers, 16*c[1]))},
		{"DRAM", min(4*c[2], 1<<30) / workers},
	}
}
