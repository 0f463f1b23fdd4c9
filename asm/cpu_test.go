package asm

import (
	"slices"
	"testing"
)

// Processor must list the features of the kernels that are available.
func TestProcessor(t *testing.T) {
	c := Processor()
	for set, features := range map[string][]string{"avx2": {"AVX2", "FMA3"}, "avx512": {"AVX512F", "AVX512VL", "AVX512BW", "AVX512DQ", "FMA3"}, "neon": {"ASIMD"}} {
		if _, err := Named(set); err != nil {
			continue
		}
		for _, f := range features {
			if !slices.Contains(c.Features, f) {
				t.Errorf("%s kernels are available, but the features %v lack %s", set, c.Features, f)
			}
		}
	}
	if c.L1 < 0 || c.L2 < 0 || c.L3 < 0 {
		t.Errorf("a cache below 0 bytes: %+v", c)
	}
}
