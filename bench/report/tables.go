package main

import (
	"fmt"
	"math"
	"strings"
)

// seconds prints a time in the unit that suits it, three digits.
func seconds(s float64) string {
	for _, u := range []struct {
		name  string
		scale float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}} {
		if s >= u.scale {
			return digits(s/u.scale) + " " + u.name
		}
	}
	return digits(s*1e9) + " ns"
}

// digits prints three significant digits without an exponent.
func digits(v float64) string {
	n := 2 - int(math.Floor(math.Log10(v)))
	return fmt.Sprintf("%.*f", max(0, n), v)
}

// kernels is how a table calls a set of Weft's.
var kernels = map[string]string{"avx512": "AVX-512", "avx2": "AVX2", "generic": "pure Go", "neon": "NEON"}

// name returns a contestant's name in a table, bold for Weft.
func (c contestant) name() string {
	if c.label == "Weft" {
		return "**Weft, " + kernels[c.isa] + "**"
	}
	return c.label
}

// ratio returns how many times Weft's time a time is.
func ratio(s, weft float64) string { return fmt.Sprintf("%.2f", s/weft) }

// table prints the contestants of a piece of work with one and two threads, next to
// Weft's fastest set.
func (m *machine) table(work string) string {
	var b strings.Builder
	b.WriteString("| | 1 thread | × Weft | 2 threads | × Weft |\n| --- | ---: | ---: | ---: | ---: |\n")
	weft := map[int]float64{}
	for _, c := range m.contestants(work, 1, 2) {
		for threads := 1; threads <= 2; threads++ {
			if s, ok := m.median(key{work, c.label, c.isa, threads}); ok && c.label == "Weft" && (weft[threads] == 0 || s < weft[threads]) {
				weft[threads] = s
			}
		}
	}
	for _, c := range m.contestants(work, 1, 2) {
		if c.label != "Weft" && c.isa == "avx2" {
			continue // a peer that was held to AVX2
		}
		row := []string{c.name()}
		for threads := 1; threads <= 2; threads++ {
			if s, ok := m.median(key{work, c.label, c.isa, threads}); ok {
				row = append(row, seconds(s), ratio(s, weft[threads]))
			} else {
				row = append(row, "–", "")
			}
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	return b.String()
}

// products prints row-major Sgemm, GFLOP/s, next to the best library for each shape.
func (m *machine) products(isa string) string {
	var b strings.Builder
	b.WriteString("| shape m×n×k | 1 thread | best library | ratio | 2 threads | best library | ratio |\n| --- | ---: | --- | ---: | ---: | --- | ---: |\n")
	logs, n := [3]float64{}, [3]int{}
	for _, work := range m.works("sgemm ") {
		var shape string
		var sizes [3]float64
		if _, err := fmt.Sscanf(work, "sgemm %s %f %f %f", &shape, &sizes[0], &sizes[1], &sizes[2]); err != nil {
			continue
		}
		flops := 2 * sizes[0] * sizes[1] * sizes[2]
		row := []string{fmt.Sprintf("%s %g×%g×%g", shape, sizes[0], sizes[1], sizes[2])}
		for threads := 1; threads <= 2; threads++ {
			weft, ok := m.median(key{work, "Weft", isa, threads})
			label, peer := m.bestLibrary(work, isa, threads)
			if !ok || label == "" {
				row = append(row, "–", "–", "")
				continue
			}
			row = append(row, fmt.Sprintf("%.0f", flops/weft/1e9), fmt.Sprintf("%s %.0f", label, flops/peer/1e9), ratio(peer, weft))
			logs[threads] += math.Log(peer / weft)
			n[threads]++
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	fmt.Fprintf(&b, "| geometric mean | | | %.2f | | | %.2f |\n", math.Exp(logs[1]/float64(n[1])), math.Exp(logs[2]/float64(n[2])))
	return b.String()
}

// bestLibrary returns the fastest of the others with the instruction set.
func (m *machine) bestLibrary(work, isa string, threads int) (label string, best float64) {
	for _, c := range m.contestants(work, threads) {
		if s, ok := m.median(key{work, c.label, c.isa, threads}); ok && c.label != "Weft" && c.isa == isa {
			return c.label, s
		}
	}
	return "", 0
}

// works returns the pieces of work that begin with prefix, in the order of the runs.
func (m *machine) works(prefix string) []string {
	var all []string
	for k := range m.results {
		if strings.HasPrefix(k.Work, prefix) {
			all = append(all, k.Work)
		}
	}
	return sortWorks(all)
}
