package hdf5

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Node is a group or, where Values or Integer is set, a dataset to be written.
type Node struct {
	Name     string
	Children []*Node
	Shape    []int     // of a dataset, none for a single number
	Values   []float32 // row-major
	Integer  *int64    // a dataset of one number
}

// Sizes of the structures of the oldest format, as libhdf5 sets them by default.
const (
	leafK     = 4  // a symbol table has up to 2·leafK entries
	internalK = 16 // a B-tree node has up to 2·internalK children
)

// Write writes the root group of an HDF5 file: superblock 0, symbol tables,
// contiguous little-endian values, no time stamps and no attributes. Every HDF5
// library can read it, and equal trees make equal bytes.
func Write(w io.Writer, root *Node) error {
	b := &builder{}
	b.data = make([]byte, superblockSize)
	g, err := b.node(root, true)
	if err != nil {
		return fmt.Errorf("hdf5: %w", err)
	}
	b.superblock(g)
	_, err = w.Write(b.data)
	return err
}

const superblockSize = 96

// builder is the file as far as it has been laid out: what is named comes before
// what names it, the superblock last.
type builder struct{ data []byte }

// object is where an object is, with what a symbol table caches of a group.
type object struct {
	header, tree, heap uint64
	group              bool
}

func (b *builder) u16(v uint16) { b.data = binary.LittleEndian.AppendUint16(b.data, v) }
func (b *builder) u32(v uint32) { b.data = binary.LittleEndian.AppendUint32(b.data, v) }
func (b *builder) u64(v uint64) { b.data = binary.LittleEndian.AppendUint64(b.data, v) }
func (b *builder) zeros(n int)  { b.data = append(b.data, make([]byte, n)...) }

// here aligns to 8 bytes and returns the address.
func (b *builder) here() uint64 {
	b.zeros(-len(b.data) & 7)
	return uint64(len(b.data))
}

// node writes a node and what is below it.
func (b *builder) node(n *Node, root bool) (object, error) {
	if !root && (n.Name == "" || strings.ContainsAny(n.Name, "/\x00")) {
		return object{}, fmt.Errorf("%q is no name of a link", n.Name)
	}
	if n.Values != nil || n.Integer != nil {
		return b.dataset(n)
	}
	children := slices.Clone(n.Children)
	slices.SortFunc(children, func(a, b *Node) int { return strings.Compare(a.Name, b.Name) })
	objects := make([]object, len(children))
	for i, child := range children {
		if i > 0 && child.Name == children[i-1].Name {
			return object{}, fmt.Errorf("two links named %q", child.Name)
		}
		var err error
		if objects[i], err = b.node(child, false); err != nil {
			return object{}, err
		}
	}
	return b.group(children, objects), nil
}

// group writes names, symbol tables, B-tree and header of a group.
func (b *builder) group(children []*Node, objects []object) object {
	heap, names := b.heap(children)
	var nodes, last []uint64 // of one level: addresses, and the greatest name below each
	for i := 0; i < len(children); i += 2 * leafK {
		end := min(len(children), i+2*leafK)
		nodes = append(nodes, b.symbolTable(names[i:end], objects[i:end]))
		last = append(last, names[end-1])
	}
	for depth := 0; depth == 0 || len(nodes) > 1; depth++ {
		nodes, last = b.treeLevel(depth, nodes, last)
	}
	header := b.header(1, 8+16)
	b.message(msgSymbolTable, 16)
	b.u64(nodes[0])
	b.u64(heap)
	return object{header: header, tree: nodes[0], heap: heap, group: true}
}

// heap writes a local heap with the children's names and returns its address and
// the offset of each name. The first name is empty: it is the key before all.
func (b *builder) heap(children []*Node) (uint64, []uint64) {
	at := b.here()
	names := make([]uint64, len(children))
	size := uint64(8)
	for i, child := range children {
		names[i] = size
		size += uint64(len(child.Name)+8) &^ 7 // with a zero at its end
	}
	const header = 32
	b.data = append(b.data, "HEAP\x00\x00\x00\x00"...)
	b.u64(size)
	b.u64(1) // no free space
	b.u64(at + header)
	b.zeros(int(size))
	for i, child := range children {
		copy(b.data[at+header+names[i]:], child.Name)
	}
	return at, names
}

// symbolTable writes up to 2·leafK names with their objects.
func (b *builder) symbolTable(names []uint64, objects []object) uint64 {
	at := b.here()
	b.data = append(b.data, "SNOD\x01\x00"...)
	b.u16(uint16(len(names)))
	for i := range 2 * leafK {
		if i < len(names) {
			b.entry(names[i], objects[i])
		} else {
			b.zeros(entrySize)
		}
	}
	return at
}

const entrySize = 40

// entry writes a symbol table entry.
func (b *builder) entry(name uint64, o object) {
	b.u64(name)
	b.u64(o.header)
	if !o.group {
		b.zeros(entrySize - 16)
		return
	}
	b.u32(1) // its B-tree and heap are cached
	b.u32(0)
	b.u64(o.tree)
	b.u64(o.heap)
}

// treeLevel writes the nodes of a B-tree above children, one after the other, and
// returns their addresses and the greatest name below each.
func (b *builder) treeLevel(depth int, children, last []uint64) (nodes, lasts []uint64) {
	const full = 2 * internalK
	const size = 24 + 8*full + 8*(full+1)
	count := max(1, (len(children)+full-1)/full)
	first := b.here()
	for n := range count {
		left, right := undefined, undefined
		if n > 0 {
			left = first + uint64(n-1)*size
		}
		if n < count-1 {
			right = first + uint64(n+1)*size
		}
		from, to := n*full, min(len(children), (n+1)*full)
		b.data = append(b.data, "TREE\x00"...)
		b.data = append(b.data, byte(depth))
		b.u16(uint16(to - from))
		b.u64(left)
		b.u64(right)
		key := uint64(0)
		if n > 0 {
			key = last[from-1]
		}
		b.u64(key)
		for i := from; i < to; i++ {
			b.u64(children[i])
			b.u64(last[i])
			key = last[i]
		}
		b.zeros((full - (to - from)) * 16)
		nodes = append(nodes, first+uint64(n)*size)
		lasts = append(lasts, key)
	}
	return nodes, lasts
}

// header writes the prefix of an object header of version 1 for messages of size
// bytes together.
func (b *builder) header(messages, size int) uint64 {
	at := b.here()
	b.u16(1)
	b.u16(uint16(messages))
	b.u32(1) // references
	b.u32(uint32(size))
	b.u32(0)
	return at
}

// message writes the prefix of a message of size bytes.
func (b *builder) message(kind, size int) {
	b.u16(uint16(kind))
	b.u16(uint16(size))
	b.u32(0)
}

// dataset writes the values and the header of a dataset.
func (b *builder) dataset(n *Node) (object, error) {
	if len(n.Shape) > 8 || n.Integer != nil && len(n.Shape) > 0 {
		return object{}, fmt.Errorf("dataset %q has the shape %v", n.Name, n.Shape)
	}
	if n.Integer == nil && elements(n.Shape) != len(n.Values) || len(n.Values) > math.MaxInt32/4 {
		return object{}, fmt.Errorf("dataset %q has %d values for the shape %v", n.Name, len(n.Values), n.Shape)
	}
	at := b.here()
	kind := []byte{0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0, 0, 0, 0, 0} // IEEE float32
	if n.Integer != nil {
		kind = []byte{0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0} // int64
		b.u64(uint64(*n.Integer))
	}
	b.data = slices.Grow(b.data, 4*len(n.Values)+512)
	for _, v := range n.Values {
		b.u32(math.Float32bits(v))
	}
	size := uint64(len(b.data)) - at
	if size == 0 {
		return object{}, fmt.Errorf("dataset %q is empty", n.Name)
	}
	space := 8 + 8*len(n.Shape)
	header := b.header(4, 4*8+space+len(kind)+8+24)
	b.message(msgDataspace, space)
	b.data = append(b.data, 1, byte(len(n.Shape)), 0, 0, 0, 0, 0, 0)
	for _, d := range n.Shape {
		b.u64(uint64(d))
	}
	b.message(msgDatatype, len(kind))
	b.data = append(b.data, kind...)
	const fillValue = 0x05
	b.message(fillValue, 8)
	b.data = append(b.data, 2, 2, 2, 1, 0, 0, 0, 0) // allocated late, written if set, defined as zero
	b.message(msgLayout, 24)
	b.data = append(b.data, 3, contiguous)
	b.u64(at)
	b.u64(size)
	b.zeros(6)
	return object{header: header}, nil
}

// superblock fills in the superblock, once the file is complete.
func (b *builder) superblock(root object) {
	end := b.here()
	s := &builder{data: slices.Clone(signature)}
	s.data = append(s.data, 0, 0, 0, 0, 0, 8, 8, 0) // versions; addresses and lengths of 8 bytes
	s.u16(leafK)
	s.u16(internalK)
	s.u32(0)
	s.u64(0) // base address
	s.u64(undefined)
	s.u64(end)
	s.u64(undefined)
	s.entry(0, root)
	copy(b.data, s.data)
}
