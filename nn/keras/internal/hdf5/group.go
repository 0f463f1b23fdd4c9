package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Group is a group whose links have been read.
type Group struct {
	f    *File
	path string
	*contents
}

// Root opens the root group.
func (f *File) Root() (*Group, error) { return f.group("", f.root) }

func (f *File) group(path string, address uint64) (*Group, error) {
	if c, ok := f.groups[address]; ok {
		return &Group{f, path, c}, nil
	}
	fail := func(err error) (*Group, error) { return nil, in("group /"+path, err) }
	messages, err := f.messages(address)
	if err != nil {
		return fail(err)
	}
	g := &Group{f, path, &contents{messages: messages}}
	switch table := one(messages, msgSymbolTable); {
	case table != nil:
		err = g.symbolTable(table)
	case one(messages, msgLinkInfo) != nil || one(messages, msgLink) != nil:
		err = g.newLinks()
	default:
		err = errors.New("it is no group")
	}
	if err != nil {
		return fail(err)
	}
	slices.SortFunc(g.links, func(a, b link) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(g.links); i++ {
		if g.links[i].name == g.links[i-1].name {
			return fail(fmt.Errorf("the name %q occurs twice", g.links[i].name))
		}
	}
	f.groups[address] = g.contents
	return g, nil
}

// add appends a link.
func (g *Group) add(l link) error {
	if l.name == "" || strings.ContainsAny(l.name, "/\x00") {
		return fmt.Errorf("%q is no name of a link", l.name)
	}
	if err := g.f.charge(int64(2*64 + len(l.name))); err != nil {
		return err
	}
	g.links = append(g.links, l)
	return nil
}

// Names returns the names in the group, sorted.
func (g *Group) Names() []string {
	names := make([]string, len(g.links))
	for i, l := range g.links {
		names[i] = l.name
	}
	return names
}

// Has reports whether the group has the name.
func (g *Group) Has(name string) bool {
	_, ok := g.index(name)
	return ok
}

func (g *Group) index(name string) (int, bool) {
	return slices.BinarySearchFunc(g.links, name, func(l link, name string) int { return strings.Compare(l.name, name) })
}

// find returns the path and the address of the object with a name.
func (g *Group) find(name string) (path string, address uint64, err error) {
	path = strings.TrimPrefix(g.path+"/"+name, "/")
	i, ok := g.index(name)
	if !ok {
		return path, 0, fmt.Errorf("hdf5: /%s does not exist", path)
	}
	if l := g.links[i]; l.refused != "" {
		return path, 0, in("/"+path, unsupported("it is %s: nothing but what is in the file itself is read", l.refused))
	}
	return path, g.links[i].address, nil
}

// Group opens the group with a name in this one.
func (g *Group) Group(name string) (*Group, error) {
	path, address, err := g.find(name)
	if err != nil {
		return nil, err
	}
	return g.f.group(path, address)
}

// Dataset opens the dataset with a name in this group.
func (g *Group) Dataset(name string) (*Dataset, error) {
	path, address, err := g.find(name)
	if err != nil {
		return nil, err
	}
	return g.f.dataset(path, address)
}

// Path opens the dataset at a path of several names, such as hidden/kernel:0.
func (g *Group) Path(path string) (*Dataset, error) {
	for {
		name, rest, more := strings.Cut(path, "/")
		if !more {
			return g.Dataset(name)
		}
		next, err := g.Group(name)
		if err != nil {
			return nil, err
		}
		g, path = next, rest
	}
}

// Strings returns the strings of an attribute of the group, one or a list, and
// whether it has the attribute.
func (g *Group) Strings(name string) ([]string, bool, error) {
	s, ok, err := g.f.strings(g.messages, name)
	if err != nil {
		return nil, ok, in(fmt.Sprintf("attribute %q of group /%s", name, g.path), err)
	}
	return s, ok, nil
}

// symbolTable reads the links of an old group: a B-tree of symbol tables and a
// heap of names.
func (g *Group) symbolTable(m *message) error {
	c := &cursor{data: m.data}
	tree, heap := c.u64(), c.u64()
	if c.err != nil {
		return c.err
	}
	names, err := g.f.localHeap(heap)
	if err != nil {
		return err
	}
	t := &tree1{f: g.f, kind: 0, keySize: 8, seen: map[uint64]bool{}}
	t.visit = func(_ *cursor, node uint64) error { return g.symbols(node, names) }
	return t.node(tree, -1)
}

// symbols reads one symbol table node.
func (g *Group) symbols(address uint64, names []byte) error {
	c := g.f.rest(address)
	c.magic("SNOD")
	c.version(1, "a symbol table")
	c.skip(1)
	for count := int(c.u16()); count > 0 && c.err == nil; count-- {
		offset, header, cache := c.u64(), c.u64(), c.u32()
		c.skip(4 + 16)
		if c.err != nil {
			break
		}
		name, err := zeroTerminated(names, offset)
		if err != nil {
			return err
		}
		l := link{name: name, address: header}
		if cache == 2 {
			l.refused = "a symbolic link"
		}
		if err := g.add(l); err != nil {
			return err
		}
	}
	return c.err
}

// localHeap returns the names of an old group.
func (f *File) localHeap(address uint64) ([]byte, error) {
	c := f.rest(address)
	c.magic("HEAP")
	c.version(0, "a local heap")
	c.skip(3)
	size := c.u64()
	c.skip(8) // free list
	data := c.u64()
	if c.err != nil {
		return nil, fmt.Errorf("local heap: %w", c.err)
	}
	c = f.at(data, size)
	return c.data, c.err
}

// zeroTerminated returns the string at an offset of a heap.
func zeroTerminated(heap []byte, offset uint64) (string, error) {
	if offset < uint64(len(heap)) {
		if n := bytes.IndexByte(heap[offset:], 0); n >= 0 && n <= maxName {
			return string(heap[offset : offset+uint64(n)]), nil
		}
	}
	return "", fmt.Errorf("no name at %d of a heap of %d bytes", offset, len(heap))
}

// maxName is the longest name of a link in bytes.
const maxName = 4096

// newLinks reads the links of a group of HDF5 1.8 and later: messages of the
// group's header or, from nine links on, a fractal heap.
func (g *Group) newLinks() error {
	for i := range g.messages {
		if g.messages[i].kind == msgLink {
			if err := g.link(g.messages[i].data); err != nil {
				return err
			}
		}
	}
	info := one(g.messages, msgLinkInfo)
	if info == nil {
		return nil
	}
	c := &cursor{data: info.data}
	c.version(0, "link info")
	if c.u8()&1 != 0 {
		c.skip(8) // highest creation order
	}
	heap, tree := c.u64(), c.u64()
	if c.err != nil || heap == undefined {
		return c.err
	}
	return g.f.dense(heap, tree, 5, 4, g.link)
}

// link reads a link message.
func (g *Group) link(data []byte) error {
	c := &cursor{data: data}
	c.version(1, "a link")
	flags := c.u8()
	kind := byte(0)
	if flags&8 != 0 {
		kind = c.u8()
	}
	if flags&4 != 0 {
		c.skip(8) // creation order
	}
	if flags&16 != 0 {
		c.skip(1) // character set: ASCII or UTF-8, which are the same here
	}
	n := c.uint(1 << (flags & 3))
	if n > maxName {
		return fmt.Errorf("a name of %d bytes", n)
	}
	l := link{name: string(c.bytes(int(n)))}
	switch kind {
	case 0:
		l.address = c.u64()
	case 1:
		l.refused = "a symbolic link"
	case 64:
		l.refused = "a link to another file"
	default:
		l.refused = fmt.Sprintf("a link of type %d", kind)
	}
	if c.err != nil {
		return fmt.Errorf("link: %w", c.err)
	}
	return g.add(l)
}
