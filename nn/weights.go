package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"weft/asm"
)

// Weight is one tensor of a model in Keras's shape: a kernel [in, out] or a
// bias [out], row-major.
type Weight struct {
	Name  string // layer/kernel or layer/bias
	Shape []int
	Data  []float32
}

// Weights returns a copy of the parameters in layer order, kernel before bias: none
// before Build, zeros before Compile.
func (m *Sequential) Weights() []Weight {
	var all []Weight
	for _, p := range m.params {
		name := m.layers[p.layer].name()
		all = append(all,
			Weight{name + "/kernel", []int{p.in, p.out}, p.keras(p.w)},
			Weight{name + "/bias", []int{p.out}, append([]float32(nil), p.b...)})
	}
	return all
}

// SetWeights replaces the parameters by others of the same shapes, in the order
// of Weights. Nothing is changed where one does not fit.
func (m *Sequential) SetWeights(weights []Weight) error {
	if m.shapes == nil {
		return fmt.Errorf("nn: model %q is not built: call Build first", m.name)
	}
	if len(weights) != 2*len(m.params) {
		return fmt.Errorf("nn: %d tensors for model %q, which has %d", len(weights), m.name, 2*len(m.params))
	}
	for i, p := range m.params {
		for j, want := range [2]int{p.in * p.out, p.out} {
			if w := weights[2*i+j]; len(w.Data) != want || product(w.Shape) != want || len(w.Shape) != 2-j || w.Shape[1-j] != p.out {
				return fmt.Errorf("nn: tensor %d (%s) has shape %v and %d numbers, layer %q takes [%d %d] and [%d]", 2*i+j, w.Name, w.Shape, len(w.Data), m.layers[p.layer].name(), p.in, p.out, p.out)
			}
		}
	}
	for i, p := range m.params {
		p.setKeras(p.w, weights[2*i].Data)
		copy(p.b, weights[2*i+1].Data)
	}
	m.fresh = false
	return nil
}

// at returns the index of the weight of unit u and input i.
func (p *parameters) at(u, i int) int {
	r := p.run(u, p.out)
	return r.at + i/asm.PanelWidth*r.stride + i%asm.PanelWidth
}

// keras returns weights, or a slot of theirs, as [in][out].
func (p *parameters) keras(w []float32) []float32 {
	k := make([]float32, p.in*p.out)
	for u := range p.out {
		r := p.run(u, p.out)
		for i := range p.in {
			k[i*p.out+u] = w[r.at+i/asm.PanelWidth*r.stride+i%asm.PanelWidth]
		}
	}
	return k
}

// setKeras writes [in][out] weights to w.
func (p *parameters) setKeras(w, k []float32) {
	for u := range p.out {
		r := p.run(u, p.out)
		for i := range p.in {
			w[r.at+i/asm.PanelWidth*r.stride+i%asm.PanelWidth] = k[i*p.out+u]
		}
	}
}

// SHA256 returns the hash of all parameters in layer order as Keras shapes them,
// [in, out] row-major, float32 little-endian, every NaN taken as 0x7fc00000. It
// does not depend on how the model keeps them. It is that of what Weights returns.
func (m *Sequential) SHA256() [32]byte {
	h := sha256.New()
	for _, w := range m.Weights() {
		writeFloats(h, w.Data) // a hash returns no error
	}
	return [32]byte(h.Sum(nil))
}

// writeFloats writes float32 little-endian, NaN as 0x7fc00000.
func writeFloats(w io.Writer, x []float32) error {
	buf := make([]byte, 0, 4096)
	for len(x) > 0 {
		n := min(len(x), cap(buf)/4)
		buf = buf[:0]
		for _, v := range x[:n] {
			bits := math.Float32bits(v)
			if v != v {
				bits = 0x7fc00000
			}
			buf = binary.LittleEndian.AppendUint32(buf, bits)
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		x = x[n:]
	}
	return nil
}
