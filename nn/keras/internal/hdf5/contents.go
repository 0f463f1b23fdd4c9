package hdf5

// contents is what the header of a group holds.
type contents struct {
	messages []message
	links    []link // sorted by name
}

// link is one name in a group: of an object, or of something that is refused.
type link struct {
	name    string
	address uint64
	refused string // why the link is not followed
}
