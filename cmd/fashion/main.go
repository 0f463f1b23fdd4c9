// Command fashion trains the network of a well-known Keras tutorial on
// Fashion-MNIST and prints what the tutorial prints: the summary, the progress,
// losses and accuracies. See fashion -h.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// Exit codes. A run that a signal stopped ends with 128 + the signal's number:
// 130 after Ctrl-C, 143 after SIGTERM.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
	exitBelow   = 3   // the accuracy is below -min-accuracy
	exitPipe    = 141 // whoever read the output has ended: 128 + SIGPIPE
)

func main() {
	ignorePipe()
	ctx, release := signals(context.Background())
	c := newConsole(os.Stdout, os.Stderr)
	code := run(ctx, os.Args[1:], c)
	release()
	os.Exit(code)
}

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// usagef makes a usageError.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// belowError is an accuracy below -min-accuracy.
type belowError struct{ got, want float64 }

func (e belowError) Error() string {
	return fmt.Sprintf("the accuracy on the test set, %.4f, is below -min-accuracy %v", e.got, e.want)
}

// run is the command: its exit code is returned, not taken.
func run(ctx context.Context, args []string, c *console) int {
	c.tolerate(false)
	err := dispatch(ctx, args, c)
	err = errors.Join(err, c.flush(), c.lost())
	if err == nil {
		return exitOK
	}
	// What the user asked for comes before what followed from it.
	var stop stopped
	var below belowError
	code := exitFailure
	switch {
	case errors.As(err, &stop):
		code = stop.code()
	case errors.As(err, &below):
		code = exitBelow
	case errors.As(err, new(usageError)):
		code = exitUsage
	case isPipe(err): // nobody reads this
		return exitPipe
	}
	fmt.Fprintf(c.stderr, "fashion: %v\n", err)
	return code
}

// dispatch finds the subcommand, reads its flags and runs it.
func dispatch(ctx context.Context, args []string, c *console) error {
	cmd := trainCommand()
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		if args[0] == "help" {
			return help(args[1:], c.stdout)
		}
		found, err := commandNamed(args[0])
		if err != nil {
			return usageError{err}
		}
		cmd, args = found, args[1:]
	} else if len(args) > 0 && isHelp(args[0]) {
		var names []string // fashion -h predict is fashion predict -h
		if len(args) > 1 && !strings.HasPrefix(args[1], "-") {
			names = args[1:2]
		}
		return help(names, c.stdout)
	}
	f := newFlags(cmd)
	do := cmd.define(f)
	rest, err := f.parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return f.help(c.stdout)
	}
	if err != nil {
		return usagef("%w\nRun fashion %s -h for its flags", err, cmd.name)
	}
	err = do(ctx, c, rest)
	if errors.As(err, new(usageError)) {
		return fmt.Errorf("%w\nRun fashion %s -h for its flags", err, cmd.name)
	}
	return err
}

// isHelp reports whether an argument asks for help.
func isHelp(arg string) bool {
	return arg == "-h" || arg == "--h" || arg == "-help" || arg == "--help"
}

// help prints the overview, or the help of one subcommand.
func help(names []string, w io.Writer) error {
	switch len(names) {
	case 0:
		return overview(w)
	case 1:
		cmd, err := commandNamed(names[0])
		if err != nil {
			return usageError{err}
		}
		f := newFlags(cmd)
		cmd.define(f)
		return f.help(w)
	}
	return usagef("fashion help takes one command, not %q", names)
}
