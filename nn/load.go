package nn

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"math"
	"os"

	"weft/nn/internal/engine"
	"weft/nn/layers"
	"weft/nn/losses"
	"weft/optim"
)

// mostTrained is the most steps or epochs of a model that is loaded, so that they can
// be counted further.
const mostTrained = math.MaxInt / 2

// Load reads a saved model. It takes nothing that Save did not write: a wrong magic,
// version or checksum, an unknown field, missing or trailing bytes are errors. A model
// that was compiled when it was saved is compiled again, with the best kernels and all
// processors; SetResources changes that, Compile starts the optimizer anew.
//
// A damaged header cannot ask for more memory than the file holds. A regular file, or
// a [bytes.Reader], is checked for its size first and then read in pieces; anything
// else is kept until it has been read whole.
func Load(r io.Reader) (*Sequential, error) {
	l := &loader{r: r, sum: sha256.New()}
	l.in = io.TeeReader(r, l.sum)
	s, header, err := l.header()
	if err != nil {
		return nil, err
	}
	m, options, err := s.model()
	if err != nil {
		return nil, err
	}
	if err := l.hold(4 * int64(s.Floats)); err != nil {
		return nil, err
	}
	if err := m.restore(s, options, l.in); err != nil {
		return nil, err
	}
	if err := l.end(); err != nil {
		return nil, err
	}
	// Whatever else the header says is not what Save writes: unknown, doubled or
	// contradicting fields.
	saved, err := m.header()
	if err != nil {
		return nil, err
	}
	if again, err := json.Marshal(saved); err != nil || !bytes.Equal(again, header) {
		return nil, fmt.Errorf("nn: the header of the saved model is not as Weft writes it: the file is damaged")
	}
	return m, nil
}

// loader reads a saved model from front to end.
type loader struct {
	r   io.Reader
	in  io.Reader // r, hashed
	sum hash.Hash
}

// header reads all before the tensors.
func (l *loader) header() (*savedModel, []byte, error) {
	start := make([]byte, len(saveMagic)+4)
	if _, err := io.ReadFull(l.in, start); err != nil {
		return nil, nil, fmt.Errorf("nn: a saved model begins with %d bytes: %w", len(start), unexpected(err))
	}
	if string(start[:7]) != saveMagic[:7] {
		return nil, nil, fmt.Errorf("nn: not a Weft model file: it begins with %q", start[:7])
	}
	if start[7] != saveMagic[7] {
		return nil, nil, fmt.Errorf("nn: a saved model of version %d, this version of Weft reads version %d", start[7], saveMagic[7])
	}
	size := binary.LittleEndian.Uint32(start[8:])
	if size > maxHeader {
		return nil, nil, fmt.Errorf("nn: a saved model with a header of %d bytes, at most %d are possible: the file is damaged", size, maxHeader)
	}
	header := make([]byte, size)
	if _, err := io.ReadFull(l.in, header); err != nil {
		return nil, nil, fmt.Errorf("nn: the saved model ends inside its header: %w", unexpected(err))
	}
	var s savedModel
	if err := json.Unmarshal(header, &s); err != nil {
		return nil, nil, fmt.Errorf("nn: the header of the saved model: %w", err)
	}
	return &s, header, nil
}

// hold makes sure that the tensors are there before there is memory for the model.
func (l *loader) hold(tensors int64) error {
	left, known := remaining(l.r)
	if known {
		want := tensors + sha256.Size
		if left < want {
			return fmt.Errorf("nn: the saved model ends after %d of %d bytes of its tensors and checksum: %w", left, want, io.ErrUnexpectedEOF)
		}
		if left > want {
			return fmt.Errorf("nn: %d bytes of trailing data after the saved model: the file is damaged", left-want)
		}
		return nil
	}
	var held bytes.Buffer
	if n, err := io.CopyN(&held, l.r, tensors); err != nil {
		return fmt.Errorf("nn: the saved model ends after %d of %d bytes of its tensors: %w", n, tensors, unexpected(err))
	}
	l.in = io.TeeReader(&held, l.sum)
	return nil
}

// remaining returns how many bytes are left in r, where that is known.
func remaining(r io.Reader) (n int64, known bool) {
	switch r := r.(type) {
	case *bytes.Reader:
		return int64(r.Len()), true
	case *os.File:
		info, err := r.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return 0, false
		}
		at, err := r.Seek(0, io.SeekCurrent)
		return max(0, info.Size()-at), err == nil
	}
	return 0, false
}

// end reads the checksum and makes sure that nothing follows.
func (l *loader) end() error {
	want := l.sum.Sum(nil)
	sum := make([]byte, sha256.Size)
	if _, err := io.ReadFull(l.r, sum); err != nil {
		return fmt.Errorf("nn: the saved model ends before its checksum: %w", unexpected(err))
	}
	if !bytes.Equal(sum, want) {
		return fmt.Errorf("nn: the checksum of the saved model is wrong: the file is damaged")
	}
	if n, err := io.ReadFull(l.r, sum[:1]); n > 0 || err != io.EOF {
		if n > 0 {
			return fmt.Errorf("nn: trailing data after the saved model: the file is damaged")
		}
		return fmt.Errorf("nn: after the saved model: %w", err)
	}
	return nil
}

// unexpected names the end of a file that is too short.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// model makes the model of a header, without memory for its tensors, and the options
// that compile it, nil for none. It checks that the layers have as many numbers as the
// header says.
func (s *savedModel) model() (*Sequential, *CompileOptions, error) {
	if s.Name == "" {
		return nil, nil, fmt.Errorf("nn: the saved model has no name: the file is damaged")
	}
	m := NewSequential(s.Name, layers.Input(s.Input...))
	for _, b := range s.Layers {
		l, err := layers.Unmarshal(b)
		if err != nil {
			return nil, nil, fmt.Errorf("nn: the saved model: %w", err)
		}
		if l.Name() == "" {
			return nil, nil, fmt.Errorf("nn: a layer of the saved model has no name: the file is damaged")
		}
		if m.Add(l); m.err != nil {
			return nil, nil, m.err
		}
	}
	o, err := m.outline(nil)
	if err != nil {
		return nil, nil, err
	}
	options, slots, err := s.options()
	if err != nil {
		return nil, nil, err
	}
	if s.Slots != 0 && s.Slots != slots || s.Steps < 0 || s.Steps > mostTrained || s.Epochs < 0 || s.Epochs > mostTrained {
		return nil, nil, fmt.Errorf("nn: the saved model has %d optimizer slots, %d steps and %d epochs for the optimizer %q: the file is damaged", s.Slots, s.Steps, s.Epochs, s.Optimizer)
	}
	if want := savedFloats(o.params, s.Slots); int64(s.Floats) != want {
		return nil, nil, fmt.Errorf("nn: the saved model says %d numbers, its layers have %d: the file is damaged", s.Floats, want)
	}
	return m, options, nil
}

// options returns what compiles the model of a header, nil for a model that was not
// compiled, and the number of slots of its optimizer.
func (s *savedModel) options() (o *CompileOptions, slots int, err error) {
	if s.Optimizer == "" {
		return nil, 0, nil
	}
	o = &CompileOptions{Seed: s.Seed}
	if o.Optimizer, err = optim.FromConfig(s.Optimizer, s.Rates); err != nil {
		return nil, 0, fmt.Errorf("nn: the optimizer of the saved model: %w", err)
	}
	if o.Loss, err = losses.ByName(s.Loss); err != nil {
		return nil, 0, fmt.Errorf("nn: the saved model: %w", err)
	}
	if s.Schedule != nil {
		if o.Schedule, err = optim.ScheduleFromConfig(s.Schedule.Name, s.Schedule.Config); err != nil {
			return nil, 0, fmt.Errorf("nn: the schedule of the saved model: %w", err)
		}
	}
	return o, len(o.Optimizer.Slots()), nil
}

// restore builds and compiles a loaded model and fills it with its tensors.
func (m *Sequential) restore(s *savedModel, o *CompileOptions, tensors io.Reader) error {
	if err := m.build(nil); err != nil {
		return err
	}
	m.stage = filled // no first values
	if o != nil {
		if err := m.Compile(*o); err != nil {
			return err
		}
		m.training.steps, m.epochs = s.Steps, s.Epochs
		if s.Position != nil {
			m.training.position = *s.Position
			if err := m.training.position.check(m.training.loss, m.outputs, s.Steps); err != nil {
				return err
			}
		}
		if s.Slots > 0 {
			m.makeSlots()
		}
	}
	largest := 0
	for _, p := range m.params {
		largest = max(largest, p.Size())
	}
	keras := make([]float32, largest)
	return m.tensors(s.Slots, func(p *engine.Param, x []float32) error {
		k := keras[:p.Size()]
		if err := readFloats(tensors, k); err != nil {
			return fmt.Errorf("nn: the saved model ends inside its tensors: %w", unexpected(err))
		}
		p.Layout.FromKeras(x, k)
		return nil
	})
}
