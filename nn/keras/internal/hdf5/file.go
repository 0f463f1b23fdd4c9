// Package hdf5 reads the HDF5 files that Keras and h5py write, and writes those
// that Keras reads. It is no general HDF5 library: it finds groups, datasets of
// numbers and attributes of strings by name, and refuses everything else by name.
//
// Read: superblocks 0 to 3, a user block, object headers 1 and 2, symbol tables,
// compact and dense links and attributes, compact, contiguous and chunked
// storage (all indexes but the extensible array), deflate, shuffle, Fletcher-32
// and LZF, integers and IEEE floats of either byte order, bfloat16 as h5py stores
// it, fixed and variable-length strings. Refused: links to other files, external
// and virtual storage, committed datatypes, everything that is not asked for.
//
// A file is never trusted. Each address is checked against the end of the file,
// each structure is visited once, allocations are counted against a limit, and
// nothing is read but what lies on the way to a wanted name.
//
// Source: HDF5 File Format Specification, version 3.0.
package hdf5

import (
	"bytes"
	"errors"
	"fmt"
)

const undefined = ^uint64(0) // an address that is not set

var signature = []byte("\x89HDF\r\n\x1a\n")

// File is an HDF5 file in memory.
type File struct {
	data   []byte               // from the superblock to the end: addresses count from here
	memory int64                // bytes that may still be allocated
	root   uint64               // address of the root group's object header
	groups map[uint64]*contents // that were read, by address
	heaps  map[uint64][][]byte  // global heaps' objects by index
	undo   decoder              // of filters, with its buffers
}

// Is reports whether data begins as an HDF5 file does, at the start or after a
// user block.
func Is(data []byte) bool { return find(data) >= 0 }

// find returns where the superblock is: at 0, 512, 1024, 2048 and so on; -1 for
// nowhere.
func find(data []byte) int {
	for at := 0; at+len(signature) <= len(data); at = max(512, 2*at) {
		if bytes.Equal(data[at:at+len(signature)], signature) {
			return at
		}
	}
	return -1
}

// Open reads the superblock of the file in data, which must not change as long as
// the File is used. What is allocated for its content, arrays and names, is at
// most memory bytes; beyond that every read fails.
func Open(data []byte, memory int64) (*File, error) {
	base := find(data)
	if base < 0 {
		return nil, errors.New("hdf5: not an HDF5 file: the signature is missing")
	}
	f := &File{data: data[base:], memory: memory, groups: map[uint64]*contents{}, heaps: map[uint64][][]byte{}}
	c := &cursor{data: f.data, pos: len(signature)}
	var end, at uint64
	switch version := c.u8(); version {
	case 0, 1:
		end, at = f.superblock0(c, version)
	case 2, 3:
		end, at = f.superblock2(c, version)
	default:
		c.fail(unsupported("version %d: only 0 to 3 are known", version))
	}
	if c.err != nil {
		return nil, fmt.Errorf("hdf5: superblock: %w", c.err)
	}
	// The base address is where HDF5 found the superblock; the end counts from the
	// start of the file.
	if at != uint64(base) {
		return nil, fmt.Errorf("hdf5: superblock: base address %d, but the superblock is at %d", at, base)
	}
	switch size := uint64(len(data)); {
	case end > size:
		return nil, fmt.Errorf("hdf5: the file is cut: it has %d bytes, its superblock says %d", size, end)
	case end < size && end != uint64(len(f.data)):
		return nil, fmt.Errorf("hdf5: %d bytes after the end of the file", size-end)
	}
	return f, nil
}

// superblock0 reads the rest of superblock 0 or 1 and returns the end-of-file and
// the base address.
func (f *File) superblock0(c *cursor, version byte) (end, base uint64) {
	c.skip(4) // versions of free space, root group, reserved, shared headers
	c.sizes()
	c.skip(1 + 2 + 2 + 4) // reserved, leaf k, internal k, flags
	if version == 1 {
		c.skip(4) // indexed storage k, reserved
	}
	base = c.u64()
	c.skip(8) // free space
	end = c.u64()
	if driver := c.u64(); driver != undefined {
		c.fail(unsupported("a driver information block: the file is split over several"))
	}
	c.skip(8) // name of the root group
	f.root = c.u64()
	return end, base
}

// superblock2 reads the rest of superblock 2 or 3.
func (f *File) superblock2(c *cursor, version byte) (end, base uint64) {
	c.sizes()
	if flags := c.u8(); version == 3 && flags&1 != 0 {
		c.fail(errors.New("the file was not closed by the program that wrote it"))
	}
	base = c.u64()
	if extension := c.u64(); extension != undefined {
		c.fail(unsupported("a superblock extension"))
	}
	end = c.u64()
	f.root = c.u64()
	c.checksum(0)
	return end, base
}

// charge counts n bytes of memory.
func (f *File) charge(n int64) error {
	if n < 0 || n > f.memory {
		return fmt.Errorf("reading this takes more memory than a file of %d bytes may ask for", len(f.data))
	}
	f.memory -= n
	return nil
}

// at returns a cursor over the n bytes at an address.
func (f *File) at(address, n uint64) *cursor {
	c := &cursor{}
	if size := uint64(len(f.data)); address > size || n > size-address {
		if address == undefined {
			c.fail(errors.New("an address is not set"))
		} else {
			c.fail(fmt.Errorf("%d bytes at address %d, after the end of the file at %d", n, address, size))
		}
		return c
	}
	c.data = f.data[address : address+n]
	return c
}

// rest is a cursor from an address to the end of the file.
func (f *File) rest(address uint64) *cursor {
	if size := uint64(len(f.data)); address <= size {
		return f.at(address, size-address)
	}
	return f.at(address, 1)
}
