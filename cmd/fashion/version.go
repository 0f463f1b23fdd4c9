package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"weft/asm"
)

func versionCommand() command {
	return command{
		name: "version", summary: "print build, Go, CPU, kernels and workers",
		examples: []string{"fashion version", "WEFT_KERNELS=avx2 fashion version", "fashion version -json"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			m := &machine{}
			m.register(f)
			f.group("Output")
			asJSON := f.Bool("json", false, "")
			f.describe("json", "", "one JSON object on standard output")
			return func(_ context.Context, c *console, args []string) error {
				if err := first(none(args), m.resolve()); err != nil {
					return err
				}
				if *asJSON {
					return line(c.data(), m.versionObject())
				}
				var facts table
				for _, fact := range m.versionFacts() {
					facts.add(fact[0], fact[1])
				}
				_, err := fmt.Fprint(c.stdout, facts)
				return err
			}
		},
	}
}

// versionObject is what fashion version -json says. Sizes are bytes, 0 where they are
// not known.
func (m *machine) versionObject() any {
	cpu := asm.Processor()
	type caches struct {
		L1 int `json:"l1"`
		L2 int `json:"l2"`
		L3 int `json:"l3"`
	}
	return struct {
		Event     string   `json:"event"`
		Version   string   `json:"version"`
		Go        string   `json:"go"`
		OS        string   `json:"os"`
		Arch      string   `json:"arch"`
		CPU       string   `json:"cpu"`
		Features  []string `json:"features"`
		Caches    caches   `json:"caches"`
		Available []string `json:"kernels_available"`
		Kernels   string   `json:"kernels"`
		Workers   int      `json:"workers"`
	}{"version", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, cpu.Name, append([]string{}, cpu.Features...),
		caches{max(0, cpu.L1), max(0, cpu.L2), max(0, cpu.L3)}, availableKernels(), m.kernels.Name, m.workers}
}

// availableKernels returns the names of the kernels that this CPU runs.
func availableKernels() (names []string) {
	for _, k := range asm.Available() {
		names = append(names, k.Name)
	}
	return names
}

// versionFacts lists what fashion version and the report say of the machine.
func (m *machine) versionFacts() [][2]string {
	cpu := asm.Processor()
	return [][2]string{
		{"fashion", buildVersion()},
		{"Go", fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)},
		{"CPU", orUnknown(cpu.Name)},
		{"features", orUnknown(strings.Join(cpu.Features, " "))},
		{"caches", fmt.Sprintf("L1 %s, L2 %s, L3 %s", byteSize(cpu.L1), byteSize(cpu.L2), byteSize(cpu.L3))},
		{"kernels available", strings.Join(availableKernels(), ", ")},
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
