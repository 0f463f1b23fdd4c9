package hdf5

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// Ways to find the chunks of a dataset.
const (
	indexTree1      = 0 // layout version 3
	indexSingle     = 1
	indexImplicit   = 2
	indexFixed      = 3
	indexExtensible = 4
	indexTree2      = 5
)

// chunkIndex says where the chunks are.
type chunkIndex struct {
	kind    byte
	address uint64
	size    uint64 // indexSingle with filters: bytes of the chunk
	mask    uint32 // indexSingle with filters
	plain   bool   // chunks that reach over an edge have no filters
}

// chunkShape reads the shape of a chunk and the size of an element after it.
func (d *Dataset) chunkShape(rank int, next func() uint64, c *cursor) error {
	if rank != len(d.shape) || rank == 0 {
		return fmt.Errorf("chunks of %d dimensions for values of %d", rank, len(d.shape))
	}
	total := uint64(d.kind.size)
	for range rank {
		n := next()
		hi, lo := bits.Mul64(total, n)
		if c.err == nil && (n == 0 || hi != 0 || lo > 1<<31) {
			return errors.New("chunks of no or of too many bytes")
		}
		total = lo
		d.layout.chunk = append(d.layout.chunk, int(n))
	}
	if size := next(); c.err == nil && size != uint64(d.kind.size) {
		return fmt.Errorf("chunks with elements of %d bytes for values of %d", size, d.kind.size)
	}
	return c.err
}

// chunkLayout4 reads the rest of a chunked layout of version 4.
func (d *Dataset) chunkLayout4(c *cursor) error {
	flags, rank, width := c.u8(), int(c.u8())-1, int(c.u8())
	if c.err == nil && (width < 1 || width > 8) {
		return fmt.Errorf("sizes of %d bytes", width)
	}
	if err := d.chunkShape(rank, func() uint64 { return c.uint(width) }, c); err != nil {
		return err
	}
	x := &d.layout.index
	x.kind = c.u8()
	x.plain = flags&1 != 0
	switch x.kind {
	case indexSingle:
		if flags&2 != 0 {
			x.size, x.mask = c.u64(), c.u32()
		} else {
			x.size = uint64(elements(d.layout.chunk)) * uint64(d.kind.size)
		}
	case indexImplicit:
	case indexFixed:
		c.skip(1) // bits of a page, again in the header
	case indexTree2:
		c.skip(6)
	default:
		return unsupported("an array of chunks that can grow: write the dataset without maxshape or with libver='earliest'")
	}
	x.address = c.u64()
	return c.err
}

// chunks puts the chunks of the dataset together.
func (d *Dataset) chunks(size uint64) ([]byte, error) {
	if d.layout.index.address == undefined {
		return nil, errors.New("its values were never written")
	}
	bytes := uint64(elements(d.layout.chunk)) * uint64(d.kind.size)
	if size > math.MaxInt || bytes > math.MaxInt/4 {
		return nil, errors.New("more bytes than this machine can address")
	}
	a := &assembly{d: d, chunkBytes: int(bytes)}
	for i, n := range d.shape {
		a.grid = append(a.grid, (n+d.layout.chunk[i]-1)/d.layout.chunk[i])
	}
	a.left = elements(a.grid)
	if err := d.f.charge(int64(size) + 3*int64(bytes) + int64(a.left)); err != nil {
		return nil, err
	}
	a.out = make([]byte, size)
	a.done = make([]bool, a.left)
	if err := a.all(); err != nil {
		return nil, err
	}
	if a.left > 0 {
		return nil, fmt.Errorf("%d of its chunks were never written", a.left)
	}
	return a.out, nil
}

// assembly is a dataset that is put together from its chunks.
type assembly struct {
	d          *Dataset
	out        []byte
	grid       []int // how many chunks along each axis
	done       []bool
	left       int
	chunkBytes int
}

// all visits every chunk.
func (a *assembly) all() error {
	x, f := a.d.layout.index, a.d.f
	filtered := len(a.d.filters) > 0
	switch x.kind {
	case indexTree1:
		t := &tree1{f: f, kind: 1, keySize: 8 + 8*(len(a.grid)+1), seen: map[uint64]bool{}}
		t.visit = func(key *cursor, address uint64) error {
			n, mask := uint64(key.u32()), key.u32()
			number, err := a.number(key, a.d.layout.chunk)
			if err != nil {
				return err
			}
			return a.chunk(number, address, n, mask)
		}
		return t.node(x.address, -1)
	case indexSingle:
		return a.chunk(0, x.address, x.size, x.mask)
	case indexImplicit:
		for i := range a.left {
			if err := a.chunk(i, x.address+uint64(i)*uint64(a.chunkBytes), uint64(a.chunkBytes), 0); err != nil {
				return err
			}
		}
		return nil
	case indexFixed:
		return a.fixedArray(x.address)
	}
	kind := byte(10)
	if filtered {
		kind = 11
	}
	return f.btree2(x.address, kind, func(r *cursor) error {
		address, n, mask := r.u64(), uint64(a.chunkBytes), uint32(0)
		if filtered {
			n, mask = r.uint(max(0, min(8, r.left()-4-8*len(a.grid)))), r.u32()
		}
		number, err := a.number(r, nil)
		if err != nil {
			return err
		}
		return a.chunk(number, address, n, mask)
	})
}

// number reads the offset of a chunk, in elements where scale is its shape, else
// in chunks, and returns its place in row-major order.
func (a *assembly) number(c *cursor, scale []int) (int, error) {
	number := 0
	for i, n := range a.grid {
		at := c.u64()
		if scale != nil {
			if at%uint64(scale[i]) != 0 {
				return 0, fmt.Errorf("a chunk at element %d of an axis with chunks of %d", at, scale[i])
			}
			at /= uint64(scale[i])
		}
		if c.err != nil {
			return 0, c.err
		}
		if at >= uint64(n) {
			return 0, fmt.Errorf("chunk %d of %d along an axis", at, n)
		}
		number = number*n + int(at)
	}
	return number, nil
}

// chunk decodes one chunk of n bytes and copies it to its place.
func (a *assembly) chunk(number int, address, n uint64, mask uint32) error {
	if number >= len(a.done) {
		return errors.New("more chunks than the shape has")
	}
	if address == undefined {
		return nil
	}
	if a.done[number] {
		return fmt.Errorf("chunk %d is there twice", number)
	}
	a.done[number] = true
	a.left--
	c := a.d.f.at(address, n)
	if c.err != nil {
		return fmt.Errorf("chunk %d: %w", number, c.err)
	}
	data := c.data
	if !a.d.layout.index.plain || !a.atEdge(number) {
		var err error
		if data, err = a.d.f.undo.decode(a.d.filters, mask, data, a.chunkBytes, a.d.kind.size); err != nil {
			return fmt.Errorf("chunk %d: %w", number, err)
		}
	}
	if len(data) != a.chunkBytes {
		return fmt.Errorf("chunk %d has %d bytes, not %d", number, len(data), a.chunkBytes)
	}
	a.place(number, data)
	return nil
}

// atEdge reports whether a chunk reaches over an edge of the dataset.
func (a *assembly) atEdge(number int) bool {
	for i := len(a.grid) - 1; i >= 0; i-- {
		if at := number % a.grid[i]; (at+1)*a.d.layout.chunk[i] > a.d.shape[i] {
			return true
		}
		number /= a.grid[i]
	}
	return false
}

// place copies the rows of a chunk that are inside of the dataset.
func (a *assembly) place(number int, data []byte) {
	rank := len(a.grid)
	shape, chunk := a.d.shape, a.d.layout.chunk
	start := make([]int, rank)
	for i := rank - 1; i >= 0; i-- {
		start[i] = number % a.grid[i] * chunk[i]
		number /= a.grid[i]
	}
	last := rank - 1
	row := min(chunk[last], shape[last]-start[last]) * a.d.kind.size
	index := make([]int, rank) // of the row in the chunk
	for {
		from, to := 0, 0
		for i := range rank {
			from = from*chunk[i] + index[i]
			to = to*shape[i] + start[i] + index[i]
		}
		copy(a.out[to*a.d.kind.size:][:row], data[from*a.d.kind.size:])
		i := last - 1
		for ; i >= 0; i-- {
			if index[i]++; index[i] < min(chunk[i], shape[i]-start[i]) {
				break
			}
			index[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// fixedArray visits the chunks of a fixed array index.
func (a *assembly) fixedArray(address uint64) error {
	c := a.d.f.rest(address)
	c.magic("FAHD")
	c.version(0, "a fixed array")
	filtered := c.u8() == 1
	entry, pageBits := int(c.u8()), int(c.u8())
	count := c.u64()
	block := c.u64()
	c.checksum(0)
	switch {
	case c.err != nil:
		return fmt.Errorf("fixed array: %w", c.err)
	case count != uint64(a.left) || filtered != (len(a.d.filters) > 0) || pageBits > 30 || entry < 8 || filtered && (entry < 13 || entry > 20):
		return errors.New("fixed array: sizes that do not fit the dataset")
	case block == undefined:
		return nil
	}
	c = a.d.f.rest(block)
	c.magic("FADB")
	c.version(0, "a fixed array block")
	c.skip(1 + 8)
	page := 1 << pageBits
	var err error
	if int(count) <= page { // the checksum begins at the start of the block
		err = a.fixedEntries(c, 0, int(count), entry, filtered)
		c.checksum(0)
	} else {
		err = a.fixedPages(c, int(count), page, entry, filtered)
	}
	if err == nil && c.err != nil {
		err = fmt.Errorf("fixed array: %w", c.err)
	}
	return err
}

// fixedPages visits the entries of a block in pages, those that a bitmap names.
func (a *assembly) fixedPages(c *cursor, count, page, entry int, filtered bool) error {
	bitmap := c.bytes(((count+page-1)/page + 7) / 8)
	c.checksum(0)
	for p := 0; p*page < count && c.err == nil; p++ {
		if bitmap[p/8]>>(7-p%8)&1 == 0 { // never written
			c.skip(page*entry + 4)
			continue
		}
		start := c.pos
		if err := a.fixedEntries(c, p*page, min(count, (p+1)*page), entry, filtered); err != nil {
			return err
		}
		c.checksum(start)
	}
	return nil
}

// fixedEntries visits the chunks from one number to below another.
func (a *assembly) fixedEntries(c *cursor, from, to, entry int, filtered bool) error {
	for i := from; i < to; i++ {
		at, size, mask := c.u64(), uint64(a.chunkBytes), uint32(0)
		if filtered {
			size, mask = c.uint(entry-12), c.u32()
		}
		if c.err != nil {
			return fmt.Errorf("fixed array: %w", c.err)
		}
		if err := a.chunk(i, at, size, mask); err != nil {
			return err
		}
	}
	return nil
}
