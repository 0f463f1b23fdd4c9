package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// command is a subcommand. define registers its flags and returns what runs once
// they are read.
type command struct {
	name, args string // as in "fashion evaluate FILE"
	summary    string
	examples   []string
	define     func(f *flags) func(ctx context.Context, c *console, args []string) error
}

// commands lists the subcommands, the default first.
func commands() []command {
	return []command{
		trainCommand(), tutorialCommand(), evaluateCommand(), predictCommand(),
		benchCommand(), dataCommand(), versionCommand(), completionCommand(),
	}
}

// commandNamed finds a subcommand; its error lists the choices, and says what may be
// meant.
func commandNamed(name string) (command, error) {
	var names []string
	for _, c := range commands() {
		if c.name == name {
			return c, nil
		}
		names = append(names, c.name)
	}
	hint := didYouMean(name, append(names, "help"))
	if _, err := os.Stat(name); hint == "" && err == nil {
		hint = fmt.Sprintf(": for a saved model, fashion evaluate %[1]s or fashion predict %[1]s IMAGE…", name)
	}
	return command{}, fmt.Errorf("no command %q%s\nThe commands are %s; flags alone train", name, hint, strings.Join(names, ", "))
}

// overview prints what fashion -h says: the subcommands, and the flags of the
// default one.
func overview(w io.Writer) error {
	var b strings.Builder
	b.WriteString("Fashion trains a network on Fashion-MNIST as a Keras tutorial does.\n\nUsage: fashion [command] [flags]\n\nCommands\n")
	all := commands()
	for i, c := range all {
		what := c.summary
		if i == 0 {
			what += " (the default)"
		}
		fmt.Fprintf(&b, "  %-25s %s\n", strings.TrimSpace(c.name+" "+c.args), what)
	}
	b.WriteString("  help COMMAND              the flags of a command\n")
	train := newFlags(all[0])
	all[0].define(train)
	b.WriteString("\nFlags of train\n")
	train.writeGroups(&b)
	writeExamples(&b, all[0].examples)
	b.WriteString(`
Exit codes
  0  done      3    accuracy below -min-accuracy    141  the reader of the output ended
  1  failed    130  stopped by Ctrl-C               143  stopped by SIGTERM
  2  wrong usage
`)
	_, err := io.WriteString(w, b.String())
	return err
}
