package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// console is where a run prints: results on stdout, the rest on stderr.
type console struct {
	stdout, stderr io.Writer
	line           string     // the command line, for the report
	bar            io.Writer  // standard error where that is a terminal, else nil
	width          func() int // its columns
	widthOut       func() int // columns of standard output, nil where that is not a terminal
	colorOut       bool       // stdout may have colours
	colorErr       bool
	folded         []*folder
	files          map[string]fs.FileInfo // that standard output and standard error go to, by name
	lossy          []*lossy
}

// newConsole returns the console of a process. Lines for a terminal are folded
// at its width; a terminal gets colours unless NO_COLOR is set or TERM is dumb.
func newConsole(stdout, stderr *os.File) *console {
	c := &console{stdout: stdout, stderr: stderr, line: commandLine(os.Args), files: map[string]fs.FileInfo{}}
	color := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if width := terminal(stdout); width != nil {
		c.colorOut = color
		c.widthOut = width
		c.stdout = c.fold(stdout, width)
	}
	if width := terminal(stderr); width != nil {
		c.colorErr = color
		c.bar, c.width = stderr, width
		c.stderr = c.fold(stderr, width)
	}
	for name, f := range map[string]*os.File{"standard output": stdout, "standard error": stderr} {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			c.files[name] = info
		}
	}
	return c
}

// terminal returns what reads the width of the terminal f, nil where f is none.
func terminal(f *os.File) func() int {
	fd := int(f.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	return func() int {
		if w, _, err := term.GetSize(fd); err == nil && w > 0 {
			return w
		}
		return 80
	}
}

// commandLine quotes arguments as a shell wants them.
func commandLine(args []string) string {
	var all []string
	for i, a := range args {
		if i == 0 {
			a = "fashion"
		}
		if a == "" || strings.ContainsAny(a, " \t\n'\"\\$&|;<>()*?[]#~`!{}") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		all = append(all, a)
	}
	return strings.Join(all, " ")
}

func (c *console) fold(w io.Writer, width func() int) io.Writer {
	f := &folder{w: w, width: width}
	c.folded = append(c.folded, f)
	return f
}

// flush writes lines that have no end yet.
func (c *console) flush() error {
	var err error
	for _, f := range c.folded {
		err = first(err, f.flush())
	}
	return err
}

// data returns stdout for text that another program reads, which must not be
// folded.
func (c *console) data() io.Writer {
	if f, ok := c.stdout.(*folder); ok {
		return f.w
	}
	return c.stdout
}

// meter returns where a download shows its progress: on a terminal in place,
// elsewhere only the line of the end.
func (c *console) meter() io.Writer {
	if c.bar != nil {
		return c.bar
	}
	return &lastDrawing{w: c.stderr}
}

// lastDrawing passes what is in a line at its end, without what was overwritten by
// carriage returns.
type lastDrawing struct {
	w    io.Writer
	line []byte
}

func (l *lastDrawing) Write(p []byte) (int, error) {
	for _, b := range p {
		switch b {
		case '\r':
			l.line = l.line[:0]
		case '\n':
			if _, err := l.w.Write(append(l.line, '\n')); err != nil {
				return 0, err
			}
			l.line = l.line[:0]
		default:
			l.line = append(l.line, b)
		}
	}
	return len(p), nil
}

// folder breaks lines at the width of a terminal, at a blank where there is one,
// so that the terminal has none to wrap. Rules are cut.
type folder struct {
	w     io.Writer
	width func() int
	line  []byte // begun, without its end
}

func (f *folder) Write(p []byte) (int, error) {
	n := len(p)
	for {
		text, rest, ended := bytes.Cut(p, []byte("\n"))
		f.line = append(f.line, text...)
		if !ended {
			return n, nil
		}
		if err := f.end("\n"); err != nil {
			return 0, err
		}
		p = rest
	}
}

// flush writes a line that has no end yet.
func (f *folder) flush() error {
	if len(f.line) == 0 {
		return nil
	}
	return f.end("")
}

// end writes the begun line.
func (f *folder) end(ending string) error {
	out := foldLine(strings.TrimRight(string(f.line), " "), f.width()) + ending
	f.line = f.line[:0]
	_, err := io.WriteString(f.w, out)
	return err
}

// foldLine folds one line at a number of columns.
func foldLine(line string, width int) string {
	if width < 2 || columns(line) <= width {
		return line
	}
	if strings.Trim(line, line[:1]) == "" { // a rule
		return line[:width]
	}
	var out strings.Builder
	for {
		cut, blank, at := 0, 0, 0
		escape := false
		for i, r := range line {
			w := runeColumns(r, &escape)
			if at+w > width {
				break
			}
			at += w
			cut = i + len(string(r))
			if r == ' ' && strings.TrimSpace(line[:i]) != "" {
				blank = cut
			}
		}
		if cut == len(line) {
			out.WriteString(line)
			return out.String()
		}
		if line[cut] == ' ' { // the break falls on a blank
			blank = cut
		}
		if blank > 0 {
			cut = blank
		}
		out.WriteString(strings.TrimRight(line[:cut], " ") + "\n")
		line = strings.TrimLeft(line[cut:], " ")
		if columns(line) <= width {
			out.WriteString(line)
			return out.String()
		}
	}
}

// columns counts what a terminal shows of a line.
func columns(line string) int {
	n, escape := 0, false
	for _, r := range line {
		n += runeColumns(r, &escape)
	}
	return n
}

// runeColumns returns the columns of a character: none inside a colour code and for what
// joins the character before it, two for East Asian wide ones and emoji.
func runeColumns(r rune, escape *bool) int {
	switch {
	case *escape:
		*escape = r != 'm'
		return 0
	case r == 0x1b:
		*escape = true
		return 0
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), r >= 0x1160 && r <= 0x11ff, r >= 0xd7b0 && r <= 0xd7ff: // the last two: vowels and finals of Hangul in single letters
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// pad fills text with blanks to a number of columns.
func pad(text string, n int) string { return text + strings.Repeat(" ", max(0, n-columns(text))) }

// table is rows of cells, which are aligned by the columns that a terminal shows, two
// blanks between them.
type table [][]string

func (t *table) add(cells ...string) { *t = append(*t, cells) }

func (t table) String() string {
	var widths []int
	for _, row := range t {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cell))
		}
	}
	var b strings.Builder
	for _, row := range t {
		line := ""
		for i, cell := range row {
			line += pad(cell, widths[i]+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
