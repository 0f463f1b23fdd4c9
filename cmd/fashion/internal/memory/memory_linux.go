package memory

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// system returns the memory with the swap space, or the limit of the control group where
// that is less; 0 where neither can be read.
func system() int64 {
	b, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	n := total(b)
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} { // version 2, version 1
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if limit, err := strconv.ParseInt(string(bytes.TrimSpace(b)), 10, 64); err == nil && limit > 0 { // "max": none
			n = min(n, limit)
		}
	}
	return n
}

// total adds memory and swap space of /proc/meminfo.
func total(meminfo []byte) int64 {
	n := int64(0)
	for line := range strings.Lines(string(meminfo)) {
		name, value, _ := strings.Cut(line, ":")
		if name == "MemTotal" || name == "SwapTotal" {
			kB, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			n += kB << 10
		}
	}
	return n
}
