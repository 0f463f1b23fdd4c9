// Package memory says how much memory there is, so that what cannot fit is refused with
// words: a Go program that runs out of memory is ended without.
package memory

import (
	"fmt"
	"math"
)

// Limit returns the bytes that this process may use at most: of the machine with its
// swap space, or of the container it runs in. Where that is unknown, it is the size of
// the address space on a 32-bit platform, else 1 TiB.
func Limit() int64 {
	most := int64(math.MaxUint32)
	if math.MaxInt > math.MaxUint32 {
		most = 1 << 40
	}
	if n := system(); n > 0 {
		most = min(most, n)
	}
	return most
}

// Size prints a number of bytes: 512 bytes, 3.2 MB, 25 GB.
func Size(n float64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	at := 0
	for n >= 999.5 && at < len(units)-1 {
		n /= 1000
		at++
	}
	if n < 9.95 && at > 0 {
		return fmt.Sprintf("%.1f %s", n, units[at])
	}
	return fmt.Sprintf("%.0f %s", n, units[at])
}
