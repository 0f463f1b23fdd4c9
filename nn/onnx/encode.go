package onnx

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"weft/nn/internal/tensor"
)

// Write writes a model. The same model gives the same bytes. It checks what Read
// checks, and that no two nodes have the same name, which onnxruntime refuses.
func Write(w io.Writer, m *Model) error {
	data, err := encode(m)
	if err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	_, err = w.Write(data)
	return err
}

func encode(m *Model) ([]byte, error) {
	if err := m.Graph.check(); err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for i := range m.Graph.Nodes {
		name := m.Graph.Nodes[i].Name
		if name != "" && names[name] {
			return nil, fmt.Errorf("two nodes are named %q", name)
		}
		names[name] = true
	}
	graph, err := encodeGraph(&m.Graph)
	if err != nil {
		return nil, err
	}
	b := appendInt(nil, 1, m.IR)
	b = appendText(b, 2, m.Producer)
	b = appendText(b, 3, m.ProducerVersion)
	b = appendBytes(b, 7, graph)
	b = appendBytes(b, 8, appendInt(nil, 2, m.Opset))
	if m.ML != 0 {
		b = appendBytes(b, 8, appendInt(appendText(nil, 1, domainML), 2, m.ML))
	}
	for _, key := range slices.Sorted(maps.Keys(m.Metadata)) {
		b = appendBytes(b, 14, appendText(appendText(nil, 1, key), 2, m.Metadata[key]))
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("the model has %d bytes, the format allows %d", len(b), maxFile)
	}
	return b, nil
}

// appendText appends a string, which is left out where empty.
func appendText(b []byte, number int, s string) []byte {
	if s == "" {
		return b
	}
	return appendBytes(b, number, s)
}

func encodeGraph(g *Graph) (b []byte, err error) {
	for i := range g.Nodes {
		node, err := encodeNode(&g.Nodes[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", g.Nodes[i].describe(), err)
		}
		b = appendBytes(b, 1, node)
	}
	b = appendText(b, 2, g.Name)
	for _, t := range g.Initializers {
		array, err := encodeTensor(t)
		if err != nil {
			return nil, err
		}
		b = appendBytes(b, 5, array)
	}
	for _, s := range g.Strings {
		array := encodeDims(nil, s.Shape)
		array = appendInt(array, 2, elementString)
		for _, v := range s.Values {
			array = appendBytes(array, stringData, v)
		}
		b = appendBytes(b, 5, appendText(array, 8, s.Name))
	}
	for _, v := range slices.Concat(g.Inputs, g.Outputs) {
		if v.IsMap {
			return nil, tensor.Unsupported("%q is a sequence of maps, which Weft does not write", v.Name)
		}
	}
	for _, v := range g.Inputs {
		b = appendBytes(b, 11, encodeValue(v))
	}
	for _, v := range g.Outputs {
		b = appendBytes(b, 12, encodeValue(v))
	}
	return b, nil
}

func encodeNode(n *Node) (b []byte, err error) {
	for _, s := range n.Inputs {
		b = appendBytes(b, 1, s)
	}
	for _, s := range n.Outputs {
		b = appendBytes(b, 2, s)
	}
	b = appendText(b, 3, n.Name)
	b = appendText(b, 4, n.Op)
	for i := range n.Attributes {
		a, err := encodeAttribute(&n.Attributes[i])
		if err != nil {
			return nil, err
		}
		b = appendBytes(b, 5, a)
	}
	return appendText(b, 7, n.Domain), nil
}

func encodeAttribute(a *Attribute) ([]byte, error) {
	b := appendText(nil, 1, a.Name)
	switch a.Kind {
	case AttributeFloat:
		b = appendFloat(b, 2, a.Float)
	case AttributeInt:
		b = appendInt(b, 3, a.Int)
	case AttributeString:
		b = appendBytes(b, 4, a.String)
	case AttributeTensor:
		if a.Tensor == nil {
			return nil, fmt.Errorf("attribute %q has no tensor", a.Name)
		}
		t, err := encodeTensor(*a.Tensor)
		if err != nil {
			return nil, err
		}
		b = appendBytes(b, 5, t)
	case AttributeFloats:
		for _, v := range a.Floats {
			b = appendFloat(b, 7, v)
		}
	case AttributeInts:
		for _, v := range a.Ints {
			b = appendInt(b, 8, v)
		}
	case AttributeStrings:
		for _, v := range a.Strings {
			b = appendBytes(b, 9, v)
		}
	default:
		return nil, fmt.Errorf("attribute %q has kind %d, which does not exist", a.Name, a.Kind)
	}
	return appendInt(b, 20, int64(a.Kind)), nil
}

func encodeDims(b []byte, shape []int) []byte {
	if len(shape) == 0 {
		return b
	}
	var dims []byte
	for _, n := range shape {
		dims = binary.AppendUvarint(dims, uint64(n))
	}
	return appendBytes(b, 1, dims)
}

func encodeTensor(t Tensor) ([]byte, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	b := appendInt(encodeDims(make([]byte, 0, len(t.Data)+len(t.Name)+64), t.Shape), 2, elementNumber(t.Type))
	return appendBytes(appendText(b, 8, t.Name), rawData, t.Data), nil
}

// elementNumber is the format's number of an element type.
func elementNumber(d tensor.DType) int64 {
	for n, e := range elements {
		if e == d {
			return n
		}
	}
	return 0
}

func encodeValue(v Value) []byte {
	kind := elementNumber(v.Type)
	if v.IsString {
		kind = elementString
	}
	array := appendInt(nil, 1, kind)
	if v.Shape != nil {
		var shape []byte
		for _, d := range v.Shape {
			var dim []byte
			switch {
			case d.Name != "":
				dim = appendText(nil, 2, d.Name)
			case d.Size >= 0 && d.Size <= math.MaxInt32:
				dim = appendInt(nil, 1, int64(d.Size))
			}
			shape = appendBytes(shape, 1, dim)
		}
		array = appendBytes(array, 2, shape)
	}
	typed := appendBytes(nil, 1, array)
	return appendBytes(appendText(nil, 1, v.Name), 2, typed)
}
