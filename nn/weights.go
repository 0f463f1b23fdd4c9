package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"weft/nn/internal/engine"
)

// Weight is one tensor of a model in Keras's shape, row-major: a kernel [in, out], a
// bias [out], …
type Weight = engine.Weight

// Weights returns a copy of the parameters in layer order, as Keras orders those of a
// layer: none before Build, zeros before Compile.
func (m *Sequential) Weights() []Weight {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var all []Weight
	for _, p := range m.params {
		all = append(all, p.Weight(m.names[p.Layer]))
	}
	return all
}

// SetWeights replaces the parameters by others of the same shapes, in the order of
// Weights. Nothing is changed where one does not fit.
func (m *Sequential) SetWeights(weights []Weight) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stage == open {
		return fmt.Errorf("nn: model %q is not built: call Build first", m.name)
	}
	if len(weights) != len(m.params) {
		return fmt.Errorf("nn: %d tensors for model %q, which has %d", len(weights), m.name, len(m.params))
	}
	for i, p := range m.params {
		if w := weights[i]; len(w.Data) != p.Size() || !slices.Equal(w.Shape, p.Shape) {
			return fmt.Errorf("nn: tensor %d (%s) has shape %v and %d numbers, %s of layer %q takes %v", i, w.Name, w.Shape, len(w.Data), p.Name, m.names[p.Layer], p.Shape)
		}
	}
	for i, p := range m.params {
		p.Layout.FromKeras(p.Data, weights[i].Data)
	}
	m.stage = filled
	return nil
}

// SHA256 returns the hash of all parameters in layer order as Keras shapes them,
// row-major, float32 little-endian, every NaN taken as 0x7fc00000. It does not depend
// on how the model keeps them. It is that of what Weights returns.
func (m *Sequential) SHA256() [32]byte {
	h := sha256.New()
	for _, w := range m.Weights() {
		writeFloats(h, w.Data) // a hash returns no error
	}
	return [32]byte(h.Sum(nil))
}

// writeFloats writes float32 little-endian, NaN as 0x7fc00000.
func writeFloats(w io.Writer, x []float32) error {
	buf := make([]byte, 0, 1<<16)
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

// readFloats fills x with float32 little-endian from r.
func readFloats(r io.Reader, x []float32) error {
	buf := make([]byte, min(4*len(x), 1<<16))
	for len(x) > 0 {
		n := min(len(x), len(buf)/4)
		if _, err := io.ReadFull(r, buf[:4*n]); err != nil {
			return err
		}
		for i := range n {
			x[i] = math.Float32frombits(binary.LittleEndian.Uint32(buf[4*i:]))
		}
		x = x[n:]
	}
	return nil
}
