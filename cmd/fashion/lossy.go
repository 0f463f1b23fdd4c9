package main

import (
	"errors"
	"fmt"
	"io"
)

// lossy is a writer whose errors end nothing: the first is kept for the end of the run,
// and what comes after it is dropped.
type lossy struct {
	name string
	w    io.Writer
	err  error
}

func (l *lossy) Write(p []byte) (int, error) {
	if l.err == nil {
		_, l.err = l.w.Write(p)
	}
	return len(p), nil
}

// tolerate makes errors of standard error end nothing, and those of standard output too
// where a run has more to make than what it prints.
func (c *console) tolerate(stdout bool) {
	wrap := func(name string, w *io.Writer) {
		if f, ok := (*w).(*folder); ok {
			w = &f.w
		}
		if _, done := (*w).(*lossy); !done {
			l := &lossy{name: name, w: *w}
			c.lossy, *w = append(c.lossy, l), l
		}
	}
	wrap("standard error", &c.stderr)
	if stdout {
		wrap("standard output", &c.stdout)
	}
}

// lost returns what could not be written.
func (c *console) lost() error {
	var errs []error
	for _, l := range c.lossy {
		if l.err != nil {
			errs = append(errs, fmt.Errorf("%s: not everything could be written: %w", l.name, l.err))
		}
	}
	return errors.Join(errs...)
}
