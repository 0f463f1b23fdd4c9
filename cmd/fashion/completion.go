package main

import (
	"context"
	"fmt"
	"io"
	"strings"
)

func completionCommand() command {
	return command{
		name: "completion", args: "bash|zsh|fish", summary: "print what makes a shell complete commands and flags",
		examples: []string{"source <(fashion completion bash)", "fashion completion zsh > \"${fpath[1]}/_fashion\"", "fashion completion fish > ~/.config/fish/completions/fashion.fish"},
		define: func(*flags) func(context.Context, *console, []string) error {
			return func(_ context.Context, c *console, args []string) error {
				if len(args) != 1 {
					return usagef("give one shell: bash, zsh or fish")
				}
				shells := map[string]func(io.Writer) error{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
				write := shells[args[0]]
				if write == nil {
					return usagef("no completion for %q: choose one of bash, zsh, fish%s", args[0], didYouMean(args[0], []string{"bash", "zsh", "fish"}))
				}
				return write(c.data())
			}
		},
	}
}

// described returns the subcommands with their tables of flags.
func described() []*flags {
	var all []*flags
	for _, c := range commands() {
		f := newFlags(c)
		c.define(f)
		all = append(all, f)
	}
	return all
}

// path reports whether an argument names a file or a folder.
func path(arg string) bool { return strings.Contains(arg, "FILE") || strings.Contains(arg, "DIR") }

// operands returns the words that a subcommand takes in addition to flags; none: files.
func operands(c command) []string {
	if strings.Contains(c.args, "|") {
		return strings.Split(c.args, "|")
	}
	return nil
}

func bashCompletion(w io.Writer) error {
	var names []string
	var cases strings.Builder
	for _, f := range described() {
		names = append(names, f.command.name)
		var flags []string
		fmt.Fprintf(&cases, "\t%s)\n\t\tcase $previous in\n", f.command.name)
		for _, g := range f.groups {
			for _, l := range g.flags {
				flags = append(flags, "-"+l.name)
				switch {
				case l.arg == "":
				case path(l.arg):
					fmt.Fprintf(&cases, "\t\t-%s) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", l.name)
				default:
					fmt.Fprintf(&cases, "\t\t-%s) COMPREPLY=($(compgen -W \"%s\" -- \"$word\")); return ;;\n", l.name, strings.Join(l.choices, " "))
				}
			}
		}
		fmt.Fprintf(&cases, "\t\tesac\n\t\tflags=\"%s\" operands=\"%s\" ;;\n", strings.Join(append(flags, "-h"), " "), strings.Join(operands(f.command), " "))
	}
	_, err := fmt.Fprintf(w, `# bash completion for fashion: source <(fashion completion bash)
_fashion() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=train flags= operands=
	case ${COMP_WORDS[1]} in
	-*) ;;
	*) if [ "$COMP_CWORD" -eq 1 ]; then
			COMPREPLY=($(compgen -W "%[1]s help" -- "$word"))
			return
		fi
		command=${COMP_WORDS[1]} ;;
	esac
	case $command in
%[2]s	help) operands="%[1]s" ;;
	esac
	case $word in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
	*) if [ -n "$operands" ]; then
			COMPREPLY=($(compgen -W "$operands" -- "$word"))
		else
			COMPREPLY=($(compgen -f -- "$word"))
		fi ;;
	esac
}
complete -o filenames -F _fashion fashion
`, strings.Join(names, " "), cases.String())
	return err
}

func zshCompletion(w io.Writer) error {
	quote := strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`)
	var list, cases strings.Builder
	for _, f := range described() {
		fmt.Fprintf(&list, "\t\t'%s:%s'\n", f.command.name, quote.Replace(f.command.summary))
		fmt.Fprintf(&cases, "\t%s)\n\t\t_arguments \\\n", f.command.name)
		for _, g := range f.groups {
			for _, l := range g.flags {
				spec := "-" + l.name + "[" + quote.Replace(strings.Join(l.help, " ")) + "]"
				switch {
				case l.arg == "":
				case path(l.arg):
					spec += ":" + l.arg + ":_files"
				case len(l.choices) > 0:
					spec += ":" + quote.Replace(l.arg) + ":(" + strings.Join(l.choices, " ") + ")"
				default:
					spec += ":" + quote.Replace(l.arg) + ": "
				}
				fmt.Fprintf(&cases, "\t\t\t'%s' \\\n", spec)
			}
		}
		rest := "'*:file:_files'"
		if words := operands(f.command); words != nil {
			rest = "'1:word:(" + strings.Join(words, " ") + ")'"
		}
		fmt.Fprintf(&cases, "\t\t\t'-h[help]' \\\n\t\t\t%s ;;\n", rest)
	}
	_, err := fmt.Fprintf(w, `#compdef fashion
# zsh completion for fashion: put it into a folder of $fpath as _fashion
_fashion() {
	local -a commands
	commands=(
%s	)
	local command=train
	if [[ $words[2] != -* ]]; then
		if (( CURRENT == 2 )); then
			_describe command commands
			return
		fi
		command=$words[2]
		shift words
		(( CURRENT-- ))
	fi
	case $command in
%s	help) _describe command commands ;;
	esac
}
if [[ $funcstack[1] == _fashion ]]; then
	_fashion "$@"
else
	compdef _fashion fashion
fi
`, list.String(), cases.String())
	return err
}

func fishCompletion(w io.Writer) error {
	quote := strings.NewReplacer(`\`, `\\`, "'", `\'`)
	var names []string
	var lines strings.Builder
	all := described()
	for _, f := range all {
		names = append(names, f.command.name)
	}
	some := strings.Join(names, " ")
	for i, f := range all {
		fmt.Fprintf(&lines, "complete -c fashion -f -n 'not __fish_seen_subcommand_from %s help' -a %s -d '%s'\n", some, f.command.name, quote.Replace(f.command.summary))
		when := "__fish_seen_subcommand_from " + f.command.name
		if i == 0 { // the default
			when += "; or not __fish_seen_subcommand_from " + some + " help"
		}
		for _, g := range f.groups {
			for _, l := range g.flags {
				fmt.Fprintf(&lines, "complete -c fashion -n '%s' -o %s -d '%s'", when, l.name, quote.Replace(strings.Join(l.help, " ")))
				switch {
				case l.arg == "":
				case path(l.arg):
					lines.WriteString(" -r -F")
				default:
					fmt.Fprintf(&lines, " -x -a '%s'", strings.Join(l.choices, " "))
				}
				lines.WriteByte('\n')
			}
		}
		if words := operands(f.command); words != nil {
			fmt.Fprintf(&lines, "complete -c fashion -f -n '%s' -a '%s'\n", when, strings.Join(words, " "))
		}
	}
	fmt.Fprintf(&lines, "complete -c fashion -f -n '__fish_seen_subcommand_from help' -a '%s'\n", some)
	_, err := fmt.Fprintf(w, "# fish completion for fashion: put it into ~/.config/fish/completions/fashion.fish\n%s", lines.String())
	return err
}
