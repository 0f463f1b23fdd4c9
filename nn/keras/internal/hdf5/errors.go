package hdf5

import (
	"errors"
	"fmt"
)

// unsupported is an error about something valid that this package does not read;
// errors.Is finds errors.ErrUnsupported in it.
func unsupported(format string, a ...any) error {
	return &unsupportedError{fmt.Sprintf(format, a...)}
}

type unsupportedError struct{ text string }

func (e *unsupportedError) Error() string        { return e.text }
func (e *unsupportedError) Is(target error) bool { return target == errors.ErrUnsupported }

// in says where in the file an error is.
func in(place string, err error) error { return fmt.Errorf("hdf5: %s: %w", place, err) }
