package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// flags is a flag set whose flags are in titled groups: one table for parsing,
// help and shell completion.
type flags struct {
	*flag.FlagSet
	command command
	groups  []group
	given   map[string]bool // by name, after parse
}

type group struct {
	title string
	flags []flagLine
}

// flagLine is how help and completion show a flag.
type flagLine struct {
	name, arg string   // arg is "" for a switch
	help      []string // lines
	choices   []string // what completion offers; "FILE" and "DIR" args offer paths
}

func newFlags(c command) *flags {
	f := &flags{FlagSet: flag.NewFlagSet("fashion "+c.name, flag.ContinueOnError), command: c}
	f.SetOutput(io.Discard)
	return f
}

// group begins a titled group.
func (f *flags) group(title string) { f.groups = append(f.groups, group{title: title}) }

// describe adds a registered flag to the last group. Lines of help are divided
// by line feeds.
func (f *flags) describe(name, arg, help string, choices ...string) {
	if f.Lookup(name) == nil {
		panic("fashion: no flag -" + name + " to describe")
	}
	g := &f.groups[len(f.groups)-1]
	g.flags = append(g.flags, flagLine{name, arg, strings.Split(help, "\n"), choices})
}

// parse reads flags and returns the other arguments, which may come before, between
// and after them; what follows "--" is not a flag.
func (f *flags) parse(args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); unknown {
				err = f.unknownFlag(name)
			}
			return nil, err
		}
		left := f.Args()
		if len(left) == 0 {
			break
		}
		if at := len(args) - len(left); at > 0 && args[at-1] == "--" {
			rest = append(rest, left...)
			break
		}
		rest, args = append(rest, left[0]), left[1:]
	}
	f.given = map[string]bool{}
	f.Visit(func(g *flag.Flag) { f.given[g.Name] = true })
	return rest, nil
}

// none refuses arguments where a command takes flags only.
func none(args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q: only flags may be here", args[0])
	}
	return nil
}

// names returns the names of the flags, in the order of the help.
func (f *flags) names() (names []string) {
	for _, g := range f.groups {
		for _, l := range g.flags {
			names = append(names, l.name)
		}
	}
	return names
}

// help prints the help of a subcommand.
func (f *flags) help(w io.Writer) error {
	var b strings.Builder
	c := f.command
	usage := "fashion " + c.name
	if len(f.groups) > 0 {
		usage += " [flags]"
	}
	fmt.Fprintf(&b, "Usage: %s\n\n%s%s.\n", strings.TrimSpace(usage+" "+c.args), strings.ToUpper(c.summary[:1]), c.summary[1:])
	f.writeGroups(&b)
	writeExamples(&b, c.examples)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeGroups prints the table of flags.
func (f *flags) writeGroups(b *strings.Builder) {
	for _, g := range f.groups {
		fmt.Fprintf(b, "\n%s\n", g.title)
		for _, l := range g.flags {
			fmt.Fprintf(b, "  %-20s %s\n", strings.TrimSpace("-"+l.name+" "+l.arg), l.help[0])
			for _, more := range l.help[1:] {
				fmt.Fprintf(b, "  %-20s %s\n", "", more)
			}
		}
	}
}

func writeExamples(b *strings.Builder, examples []string) {
	if len(examples) == 0 {
		return
	}
	b.WriteString("\nExamples\n")
	for _, e := range examples {
		fmt.Fprintf(b, "  %s\n", e)
	}
}

// atLeast checks a number.
func atLeast(name string, v, least int) error {
	if v < least {
		return usagef("-%s %d: give at least %d", name, v, least)
	}
	return nil
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// errNoFile is what a command without its FILE says.
var errNoFile = usageError{errors.New("give the FILE of a saved model, as made by fashion -save FILE or kept in the folder of fashion -checkpoint DIR")}
