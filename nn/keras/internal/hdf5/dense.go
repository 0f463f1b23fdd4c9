package hdf5

import (
	"errors"
	"fmt"
	"math/bits"
)

// dense visits the objects of a fractal heap that the records of a version 2
// B-tree name: links (records of type 5, the heap ID after skip = 4 bytes) and
// attributes (type 8, skip 0).
func (f *File) dense(heap, tree uint64, kind byte, skip int, visit func(object []byte) error) error {
	h, err := f.fractalHeap(heap)
	if err != nil {
		return fmt.Errorf("fractal heap: %w", err)
	}
	return f.btree2(tree, kind, func(record *cursor) error {
		record.skip(skip)
		object, err := h.object(record.bytes(h.idSize))
		if err != nil {
			return fmt.Errorf("fractal heap: %w", err)
		}
		if record.err != nil {
			return record.err
		}
		return visit(object)
	})
}

// tree2 is a version 2 B-tree.
type tree2 struct {
	f          *File
	kind       byte
	nodeSize   uint64
	recordSize int
	countBytes int   // of a count of a leaf's records
	totalBytes []int // of a count of all records below a node of this depth
	seen       map[uint64]bool
	visit      func(record *cursor) error
}

// btree2 visits the records of a version 2 B-tree in order.
func (f *File) btree2(address uint64, kind byte, visit func(record *cursor) error) error {
	c := f.rest(address)
	c.magic("BTHD")
	c.version(0, "a B-tree")
	if got := c.u8(); c.err == nil && got != kind {
		return fmt.Errorf("a B-tree of type %d where %d is expected", got, kind)
	}
	t := &tree2{f: f, kind: kind, seen: map[uint64]bool{}, visit: visit}
	t.nodeSize = uint64(c.u32())
	t.recordSize = int(c.u16())
	depth := int(c.u16())
	c.skip(2) // split and merge percent
	root, count := c.u64(), int(c.u16())
	c.skip(8)
	c.checksum(0)
	if c.err != nil {
		return fmt.Errorf("a B-tree: %w", c.err)
	}
	if root == undefined || count == 0 {
		return nil
	}
	const maxDepth = 16
	if t.recordSize == 0 || t.nodeSize < uint64(t.recordSize)+10 || depth > maxDepth {
		return fmt.Errorf("a B-tree of depth %d with nodes of %d and records of %d bytes", depth, t.nodeSize, t.recordSize)
	}
	// How wide counts are follows from how many records fit (H5B2hdr.c).
	fit := (t.nodeSize - 10) / uint64(t.recordSize)
	t.countBytes = bytesFor(fit)
	total := fit
	t.totalBytes = []int{0}
	for level := 1; level <= depth; level++ {
		pointer := uint64(8 + t.countBytes + t.totalBytes[level-1])
		if t.nodeSize < 10+pointer {
			return errors.New("a B-tree with nodes too small for a pointer")
		}
		fit = (t.nodeSize - 10 - pointer) / (uint64(t.recordSize) + pointer)
		total = min((fit+1)*total+fit, 1<<56)
		t.totalBytes = append(t.totalBytes, bytesFor(total))
	}
	return t.node(root, count, depth)
}

// bytesFor is how many bytes a number up to limit takes.
func bytesFor(limit uint64) int { return (bits.Len64(limit) + 7) / 8 }

// node visits the records of one node and of those below it.
func (t *tree2) node(address uint64, count, depth int) error {
	if t.seen[address] {
		return fmt.Errorf("a B-tree node at %d is reached twice", address)
	}
	if err := t.f.charge(64); err != nil {
		return err
	}
	t.seen[address] = true
	c := t.f.at(address, t.nodeSize)
	if depth == 0 {
		c.magic("BTLF")
	} else {
		c.magic("BTIN")
	}
	c.version(0, "a B-tree node")
	c.skip(1)
	records := &cursor{data: c.bytes(count * t.recordSize)}
	children := *c
	if depth > 0 {
		c.skip((count + 1) * (8 + t.countBytes + t.totalBytes[depth-1]))
	}
	c.checksum(0)
	if c.err != nil {
		return fmt.Errorf("a B-tree node at %d: %w", address, c.err)
	}
	for i := 0; i <= count; i++ {
		if depth > 0 {
			child, n := children.u64(), int(children.uint(t.countBytes))
			children.skip(t.totalBytes[depth-1])
			if err := t.node(child, n, depth-1); err != nil {
				return err
			}
		}
		if i < count {
			if err := t.visit(&cursor{data: records.bytes(t.recordSize)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// fractalHeap is a heap of small objects: a table of blocks whose sizes double.
type fractalHeap struct {
	f           *File
	idSize      int
	offsetBytes int
	lengthBytes int
	checked     bool // direct blocks have a checksum
	width       uint64
	start       uint64 // size of the first blocks
	maxDirect   uint64 // size of the largest direct block
	root        uint64
	rows        int // of the root indirect block, 0 for a direct block
	blocks      map[uint64]bool
}

func (f *File) fractalHeap(address uint64) (*fractalHeap, error) {
	h := &fractalHeap{f: f, blocks: map[uint64]bool{}}
	c := f.rest(address)
	c.magic("FRHP")
	c.version(0, "a fractal heap")
	h.idSize = int(c.u16())
	filters := c.u16()
	h.checked = c.u8()&2 != 0
	maxObject := uint64(c.u32())
	c.skip(12 * 8) // huge objects, free space, statistics
	h.width = uint64(c.u16())
	h.start, h.maxDirect = c.u64(), c.u64()
	heapBits := int(c.u16())
	c.skip(2)
	h.root, h.rows = c.u64(), int(c.u16())
	if filters != 0 && c.err == nil {
		return nil, unsupported("a filtered heap")
	}
	c.checksum(0)
	if c.err != nil {
		return nil, c.err
	}
	if h.width == 0 || h.start == 0 || h.start&(h.start-1) != 0 || h.maxDirect < h.start || h.maxDirect&(h.maxDirect-1) != 0 ||
		h.maxDirect > 1<<32 || h.width > 32 || heapBits > 64 || heapBits < 8 || h.rows > 64 {
		return nil, errors.New("sizes that make no sense")
	}
	h.offsetBytes = (heapBits + 7) / 8
	h.lengthBytes = min(bytesFor(h.maxDirect-1), bytesFor(maxObject))
	return h, nil
}

// object returns the object with an ID.
func (h *fractalHeap) object(id []byte) ([]byte, error) {
	c := &cursor{data: id}
	switch kind := c.u8(); {
	case c.err != nil:
		return nil, c.err
	case kind>>6 != 0:
		return nil, unsupported("version %d of an ID", kind>>6)
	case kind>>4&3 == 2:
		return c.bytes(min(c.left(), int(kind&15)+1)), c.err // the object itself
	case kind>>4&3 == 1:
		return nil, unsupported("a huge object")
	}
	offset, n := c.uint(h.offsetBytes), c.uint(h.lengthBytes)
	if c.err != nil {
		return nil, c.err
	}
	if h.rows == 0 {
		return h.direct(h.root, h.start, 0, offset, n)
	}
	return h.indirect(h.root, h.rows, 0, offset, n, 0)
}

// rowSize is the size of each block of a row.
func (h *fractalHeap) rowSize(row int) uint64 {
	if row <= 1 {
		return h.start
	}
	return h.start << min(row-1, 40)
}

// indirect finds the object in the blocks of an indirect block that begins at
// the offset from of the heap.
func (h *fractalHeap) indirect(address uint64, rows int, from, offset, n uint64, depth int) ([]byte, error) {
	if depth > 8 {
		return nil, errors.New("indirect blocks form a loop")
	}
	c := h.f.rest(address)
	c.magic("FHIB")
	c.version(0, "an indirect block")
	c.skip(8 + h.offsetBytes)
	for row := range rows {
		size := h.rowSize(row)
		for range h.width {
			child := c.u64()
			if c.err != nil {
				return nil, c.err
			}
			if offset-from < size {
				if size <= h.maxDirect {
					return h.direct(child, size, from, offset, n)
				}
				// An indirect block has the rows whose blocks together are as large as it.
				below := bits.Len64(size / h.start / h.width)
				return h.indirect(child, below, from, offset, n, depth+1)
			}
			from += size
		}
	}
	return nil, fmt.Errorf("no block at %d", offset)
}

// direct returns the object in a direct block.
func (h *fractalHeap) direct(address, size, from, offset, n uint64) ([]byte, error) {
	c := h.f.at(address, size)
	c.magic("FHDB")
	c.version(0, "a direct block")
	c.skip(8 + h.offsetBytes)
	header := c.pos
	if h.checked {
		header += 4
	}
	if c.err != nil {
		return nil, c.err
	}
	if h.checked && !h.blocks[address] {
		if err := h.check(c); err != nil {
			return nil, err
		}
		h.blocks[address] = true
	}
	at := offset - from
	if at < uint64(header) || at > size || n > size-at {
		return nil, fmt.Errorf("%d bytes at %d of a block of %d", n, at, size)
	}
	return c.data[at : at+n], nil
}

// check compares the checksum of a direct block, which counts its own bytes as 0.
func (h *fractalHeap) check(c *cursor) error {
	if err := h.f.charge(int64(len(c.data))); err != nil {
		return err
	}
	block := append([]byte(nil), c.data...)
	want := c.u32()
	if c.err != nil {
		return c.err
	}
	clear(block[c.pos-4 : c.pos])
	if lookup3(block) != want {
		return errors.New("a checksum does not match: the file is damaged")
	}
	return nil
}
