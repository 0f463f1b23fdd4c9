// Package onnx reads and writes ONNX models: networks as graphs of operators.
//
// Read, ReadFS and ReadFile return the graph as it is in the file, checked:
// known versions, every name defined once and before its use, every tensor
// complete. Recognize turns a graph into a Chain, the layers of a feed-forward
// network in Weft's terms, and refuses what a Chain cannot say. Build and Write
// go the other way.
//
//	https://github.com/onnx/onnx/blob/main/docs/IR.md
package onnx

import (
	"fmt"

	"weft/nn/internal/tensor"
)

// Tensor is an array: its name, shape, element type, and its bytes in row-major
// order, little-endian.
type Tensor = tensor.Tensor

// The versions that are read: of the format, of the standard operators, of the
// operators of scikit-learn; and those that Build uses. Opset 13 made axes inputs
// and ended the flattening of Softmax. onnxruntime 1.32 runs all of 7 to 27.
const (
	oldestIR, newestIR       = 3, 14
	oldestOpset, newestOpset = 7, 28
	newestML                 = 5

	buildIR    = 8
	buildOpset = 13
)

const domainML = "ai.onnx.ml"

// Model is a graph and the versions of what it uses.
type Model struct {
	IR              int64
	Opset           int64 // of the standard operators
	ML              int64 // of the domain ai.onnx.ml, 0 where it is not imported
	Producer        string
	ProducerVersion string
	Metadata        map[string]string
	Graph           Graph
}

// Graph is a list of nodes, each of which reads names that were defined before.
type Graph struct {
	Name         string
	Nodes        []Node
	Initializers []Tensor       // constants
	Strings      []StringTensor // constants of strings, such as names of classes
	Inputs       []Value        // without the constants
	Outputs      []Value
}

// Node applies an operator.
type Node struct {
	Name       string
	Op         string
	Domain     string   // "" for the standard operators
	Inputs     []string // "" where an optional one is left out
	Outputs    []string
	Attributes []Attribute
}

// Attribute is a constant parameter of a node. One of the fields after Kind holds
// the value.
type Attribute struct {
	Name    string
	Kind    AttributeKind
	Float   float32
	Int     int64
	String  string
	Tensor  *Tensor
	Strings []string // of a Strings, and of a Tensor of strings
	Floats  []float32
	Ints    []int64
}

// AttributeKind is the type of an attribute, with its number in the format.
type AttributeKind int

// The kinds of attributes that are read; graphs and types are not.
const (
	AttributeFloat   AttributeKind = 1
	AttributeInt     AttributeKind = 2
	AttributeString  AttributeKind = 3
	AttributeTensor  AttributeKind = 4
	AttributeFloats  AttributeKind = 6
	AttributeInts    AttributeKind = 7
	AttributeStrings AttributeKind = 8
)

// StringTensor is an array of strings.
type StringTensor struct {
	Name   string
	Shape  []int
	Values []string
}

// Value is an input or output of a graph.
type Value struct {
	Name     string
	Type     tensor.DType
	IsString bool  // its elements are strings, and Type means nothing
	IsMap    bool  // not a tensor but a sequence of maps: scikit-learn's probabilities
	Shape    []Dim // nil where the file does not say
}

// Dim is a dimension: a size, a name, or unknown.
type Dim struct {
	Size int // -1 where it is not fixed
	Name string
}

// Attribute returns the attribute of a name, or nil.
func (n *Node) Attribute(name string) *Attribute {
	for i := range n.Attributes {
		if n.Attributes[i].Name == name {
			return &n.Attributes[i]
		}
	}
	return nil
}

// describe names a node for an error.
func (n *Node) describe() string {
	op := n.Op
	if n.Domain != "" {
		op = n.Domain + "." + op
	}
	switch {
	case n.Name != "":
		return fmt.Sprintf("node %q (%s)", n.Name, op)
	case len(n.Outputs) > 0:
		return fmt.Sprintf("the %s that makes %q", op, n.Outputs[0])
	}
	return "a " + op
}

// elements are the format's numbers of the element types that Weft reads.
var elements = map[int64]tensor.DType{
	1: tensor.F32, 2: tensor.U8, 3: tensor.I8, 4: tensor.U16, 5: tensor.I16, 6: tensor.I32, 7: tensor.I64, 9: tensor.Bool,
	10: tensor.F16, 11: tensor.F64, 12: tensor.U32, 13: tensor.U64, 16: tensor.BF16, 17: tensor.F8E4M3, 19: tensor.F8E5M2,
}

const elementString = 8

// others are the element types of the format that Weft lacks.
var others = map[int64]string{
	14: "complex64", 15: "complex128", 18: "float8_e4m3fnuz", 20: "float8_e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4_e2m1", 24: "float8_e8m0",
	25: "uint2", 26: "int2", 27: "float6_e2m3", 28: "float6_e3m2",
}

func elementOf(n int64) (tensor.DType, error) {
	if d, ok := elements[n]; ok {
		return d, nil
	}
	if name := others[n]; name != "" {
		return 0, tensor.Unsupported("Weft does not read elements of type %s", name)
	}
	return 0, fmt.Errorf("element type %d does not exist", n)
}

// check holds what the format demands of every graph: names are defined once and
// before their use.
func (g *Graph) check() error {
	defined := make(map[string]bool, len(g.Nodes)+len(g.Initializers)+len(g.Inputs))
	twice := func(name string) bool { // or empty
		again := defined[name]
		defined[name] = true
		return again || name == ""
	}
	for _, name := range g.given() {
		if twice(name) {
			return fmt.Errorf("an initializer or input: the name %q is empty or defined twice", name)
		}
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if len(n.Outputs) == 0 {
			return fmt.Errorf("%s has no output", n.describe())
		}
		for _, name := range n.Inputs {
			if name != "" && !defined[name] {
				return g.undefined(n, name)
			}
		}
		for _, name := range n.Outputs {
			if name != "" && twice(name) { // an optional output has no name
				return fmt.Errorf("%s: the name %q is defined twice", n.describe(), name)
			}
		}
	}
	for i := range g.Outputs {
		if name := g.Outputs[i].Name; !defined[name] {
			return fmt.Errorf("nothing makes the output %q", name)
		}
	}
	if len(g.Inputs) == 0 || len(g.Outputs) == 0 {
		return fmt.Errorf("the graph has %d inputs and %d outputs", len(g.Inputs), len(g.Outputs))
	}
	return nil
}

// given names the values that no node makes.
func (g *Graph) given() (names []string) {
	names = make([]string, 0, len(g.Initializers)+len(g.Strings)+len(g.Inputs))
	for i := range g.Initializers {
		names = append(names, g.Initializers[i].Name)
	}
	for i := range g.Strings {
		names = append(names, g.Strings[i].Name)
	}
	for i := range g.Inputs {
		names = append(names, g.Inputs[i].Name)
	}
	return names
}

// undefined is the error of a node that reads a name too early or in vain.
func (g *Graph) undefined(n *Node, name string) error {
	for i := range g.Nodes {
		for _, output := range g.Nodes[i].Outputs {
			if output == name {
				return fmt.Errorf("%s reads %q, which a later node makes: the graph has a cycle, or its nodes are not in order", n.describe(), name)
			}
		}
	}
	return fmt.Errorf("%s reads %q, which nothing makes", n.describe(), name)
}
