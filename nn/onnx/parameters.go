package onnx

import (
	"fmt"
	"slices"

	"weft/nn/internal/tensor"
)

// parameters reads the attributes of a node, and knows which were read.
type parameters struct {
	node *Node
	read []string
	err  error
}

// end reports an attribute of the wrong kind, or one that nobody asked for.
func (p *parameters) end() error {
	for i := range p.node.Attributes {
		if name := p.node.Attributes[i].Name; p.err == nil && !slices.Contains(p.read, name) {
			p.err = tensor.Unsupported("attribute %q: Weft does not know it", name)
		}
	}
	return p.err
}

func (p *parameters) get(name string, kind AttributeKind) *Attribute {
	p.read = append(p.read, name)
	a := p.node.Attribute(name)
	if a != nil && a.Kind != kind {
		p.err = fmt.Errorf("attribute %q has another type than the operator's", name)
		return nil
	}
	return a
}

func (p *parameters) integer(name string, otherwise int64) int64 {
	if a := p.get(name, AttributeInt); a != nil {
		return a.Int
	}
	return otherwise
}

func (p *parameters) float(name string, otherwise float32) float32 {
	if a := p.get(name, AttributeFloat); a != nil {
		return a.Float
	}
	return otherwise
}

func (p *parameters) string(name, otherwise string) string {
	if a := p.get(name, AttributeString); a != nil {
		return a.String
	}
	return otherwise
}

// integers returns a list, or nil where it is absent.
func (p *parameters) integers(name string) []int64 {
	if a := p.get(name, AttributeInts); a != nil {
		if a.Ints == nil {
			return []int64{}
		}
		return a.Ints
	}
	return nil
}

func (p *parameters) floats(name string) []float32 {
	if a := p.get(name, AttributeFloats); a != nil {
		return a.Floats
	}
	return nil
}

// must fails where an attribute has another value than the one that Weft can do.
func (p *parameters) must(name string, only int64) {
	if v := p.integer(name, only); v != only && p.err == nil {
		p.err = tensor.Unsupported("%s is %d, Weft has %d only", name, v, only)
	}
}

// mustFloat is must for a float.
func (p *parameters) mustFloat(name string, only float32) {
	if v := p.float(name, only); v != only && p.err == nil {
		p.err = tensor.Unsupported("%s is %v, Weft has %v only", name, v, only)
	}
}

// ignore marks attributes that change nothing in prediction.
func (p *parameters) ignore(names ...string) { p.read = append(p.read, names...) }
