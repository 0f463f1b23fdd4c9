package nn

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"weft/optim"
)

// A saved model is
//
//	8 bytes  "WEFTNN\x00\x01", the last one the version
//	4 bytes  length of the header, little-endian
//	header   JSON: savedModel
//	tensors  float32 little-endian, the header tells how many: for each Dense
//	         layer kernel [in, out] and bias [out], then for each slot of the
//	         optimizer the same again
//	32 bytes SHA-256 of all that comes before
//
// It does not depend on the platform, the kernels or the number of workers.
const saveMagic = "WEFTNN\x00\x01"

const maxHeader = 1 << 20

// savedModel is the header of a saved model.
type savedModel struct {
	Name      string             `json:"name"`
	Input     []int              `json:"input"`
	Layers    []layerConfig      `json:"layers"`
	Floats    int                `json:"floats"` // in all tensors
	Loss      string             `json:"loss,omitempty"`
	Seed      uint64             `json:"seed,omitempty"`
	Steps     int                `json:"steps,omitempty"`  // of the optimizer so far
	Epochs    int                `json:"epochs,omitempty"` // trained so far
	Optimizer string             `json:"optimizer,omitempty"`
	Rates     map[string]float64 `json:"hyperparameters,omitempty"`
	Slots     int                `json:"slots,omitempty"` // tensors of the optimizer follow
}

// Save writes architecture, weights and, once the model has been trained, the
// state of the optimizer, so that a loaded model goes on training as if it had
// never stopped.
func (m *Sequential) Save(w io.Writer) error {
	if m.err != nil {
		return m.err
	}
	if m.shapes == nil || m.fresh {
		return fmt.Errorf("nn: model %q has no weights yet to save: call Compile first", m.name)
	}
	s := savedModel{Name: m.name, Input: m.input}
	for _, l := range m.layers {
		s.Layers = append(s.Layers, l.config())
	}
	if m.compiled {
		s.Loss, s.Seed, s.Steps, s.Epochs = m.loss.String(), m.seed, m.steps, m.epochs
		s.Optimizer, s.Rates = m.optimizer.Name(), m.optimizer.Config()
		if m.params[0].ws[0] != nil {
			s.Slots = m.optimizer.Slots()
		}
	}
	for _, p := range m.params {
		s.Floats += p.out * (p.in + 1) * (1 + s.Slots)
	}
	header, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("nn: the header of model %q: %w", m.name, err)
	}
	if len(header) > maxHeader {
		return fmt.Errorf("nn: the header of model %q has %d bytes, at most %d can be read again: shorten the names", m.name, len(header), maxHeader)
	}
	hash := sha256.New()
	out := io.MultiWriter(w, hash)
	if _, err := out.Write(binary.LittleEndian.AppendUint32([]byte(saveMagic), uint32(len(header)))); err != nil {
		return err
	}
	if _, err := out.Write(header); err != nil {
		return err
	}
	for _, p := range m.params {
		if err := p.write(out, s.Slots); err != nil {
			return err
		}
	}
	_, err = w.Write(hash.Sum(nil))
	return err
}

// write writes the tensors of one layer.
func (p *parameters) write(w io.Writer, slots int) error {
	tensors := [][]float32{p.keras(p.w), p.b}
	for i := range slots {
		tensors = append(tensors, p.keras(p.ws[i]), p.bs[i])
	}
	for _, t := range tensors {
		if err := writeFloats(w, t); err != nil {
			return err
		}
	}
	return nil
}

// Load reads a saved model. It takes nothing that Save did not write: a wrong
// magic, version or checksum, an unknown field, missing or trailing bytes are
// errors. A model that was compiled when it was saved is compiled again, with
// the best kernels and all processors; Compile changes that and starts the
// optimizer anew.
func Load(r io.Reader) (*Sequential, error) {
	hash := sha256.New()
	in := io.TeeReader(r, hash)
	start := make([]byte, len(saveMagic)+4)
	if _, err := io.ReadFull(in, start); err != nil {
		return nil, fmt.Errorf("nn: a saved model begins with %d bytes: %w", len(start), err)
	}
	if string(start[:7]) != saveMagic[:7] {
		return nil, fmt.Errorf("nn: this is no model saved by Weft: it begins with %q", start[:7])
	}
	if start[7] != saveMagic[7] {
		return nil, fmt.Errorf("nn: a saved model of version %d, this Weft reads version %d", start[7], saveMagic[7])
	}
	size := binary.LittleEndian.Uint32(start[8:])
	if size > maxHeader {
		return nil, fmt.Errorf("nn: a saved model with a header of %d bytes, at most %d are possible: the file is damaged", size, maxHeader)
	}
	header := make([]byte, size)
	if _, err := io.ReadFull(in, header); err != nil {
		return nil, fmt.Errorf("nn: the saved model ends inside its header: %w", err)
	}
	var s savedModel
	d := json.NewDecoder(bytes.NewReader(header))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("nn: the header of the saved model: %w", err)
	}
	if d.More() {
		return nil, fmt.Errorf("nn: the header of the saved model has text behind its end: the file is damaged")
	}
	m, err := s.model()
	if err != nil {
		return nil, err
	}
	for _, p := range m.params {
		if err := p.read(in, s.Slots); err != nil {
			return nil, fmt.Errorf("nn: the saved model ends inside layer %q: %w", m.layers[p.layer].name(), err)
		}
	}
	want := hash.Sum(nil)
	sum := make([]byte, sha256.Size)
	if _, err := io.ReadFull(r, sum); err != nil {
		return nil, fmt.Errorf("nn: the saved model ends before its checksum: %w", err)
	}
	if !bytes.Equal(sum, want) {
		return nil, fmt.Errorf("nn: the checksum of the saved model is wrong: the file is damaged")
	}
	if n, err := io.ReadFull(r, sum[:1]); n > 0 || err != io.EOF {
		if n > 0 {
			return nil, fmt.Errorf("nn: bytes behind the end of the saved model: the file is damaged")
		}
		return nil, fmt.Errorf("nn: behind the saved model: %w", err)
	}
	m.fresh = false
	return m, nil
}

// maxParameters bounds what a header may ask for: 2³¹ numbers, 8 GB.
const maxParameters = 1 << 31

// model makes the model of a header, with memory for its tensors.
func (s *savedModel) model() (*Sequential, error) {
	layers := []Layer{Input(s.Input...)}
	for _, c := range s.Layers {
		if c.Name == "" {
			return nil, fmt.Errorf("nn: a layer of the saved model has no name: the file is damaged")
		}
		l, err := c.layer()
		if err != nil {
			return nil, err
		}
		if f, ok := l.(flattenLayer); ok {
			f.shape = nil // the input shape stands in the header
			l = f
		}
		layers = append(layers, l)
	}
	name := s.Name
	if name == "" {
		return nil, fmt.Errorf("nn: the saved model has no name: the file is damaged")
	}
	m := NewSequential(name, layers...)
	floats, err := m.countParameters()
	if err != nil {
		return nil, err
	}
	var o optim.Optimizer
	if s.Optimizer != "" {
		if o, err = optim.FromConfig(s.Optimizer, s.Rates); err != nil {
			return nil, fmt.Errorf("nn: the optimizer of the saved model: %w", err)
		}
	}
	if s.Slots != 0 && (o == nil || s.Slots != o.Slots()) || s.Steps < 0 || s.Epochs < 0 {
		return nil, fmt.Errorf("nn: the saved model has %d optimizer slots, %d steps and %d epochs for the optimizer %q: the file is damaged", s.Slots, s.Steps, s.Epochs, s.Optimizer)
	}
	if floats*(1+s.Slots) != s.Floats {
		return nil, fmt.Errorf("nn: the saved model says %d numbers, its layers have %d: the file is damaged", s.Floats, floats*(1+s.Slots))
	}
	if err := m.Build(); err != nil {
		return nil, err
	}
	m.fresh = false
	if o == nil {
		return m, nil
	}
	loss, err := LossByName(s.Loss)
	if err != nil {
		return nil, err
	}
	if err := m.Compile(Config{Optimizer: o, Loss: loss, Seed: s.Seed}); err != nil {
		return nil, err
	}
	m.steps, m.epochs = s.Steps, s.Epochs
	if s.Slots > 0 {
		m.makeSlots()
	}
	return m, nil
}

// countParameters adds up the parameters without making them, so that a damaged
// header cannot ask for memory.
func (m *Sequential) countParameters() (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	shape, total := m.input, 0
	for _, l := range m.layers {
		out, err := l.output(shape)
		if err != nil {
			return 0, fmt.Errorf("nn: layer %q: %w", l.name(), err)
		}
		if len(out) == 0 || out[0] > maxParameters || len(shape) == 1 && shape[0] > maxParameters {
			return 0, fmt.Errorf("nn: layer %q makes shape %v of %v: too large", l.name(), out, shape)
		}
		if l.kind() == "Dense" {
			if total += (shape[0] + 1) * out[0]; total > maxParameters || total < 0 {
				return 0, fmt.Errorf("nn: the model has more than %d parameters", maxParameters)
			}
		}
		shape = out
	}
	return total, nil
}

// read reads the tensors of one layer.
func (p *parameters) read(r io.Reader, slots int) error {
	k := make([]float32, p.in*p.out)
	for i := -1; i < slots; i++ {
		w, b := p.w, p.b
		if i >= 0 {
			w, b = p.ws[i], p.bs[i]
		}
		if err := readFloats(r, k); err != nil {
			return err
		}
		p.setKeras(w, k)
		if err := readFloats(r, b); err != nil {
			return err
		}
	}
	return nil
}

// readFloats fills x with float32 little-endian.
func readFloats(r io.Reader, x []float32) error {
	buf := make([]byte, 4096)
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
