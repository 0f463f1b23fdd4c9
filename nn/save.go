package nn

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"

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

// mostTrained is the most steps or epochs of a model that is loaded, so that they can
// be counted further.
const mostTrained = math.MaxInt / 2

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
	Slots     int                `json:"slots,omitempty"`    // tensors of the optimizer follow
	Position  *position          `json:"position,omitempty"` // of a Fit that was stopped inside an epoch
}

// Save writes architecture, weights and, once the model has been trained, the
// state of the optimizer and the place inside an epoch where a Fit was stopped,
// so that a loaded model goes on training as if it had never stopped. A callback
// may call it after any step.
func (m *Sequential) Save(w io.Writer) error {
	if m.err != nil {
		return m.err
	}
	if m.shapes == nil || m.fresh {
		return fmt.Errorf("nn: model %q has no weights yet to save: call Compile first", m.name)
	}
	s := m.header()
	if m.compiled {
		if o, err := optim.FromConfig(s.Optimizer, s.Rates); err != nil {
			return fmt.Errorf("nn: the optimizer of model %q cannot be saved: %w", m.name, err)
		} else if !reflect.DeepEqual(o, m.optimizer) {
			return fmt.Errorf("nn: the optimizer of model %q, a %T, cannot be saved: Load would go on with a %T", m.name, m.optimizer, o)
		}
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

// header returns the header of the saved model.
func (m *Sequential) header() savedModel {
	s := savedModel{Name: m.name, Input: m.input}
	for _, l := range m.layers {
		s.Layers = append(s.Layers, l.config())
	}
	if m.compiled {
		s.Loss, s.Seed, s.Steps, s.Epochs = m.loss.String(), m.seed, m.steps, m.epochs
		s.Optimizer, s.Rates = m.optimizer.Name(), m.optimizer.Config()
		if m.params[0].ws[0] != nil {
			s.Slots = len(m.optimizer.Slots())
		}
		if m.position.Step > 0 {
			s.Position = &m.position
		}
	}
	for _, p := range m.params {
		s.Floats += p.out * (p.in + 1) * (1 + s.Slots)
	}
	return s
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
// the best kernels and all processors; SetResources changes that, Compile
// starts the optimizer anew.
func Load(r io.Reader) (*Sequential, error) {
	hash := sha256.New()
	in := io.TeeReader(r, hash)
	start := make([]byte, len(saveMagic)+4)
	if _, err := io.ReadFull(in, start); err != nil {
		return nil, fmt.Errorf("nn: a saved model begins with %d bytes: %w", len(start), unexpected(err))
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
		return nil, fmt.Errorf("nn: the saved model ends inside its header: %w", unexpected(err))
	}
	var s savedModel
	if err := json.Unmarshal(header, &s); err != nil {
		return nil, fmt.Errorf("nn: the header of the saved model: %w", err)
	}
	m, c, err := s.model()
	if err != nil {
		return nil, err
	}
	// The tensors are read before there is memory for the model: a damaged
	// header cannot ask for more than the file holds.
	var tensors bytes.Buffer
	if n, err := io.CopyN(&tensors, in, 4*int64(s.Floats)); err != nil {
		return nil, fmt.Errorf("nn: the saved model ends after %d of %d bytes of its tensors: %w", n, 4*int64(s.Floats), unexpected(err))
	}
	want := hash.Sum(nil)
	sum := make([]byte, sha256.Size)
	if _, err := io.ReadFull(r, sum); err != nil {
		return nil, fmt.Errorf("nn: the saved model ends before its checksum: %w", unexpected(err))
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
	if err := m.restore(&s, c, tensors.Bytes()); err != nil {
		return nil, err
	}
	// Whatever else the header says is not what Save writes: unknown, doubled or
	// contradicting fields.
	if again, err := json.Marshal(m.header()); err != nil || !bytes.Equal(again, header) {
		return nil, fmt.Errorf("nn: the header of the saved model is not as Weft writes it: the file is damaged")
	}
	return m, nil
}

// unexpected names the end of a file that is too short.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// model makes the model of a header, without memory for its tensors, and the
// configuration that compiles it, nil for none. It checks that the layers have
// as many numbers as the header says.
func (s *savedModel) model() (*Sequential, *Config, error) {
	if s.Name == "" {
		return nil, nil, fmt.Errorf("nn: the saved model has no name: the file is damaged")
	}
	m := NewSequential(s.Name, Input(s.Input...))
	for _, c := range s.Layers {
		if c.Name == "" {
			return nil, nil, fmt.Errorf("nn: a layer of the saved model has no name: the file is damaged")
		}
		l, err := c.layer()
		if err != nil {
			return nil, nil, err
		}
		if m.Add(l); m.err != nil {
			return nil, nil, m.err
		}
	}
	if m.err != nil { // of the name, or the input
		return nil, nil, m.err
	}
	o, err := m.outline(nil)
	if err != nil {
		return nil, nil, err
	}
	var config *Config
	slots := 0
	if s.Optimizer != "" {
		config = &Config{Seed: s.Seed}
		if config.Optimizer, err = optim.FromConfig(s.Optimizer, s.Rates); err != nil {
			return nil, nil, fmt.Errorf("nn: the optimizer of the saved model: %w", err)
		}
		if config.Loss, err = LossByName(s.Loss); err != nil {
			return nil, nil, err
		}
		slots = len(config.Optimizer.Slots())
	}
	if s.Slots != 0 && s.Slots != slots || s.Steps < 0 || s.Steps > mostTrained || s.Epochs < 0 || s.Epochs > mostTrained {
		return nil, nil, fmt.Errorf("nn: the saved model has %d optimizer slots, %d steps and %d epochs for the optimizer %q: the file is damaged", s.Slots, s.Steps, s.Epochs, s.Optimizer)
	}
	if want := int64(o.floats) * int64(1+s.Slots); int64(s.Floats) != want {
		return nil, nil, fmt.Errorf("nn: the saved model says %d numbers, its layers have %d: the file is damaged", s.Floats, want)
	}
	return m, config, nil
}

// restore builds and compiles a loaded model and fills it with its tensors.
func (m *Sequential) restore(s *savedModel, c *Config, tensors []byte) error {
	if err := m.Build(); err != nil {
		return err
	}
	m.fresh = false // nothing is drawn
	if c != nil {
		if err := m.Compile(*c); err != nil {
			return err
		}
		m.steps, m.epochs = s.Steps, s.Epochs
		if s.Position != nil {
			m.position = *s.Position
			if err := m.position.check(m.loss, m.outputs, m.steps); err != nil {
				return err
			}
		}
		if s.Slots > 0 {
			m.makeSlots()
		}
	}
	for _, p := range m.params {
		tensors = p.read(tensors, s.Slots)
	}
	return nil
}

// read takes the tensors of one layer from the front of b and returns the rest.
func (p *parameters) read(b []byte, slots int) []byte {
	k := make([]float32, p.in*p.out)
	for i := -1; i < slots; i++ {
		weights, biases := p.w, p.b
		if i >= 0 {
			weights, biases = p.ws[i], p.bs[i]
		}
		b = readFloats(k, b)
		p.setKeras(weights, k)
		b = readFloats(biases, b)
	}
	return b
}

// readFloats fills x with float32 little-endian from the front of b and returns
// the rest.
func readFloats(x []float32, b []byte) []byte {
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return b[4*len(x):]
}
