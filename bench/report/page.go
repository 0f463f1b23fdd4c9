package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// sortWorks orders pieces of work by their words, numbers by size, without doubles.
func sortWorks(all []string) []string {
	slices.SortFunc(all, func(a, b string) int {
		x, y := strings.Fields(a), strings.Fields(b)
		for i := range min(len(x), len(y)) {
			n, e1 := strconv.Atoi(x[i])
			k, e2 := strconv.Atoi(y[i])
			if e1 == nil && e2 == nil && n != k {
				return n - k
			}
			if x[i] != y[i] {
				return strings.Compare(x[i], y[i])
			}
		}
		return len(x) - len(y)
	})
	return slices.Compact(all)
}

// title says what a piece of work is.
func title(work string) string {
	w := strings.Fields(work)
	switch w[0] {
	case "train":
		n, _ := strconv.Atoi(w[3])
		return fmt.Sprintf("784-%s-10, ReLU, Adam, batch %s: one epoch over %s samples", w[1], w[2], thousands(n))
	case "rows":
		if w[2] == "1" {
			return fmt.Sprintf("Inference of one row, 784-%s-10", w[1])
		}
		n, _ := strconv.Atoi(w[2])
		return fmt.Sprintf("Inference of %s rows, 784-%s-10", thousands(n), w[1])
	}
	return fmt.Sprintf("%s of %s numbers", w[1], w[2])
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// benchmarks returns docs/benchmarks.md.
func benchmarks(machines []*machine) string {
	var b strings.Builder
	b.WriteString(`# Benchmarks

<!-- Made by go run ./bench/report from bench/results: edit neither by hand. -->

Every table comes from one run in which the contestants take turns, the median of its rounds; every result is checked. Versions,
settings and method are in [bench/peers](../bench/peers/README.md), raw results in [bench/results](../bench/results). On a shared host
a noisy neighbor can cost a third of a core: compare numbers within one table, and prefer ratios. A figure belongs to the commit that
its machine names.

`)
	for _, m := range machines {
		m.section(&b)
	}
	return b.String()
}

func (m *machine) section(b *strings.Builder) {
	fmt.Fprintf(b, "## %s\n\nMachine: %s. Commit %s. Commands: %s. %s\n\n", m.Name, m.CPU, m.Commit, m.Command, m.Note)
	var peers []string
	for _, family := range slices.Sorted(maps.Keys(m.versions)) {
		if v := m.versions[family]; !slices.Contains(peers, v) {
			peers = append(peers, v)
		}
	}
	if len(peers) > 0 {
		fmt.Fprintf(b, "Versions: %s.\n\n", strings.Join(peers, "; "))
	}
	for _, kind := range []string{"train ", "rows ", "map "} {
		for _, work := range m.works(kind) {
			fmt.Fprintf(b, "### %s\n\n", title(work))
			if work == "train 100 32 48000" {
				fmt.Fprintf(b, "![%s](img/%s)\n\n", title(work), m.image("epochs"))
			}
			b.WriteString(m.table(work) + "\n")
		}
	}
	if len(m.works("sgemm ")) == 0 {
		return
	}
	for _, isa := range []string{"avx512", "avx2"} {
		fmt.Fprintf(b, "### Row-major Sgemm, GFLOP/s, %s\n\n![GFLOP/s over size](img/%s)\n\n%s\n", kernels[isa], m.image("sgemm-"+isa), m.products(isa))
	}
}

// image is the name of a picture of this machine.
func (m *machine) image(what string) string {
	return what + "-" + m.dir[strings.LastIndexByte(m.dir, '/')+1:] + ".svg"
}

// images returns the pictures of docs/img.
func (m *machine) images() map[string]string {
	all := map[string]string{}
	if len(m.works("train 100 32 ")) > 0 {
		all[m.image("epochs")] = m.epochChart(12)
	}
	if len(m.works("sgemm ")) > 0 {
		for _, isa := range []string{"avx512", "avx2"} {
			all[m.image("sgemm-"+isa)] = m.productChart(isa)
		}
	}
	return all
}

// speed returns the README's table of speed: six rows, two threads, the first machine.
func (m *machine) speed() string {
	var b strings.Builder
	b.WriteString("| | Weft | fastest peer | |\n| --- | ---: | --- | ---: |\n")
	for _, r := range []struct {
		what, work string
		threads    int
	}{
		{"Epoch of 784-100-10, batch 32", "train 100 32 48000", 2},
		{"Epoch of 784-100-10, batch 128", "train 100 128 48000", 2},
		{"Epoch of 784-100-10, batch 2048", "train 100 2048 47104", 2},
		{"Epoch of 784-1024-1024-10, batch 128, 11,904 samples", "train 1024-1024 128 11904", 2},
		{"Inference of one row (one thread)", "rows 100 1", 1},
		{"Inference of 12,000 rows", "rows 100 12000", 2},
	} {
		weft, _ := m.median(key{r.work, "Weft", "avx512", r.threads})
		label, peer := m.fastestPeer(r.work, r.threads)
		fmt.Fprintf(&b, "| %s | %s | %s, %s | %s× |\n", r.what, seconds(weft), seconds(peer), label, ratio(peer, weft))
	}
	return b.String()
}
