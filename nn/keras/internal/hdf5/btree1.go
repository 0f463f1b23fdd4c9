package hdf5

import "fmt"

// tree1 is a version 1 B-tree.
type tree1 struct {
	f       *File
	kind    byte // 0 for groups, 1 for chunks
	keySize int
	seen    map[uint64]bool
	visit   func(key *cursor, child uint64) error // a leaf's child and the key before it
}

// node visits what is below the node at an address. Its level is one less than its
// parent's; the root's, asked for as -1, is its own.
func (t *tree1) node(address uint64, level int) error {
	if t.seen[address] {
		return fmt.Errorf("a B-tree node at %d is reached twice", address)
	}
	if err := t.f.charge(64); err != nil {
		return err
	}
	t.seen[address] = true
	c := t.f.rest(address)
	c.magic("TREE")
	kind, at, count := c.u8(), int(c.u8()), int(c.u16())
	c.skip(16) // siblings
	switch {
	case c.err != nil:
		return fmt.Errorf("a B-tree node at %d: %w", address, c.err)
	case kind != t.kind:
		return fmt.Errorf("a B-tree node of type %d where %d is expected", kind, t.kind)
	case level >= 0 && at != level:
		return fmt.Errorf("a B-tree node of level %d below one of level %d", at, level+1)
	}
	for range count {
		key := &cursor{data: c.bytes(t.keySize)}
		child := c.u64()
		if c.err != nil {
			return fmt.Errorf("a B-tree node at %d: %w", address, c.err)
		}
		var err error
		if at == 0 {
			err = t.visit(key, child)
		} else {
			err = t.node(child, at-1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
