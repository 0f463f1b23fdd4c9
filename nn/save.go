package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"

	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"
)

// A saved model is
//
//	8 bytes  "WEFTNN\x00\x01", the last one the version
//	4 bytes  length of the header, little-endian
//	header   JSON: savedModel
//	tensors  float32 little-endian, the header says how many: layer by layer the
//	         parameters in Keras's order and shapes, row-major, then for each slot of
//	         the optimizer the same again for those that are trained
//	32 bytes SHA-256 of all that comes before
//
// It does not depend on the platform, the kernels or the number of workers.
const saveMagic = "WEFTNN\x00\x01"

const maxHeader = 1 << 20

// savedModel is the header of a saved model.
type savedModel struct {
	Name      string             `json:"name"`
	Input     []int              `json:"input"`
	Layers    []json.RawMessage  `json:"layers"`
	Floats    int                `json:"floats"` // in all tensors
	Loss      string             `json:"loss,omitempty"`
	Seed      uint64             `json:"seed,omitempty"`
	Steps     int                `json:"steps,omitempty"`  // of the optimizer so far
	Epochs    int                `json:"epochs,omitempty"` // trained so far
	Optimizer string             `json:"optimizer,omitempty"`
	Rates     map[string]float64 `json:"hyperparameters,omitempty"`
	Schedule  *savedSchedule     `json:"schedule,omitempty"` // of the learning rate
	Slots     int                `json:"slots,omitempty"`    // tensors of the optimizer follow
	Position  *position          `json:"position,omitempty"` // of a Fit that was stopped inside an epoch
}

// savedSchedule is a learning-rate schedule in the header.
type savedSchedule struct {
	Name   string               `json:"name"`
	Config map[string][]float64 `json:"config"`
}

// Save writes architecture, weights and, once the model has been trained, the state of
// the optimizer and the position inside an epoch where a Fit was stopped, so that a
// loaded model goes on training as if it had never stopped. A callback may call it
// after any step. A model with a NaN or infinite number is refused, see [Sequential.SaveAny].
// Metrics are not saved.
func (m *Sequential) Save(w io.Writer) error { return m.save(w, true) }

// SaveAny is Save for a model that may have NaN or infinite numbers.
func (m *Sequential) SaveAny(w io.Writer) error { return m.save(w, false) }

func (m *Sequential) save(w io.Writer, finite bool) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.err != nil {
		return m.err
	}
	if m.stage != filled {
		return fmt.Errorf("nn: model %q has no weights yet to save: call Compile first", m.name)
	}
	if finite {
		if err := m.checkFinite(); err != nil {
			return err
		}
	}
	s, err := m.header()
	if err != nil {
		return err
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
	if err := m.tensors(s.Slots, func(p *engine.Param, x []float32) error { return writeFloats(out, p.Keras(x)) }); err != nil {
		return err
	}
	_, err = w.Write(hash.Sum(nil))
	return err
}

// checkFinite returns an error that names the first parameter that is not finite.
func (m *Sequential) checkFinite() error {
	for _, p := range m.params {
		for _, x := range append([][]float32{p.Data}, p.Slots...) {
			for _, v := range x {
				if math.Abs(float64(v)) > math.MaxFloat32 || v != v {
					return fmt.Errorf("nn: model %q is not saved: %s of layer %q holds %v; go back to an earlier model, or save it all the same with SaveAny", m.name, p.Name, m.names[p.Layer], v)
				}
			}
		}
	}
	return nil
}

// tensors calls f for each tensor of a saved model, in order.
func (m *Sequential) tensors(slots int, f func(p *engine.Param, x []float32) error) error {
	for first := 0; first < len(m.params); {
		end := first
		for end < len(m.params) && m.params[end].Layer == m.params[first].Layer {
			end++
		}
		for slot := -1; slot < slots; slot++ {
			for _, p := range m.params[first:end] {
				x := p.Data
				if slot >= 0 {
					if !p.Trained {
						continue
					}
					x = p.Slots[slot]
				}
				if err := f(p, x); err != nil {
					return err
				}
			}
		}
		first = end
	}
	return nil
}

// savedFloats returns how many numbers a saved model has.
func savedFloats(params []*engine.Param, slots int) int64 {
	n := int64(0)
	for _, p := range params {
		n += int64(p.Size())
		if p.Trained {
			n += int64(p.Size()) * int64(slots)
		}
	}
	return n
}

// header returns the header of the saved model.
func (m *Sequential) header() (*savedModel, error) {
	s := &savedModel{Name: m.name, Input: m.input}
	for i, l := range m.layers {
		b, err := layers.Marshal(l, m.names[i])
		if err != nil {
			return nil, fmt.Errorf("nn: model %q cannot be saved: %w", m.name, err)
		}
		s.Layers = append(s.Layers, b)
	}
	if t := m.training; t != nil {
		s.Loss, s.Seed, s.Steps, s.Epochs = t.loss.Name(), t.seed, t.steps, m.epochs
		s.Optimizer, s.Rates = t.optimizer.Name(), t.optimizer.Config()
		if t.schedule != nil {
			s.Schedule = &savedSchedule{t.schedule.Name(), t.schedule.Config()}
		}
		for _, p := range m.params {
			s.Slots = max(s.Slots, len(p.Slots))
		}
		if t.position.Step > 0 {
			s.Position = &t.position
		}
		if err := m.checkSaved(t); err != nil {
			return nil, err
		}
	}
	s.Floats = int(savedFloats(m.params, s.Slots))
	return s, nil
}

// checkSaved refuses an optimizer or a loss that Load would not make again.
func (m *Sequential) checkSaved(t *training) error {
	if o, err := optim.FromConfig(t.optimizer.Name(), t.optimizer.Config()); err != nil {
		return fmt.Errorf("nn: the optimizer of model %q cannot be saved: %w", m.name, err)
	} else if !reflect.DeepEqual(o, t.optimizer) {
		return fmt.Errorf("nn: the optimizer of model %q, a %T, cannot be saved: Load would go on with a %T", m.name, t.optimizer, o)
	}
	if t.schedule != nil {
		if o, err := optim.ScheduleFromConfig(t.schedule.Name(), t.schedule.Config()); err != nil {
			return fmt.Errorf("nn: the schedule of model %q cannot be saved: %w", m.name, err)
		} else if !reflect.DeepEqual(o, t.schedule) {
			return fmt.Errorf("nn: the schedule of model %q, a %T, cannot be saved: Load would go on with a %T", m.name, t.schedule, o)
		}
	}
	if l, err := losses.ByName(t.loss.Name()); err != nil {
		return fmt.Errorf("nn: the loss of model %q cannot be saved: %w", m.name, err)
	} else if !reflect.DeepEqual(l, t.loss) {
		return fmt.Errorf("nn: the loss of model %q, a %T, cannot be saved: Load would go on with a %T", m.name, t.loss, l)
	}
	return nil
}
