package asm

import (
	"fmt"
	"testing"
)

// BenchmarkFunctions times the kernels on slices, 4096 floats each, which stay
// in L1 where there are two of them and in L2 otherwise.
func BenchmarkFunctions(b *testing.B) {
	const n = 4096
	for _, e := range elementwiseKernels {
		for _, k := range Available() {
			b.Run(fmt.Sprintf("kernel=%s/kernels=%s", e.kernel, k.Name), func(b *testing.B) {
				s := make([][]float32, e.slices)
				for i := range s {
					how := moderate
					if i > 0 && len(e.fills) > 0 {
						how = e.fills[min(i, len(e.fills))-1]
					}
					if e.kernel == "Log" {
						how = positive
					}
					s[i] = how.values(random(i), Aligned(n))
				}
				for b.Loop() {
					e.call(k, s)
				}
				perElement(b, n)
			})
		}
	}
}

// BenchmarkPanels times the kernels on panels: 100 features or 10 classes of 32
// samples, 784 pixels.
func BenchmarkPanels(b *testing.B) {
	const features, classes, pixels = 100, 10, 784
	z := moderate.values(random(1), Aligned(pixels*PanelWidth))
	p, loss, sums := Aligned(pixels*PanelWidth), Aligned(PanelWidth), Aligned(features)
	labels, rows := make([]int32, PanelWidth), make([]int32, PanelWidth)
	images := make([]uint8, 1000*pixels)
	r := random(2)
	for i := range images {
		images[i] = uint8(r.Uint32())
	}
	for i := range rows {
		rows[i], labels[i] = int32(r.IntN(1000)), int32(r.IntN(classes))
	}
	for _, c := range []struct {
		kernel   string
		elements int
		call     func(k *Kernels)
	}{
		{"SoftmaxPanel", classes * PanelWidth, func(k *Kernels) { k.SoftmaxPanel(p, z, classes, PanelWidth) }},
		{"CrossEntropyPanel", classes * PanelWidth, func(k *Kernels) {
			k.CrossEntropyPanel(p, z, classes, PanelWidth, labels, filled(PanelWidth, 1.0/32), loss)
		}},
		{"SumSamples", features * PanelWidth, func(k *Kernels) { k.SumSamples(sums, z, 1, 0) }},
		{"Gather", pixels * PanelWidth, func(k *Kernels) { k.Gather(p, images, pixels, rows, PanelWidth) }},
		{"GatherRows", PanelWidth * PanelWidth, func(k *Kernels) { k.GatherRows(z, images, pixels, 64, PanelWidth, rows) }},
		{"PanelFromRows", features * PanelWidth, func(k *Kernels) { k.PanelFromRows(p, z, features, PanelWidth, features, PanelWidth) }},
		{"RowsFromPanel", features * PanelWidth, func(k *Kernels) { k.RowsFromPanel(p, features, z, PanelWidth, features) }},
	} {
		for _, k := range Available() {
			b.Run(fmt.Sprintf("kernel=%s/kernels=%s", c.kernel, k.Name), func(b *testing.B) {
				for b.Loop() {
					c.call(k)
				}
				perElement(b, c.elements)
			})
		}
	}
}

// perElement reports the time for one of n elements.
func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}
