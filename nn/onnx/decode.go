package onnx

import (
	"errors"
	"fmt"
	"io"
	"math"

	"weft/nn/internal/tensor"
)

// maxFile is the largest message that protocol buffers have.
const maxFile = math.MaxInt32

// decoder reads the messages of a model.
type decoder struct {
	left     int64 // bytes that may still be allocated, the file aside
	external []reference
}

// reference is an initializer whose data lie in another file.
type reference struct {
	initializer    int // in Graph.Initializers
	location       string
	offset, length int64 // length −1: to the file's end
}

// spend takes bytes from what the decoder may allocate.
func (d *decoder) spend(bytes int) error {
	if d.left -= int64(bytes); d.left < 0 {
		return errors.New("the model has more parts than a network of this size can have")
	}
	return nil
}

// decode reads a file of the given size.
func decode(r io.ReaderAt, size int64) (*Model, *decoder, error) {
	if size > maxFile {
		return nil, nil, fmt.Errorf("the file has %d bytes, the format allows %d", size, maxFile)
	}
	data := make([]byte, size)
	if n, err := r.ReadAt(data, 0); n < len(data) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, nil, err
	}
	if len(data) >= 8 && string(data[4:8]) == "TFL3" {
		return nil, nil, tensor.Unsupported("the file is a TensorFlow Lite model, which Weft does not read: save the network as .keras")
	}
	d := &decoder{left: 2*size + 512<<10}
	m, err := d.model(data)
	if err != nil {
		return nil, nil, err
	}
	return m, d, m.Graph.check()
}

// once reports an error for a field that occurs again although it has one value.
func once(seen *uint64, f field) error {
	bit := uint64(1) << (f.number & 63)
	if *seen&bit != 0 {
		return fmt.Errorf("%w: field %d occurs twice", errWire, f.number)
	}
	*seen |= bit
	return nil
}

func unknown(message string, f field) error {
	return fmt.Errorf("the %s has a field %d, which the format lacks up to IR %d", message, f.number, newestIR)
}

// count is how often a field occurs in a message.
func count(data []byte, number int) (n int) {
	_ = fields(data, func(f field) error { // an error comes up again
		if f.number == number {
			n++
		}
		return nil
	})
	return n
}

func (d *decoder) model(data []byte) (*Model, error) {
	m, graph, seen := &Model{Metadata: map[string]string{}}, []byte(nil), uint64(0)
	err := fields(data, func(f field) (err error) {
		if f.number < 8 {
			if err := once(&seen, f); err != nil {
				return err
			}
		}
		switch f.number {
		case 1:
			m.IR, err = f.integer()
		case 2:
			m.Producer, err = f.text()
		case 3:
			m.ProducerVersion, err = f.text()
		case 7:
			graph, err = f.message()
		case 8:
			err = d.opset(m, f)
		case 14:
			err = d.metadata(m, f)
		case 20:
			err = tensor.Unsupported("the model holds training information: export it for inference")
		case 25:
			err = tensor.Unsupported("the model has functions of its own: export it with standard operators alone")
		case 4, 5, 6, 26: // domain, version and doc string of the model, devices: no mathematics
		default:
			err = unknown("model", f)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if graph == nil {
		return nil, fmt.Errorf("%w: it has no graph", errWire)
	}
	if err := m.versions(); err != nil {
		return nil, err
	}
	return m, d.graph(&m.Graph, graph)
}

// versions checks what the model was written for.
func (m *Model) versions() error {
	switch {
	case m.IR < oldestIR || m.IR > newestIR:
		return tensor.Unsupported("the model has IR version %d, Weft reads %d to %d", m.IR, oldestIR, newestIR)
	case m.Opset < oldestOpset || m.Opset > newestOpset:
		return tensor.Unsupported("the model uses opset %d, Weft reads %d to %d: export it with opset %d", m.Opset, oldestOpset, newestOpset, buildOpset)
	case m.ML > newestML:
		return tensor.Unsupported("the model uses version %d of %s, Weft reads up to %d", m.ML, domainML, newestML)
	}
	return nil
}

// opset reads an import. Other domains may be imported if no node uses them.
func (d *decoder) opset(m *Model, f field) error {
	data, err := f.message()
	if err != nil {
		return err
	}
	domain, version := "", int64(0)
	err = fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			domain, err = f.text()
		case 2:
			version, err = f.integer()
		default:
			err = unknown("opset", f)
		}
		return err
	})
	if err != nil {
		return err
	}
	to := &m.Opset
	switch domain {
	case "", "ai.onnx":
	case domainML:
		to = &m.ML
	default:
		return nil
	}
	if *to != 0 && *to != version || version < 1 { // skl2onnx imports the same version twice
		return fmt.Errorf("opset %d of domain %q is imported after %d, or does not exist", version, domain, *to)
	}
	*to = version
	return nil
}

// metadata reads a pair of strings.
func (d *decoder) metadata(m *Model, f field) error {
	key, value, err := d.pair(f)
	if err != nil {
		return err
	}
	if _, ok := m.Metadata[key]; ok {
		return fmt.Errorf("the metadata have %q twice", key)
	}
	m.Metadata[key] = value
	return d.spend(64)
}

func (d *decoder) pair(f field) (key, value string, err error) {
	data, err := f.message()
	if err != nil {
		return "", "", err
	}
	err = fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			key, err = f.text()
		case 2:
			value, err = f.text()
		default:
			err = unknown("pair of strings", f)
		}
		return err
	})
	return key, value, err
}

func (d *decoder) graph(g *Graph, data []byte) error {
	nodes, initializers, inputs, outputs := count(data, 1), count(data, 5), count(data, 11), count(data, 12)
	if err := d.spend(176*nodes + 144*initializers + 80*(inputs+outputs)); err != nil {
		return err
	}
	g.Nodes, g.Initializers = make([]Node, 0, nodes), make([]Tensor, 0, initializers)
	inits := make(map[string]bool, initializers)
	err := fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			err = d.node(g, f)
		case 2:
			g.Name, err = f.text()
		case 5:
			var name string
			name, err = d.initializer(g, f)
			inits[name] = true
		case 11:
			err = d.value(&g.Inputs, f)
		case 12:
			err = d.value(&g.Outputs, f)
		case 14:
			err = tensor.Unsupported("the model is quantized: export it with float32 weights")
		case 15:
			err = tensor.Unsupported("the model has sparse weights: export it with dense ones")
		case 10, 13, 16: // doc string, shapes inside, metadata of the exporter: no mathematics
		default:
			err = unknown("graph", f)
		}
		return err
	})
	if err != nil {
		return err
	}
	inputs = 0 // before IR 4 the initializers are inputs too
	for _, in := range g.Inputs {
		if !inits[in.Name] {
			g.Inputs[inputs] = in
			inputs++
		}
	}
	g.Inputs = g.Inputs[:inputs]
	return nil
}

func (d *decoder) node(g *Graph, f field) error {
	data, err := f.message()
	if err != nil {
		return err
	}
	inputs, outputs, attributes := count(data, 1), count(data, 2), count(data, 5)
	if err := d.spend(16*(inputs+outputs) + 168*attributes); err != nil {
		return err
	}
	n := Node{Inputs: make([]string, 0, inputs), Outputs: make([]string, 0, outputs), Attributes: make([]Attribute, 0, attributes)}
	err = fields(data, func(f field) (err error) {
		var s string
		switch f.number {
		case 1:
			s, err = f.text()
			n.Inputs = append(n.Inputs, s)
		case 2:
			s, err = f.text()
			n.Outputs = append(n.Outputs, s)
		case 3:
			n.Name, err = f.text()
		case 4:
			n.Op, err = f.text()
		case 5:
			err = d.attribute(&n, f)
		case 7:
			if n.Domain, err = f.text(); n.Domain == "ai.onnx" {
				n.Domain = ""
			}
		case 8:
			err = tensor.Unsupported("node %q is a function of the model: export it with standard operators alone", n.Name)
		case 6, 9, 10: // doc string, metadata of the exporter, devices: no mathematics
		default:
			err = unknown("node", f)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", n.describe(), err)
	}
	if n.Op == "" {
		return fmt.Errorf("%s has no operator", n.describe())
	}
	g.Nodes = append(g.Nodes, n)
	return nil
}

// value reads an input or output of the graph.
func (d *decoder) value(to *[]Value, f field) error {
	data, err := f.message()
	if err != nil {
		return err
	}
	v, typed := Value{}, []byte(nil)
	err = fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			v.Name, err = f.text()
		case 2:
			typed, err = f.message()
		case 3, 4: // doc string, metadata
		default:
			err = unknown("input or output", f)
		}
		return err
	})
	if err == nil {
		err = d.typeOf(&v, typed)
	}
	if err != nil {
		return fmt.Errorf("input or output %q: %w", v.Name, err)
	}
	*to = append(*to, v)
	return nil
}

func (d *decoder) typeOf(v *Value, data []byte) error {
	array, known := []byte(nil), false
	err := fields(data, func(f field) (err error) {
		switch f.number {
		case 1:
			array, err = f.message()
			known = true
		case 4: // a sequence: of maps, as scikit-learn's exporter makes
			v.IsMap, known = true, true
		case 6: // denotation
		case 5, 7, 8, 9:
			err = tensor.Unsupported("it is not a tensor but a map, an optional or sparse value, or opaque")
		default:
			err = unknown("type", f)
		}
		return err
	})
	if err != nil || v.IsMap {
		return err
	}
	if !known {
		return errors.New("it has no type")
	}
	return fields(array, func(f field) (err error) {
		switch f.number {
		case 1:
			var n int64
			if n, err = f.integer(); n == elementString {
				v.IsString = true
			} else if err == nil {
				v.Type, err = elementOf(n)
			}
		case 2:
			err = d.shape(v, f)
		default:
			err = unknown("type of a tensor", f)
		}
		return err
	})
}

func (d *decoder) shape(v *Value, f field) error {
	data, err := f.message()
	if err != nil {
		return err
	}
	rank := count(data, 1)
	if rank > tensor.MaxRank {
		return fmt.Errorf("it has %d dimensions, at most %d are read", rank, tensor.MaxRank)
	}
	v.Shape = make([]Dim, 0, rank)
	if err := d.spend(24 * rank); err != nil {
		return err
	}
	return fields(data, func(f field) error {
		if f.number != 1 {
			return unknown("shape", f)
		}
		data, err := f.message()
		if err != nil {
			return err
		}
		dim := Dim{Size: -1}
		err = fields(data, func(f field) (err error) {
			switch f.number {
			case 1:
				var n int64
				n, err = f.integer()
				if n < 0 || n > math.MaxInt32 {
					return fmt.Errorf("dimension %d does not exist", n)
				}
				dim.Size = int(n)
			case 2:
				dim.Name, err = f.text()
			case 3: // denotation
			default:
				err = unknown("dimension", f)
			}
			return err
		})
		v.Shape = append(v.Shape, dim)
		return err
	})
}
