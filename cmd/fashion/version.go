package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"weft/asm"
)

func versionCommand() command {
	return command{
		name: "version", summary: "print build, Go, CPU, kernels and workers",
		examples: []string{"fashion version", "WEFT_KERNELS=avx2 fashion version"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			m := &machine{}
			m.register(f)
			return func(_ context.Context, c *console, args []string) error {
				if err := first(none(args), m.resolve()); err != nil {
					return err
				}
				w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
				for _, fact := range m.versionFacts() {
					fmt.Fprintf(w, "%s\t%s\n", fact[0], fact[1])
				}
				return w.Flush()
			}
		},
	}
}

// versionFacts lists what fashion version and the report say of the machine.
func (m *machine) versionFacts() [][2]string {
	cpu := asm.Processor()
	var kernels []string
	for _, k := range asm.Available() {
		kernels = append(kernels, k.Name)
	}
	return [][2]string{
		{"fashion", buildVersion()},
		{"Go", fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)},
		{"CPU", orUnknown(cpu.Name)},
		{"features", orUnknown(strings.Join(cpu.Features, " "))},
		{"caches", fmt.Sprintf("L1 %s, L2 %s, L3 %s", byteSize(cpu.L1), byteSize(cpu.L2), byteSize(cpu.L3))},
		{"kernels available", strings.Join(kernels, ", ")},
		{"kernels chosen", m.kernels.Name},
		{"workers", fmt.Sprint(m.workers)},
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// byteSize prints the size of a cache.
func byteSize(n int) string {
	switch {
	case n <= 0:
		return "unknown"
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}

// buildVersion is the version of the module with the commit that it was built
// from.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		version += " " + revision[:min(12, len(revision))]
		if settings["vcs.modified"] == "true" {
			version += " with changes"
		}
	}
	if tags := settings["-tags"]; tags != "" {
		version += " -tags " + tags
	}
	return version
}
