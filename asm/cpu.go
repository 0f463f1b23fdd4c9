package asm

import "github.com/klauspost/cpuid/v2"

// CPU is what commands print of the processor. What cannot be known on a
// platform is empty or 0.
type CPU struct {
	Name       string
	Features   []string // of those that kernels or their choice depend on
	L1, L2, L3 int      // bytes: data cache of a core, second level, last level
}

// Processor describes the processor. No result depends on it.
func Processor() CPU {
	c := CPU{Name: cpuid.CPU.BrandName, L1: max(0, cpuid.CPU.Cache.L1D), L2: max(0, cpuid.CPU.Cache.L2), L3: max(0, cpuid.CPU.Cache.L3)}
	for _, id := range []cpuid.FeatureID{cpuid.FMA3, cpuid.BMI2, cpuid.AVX2, cpuid.AVX512F, cpuid.AVX512VL, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.ASIMD} {
		if cpuid.CPU.Supports(id) {
			c.Features = append(c.Features, id.String())
		}
	}
	return c
}
