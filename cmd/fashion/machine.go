package main

import (
	"os"
	"runtime"

	"weft/asm"
)

// kernelsEnv is the environment variable that chooses the kernels.
const kernelsEnv = "WEFT_KERNELS"

var kernelChoices = []string{"generic", "avx2", "avx512", "neon"}

// mostWorkers is more than any machine has processors.
const mostWorkers = 1 << 12

// machine is the flags that change no bit of the result.
type machine struct {
	workers     int
	kernelsName string

	kernels *asm.Kernels // after resolve
}

func (m *machine) register(f *flags) {
	f.group("The machine (changes no bit of the result)")
	f.IntVar(&m.workers, "workers", runtime.GOMAXPROCS(0), "")
	f.describe("workers", "N", "goroutines that compute (default GOMAXPROCS)")
	f.StringVar(&m.kernelsName, "kernels", "", "")
	f.describe("kernels", "NAME", "generic, avx2, avx512 or neon (default $"+kernelsEnv+", then\nthe best of this CPU)", kernelChoices...)
}

func (m *machine) resolve() (err error) {
	if err := atLeast("workers", m.workers, 1); err != nil {
		return err
	}
	if m.workers > mostWorkers {
		return usagef("-workers %d: give at most %d, one for each processor is enough", m.workers, mostWorkers)
	}
	name, from := m.kernelsName, "-kernels"
	if name == "" {
		name, from = os.Getenv(kernelsEnv), kernelsEnv
	}
	m.kernels = asm.Best()
	if name != "" {
		if m.kernels, err = asm.Named(name); err != nil {
			return usagef("%s: %w%s", from, err, didYouMean(name, kernelChoices))
		}
	}
	return nil
}
