package nn

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// Summary writes the table of the layers that Keras's summary prints, with the
// parameters counted and their sizes in bytes.
func (m *Sequential) Summary(w io.Writer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.build(nil); err != nil {
		return err
	}
	type row struct{ name, shape, params string }
	var table []row
	widths := [2]int{29, 26}
	trainable, fixed := 0, 0
	for i, l := range m.layers {
		n := 0
		for _, p := range m.params {
			switch {
			case p.Layer != i:
				continue
			case p.Trained && !p.Frozen:
				trainable += p.Size()
			default:
				fixed += p.Size()
			}
			n += p.Size()
		}
		r := row{fmt.Sprintf("%s (%s)", printable(m.names[i]), l.Kind()), kerasShape(m.shapes[i]), fmt.Sprint(n)}
		widths[0], widths[1] = max(widths[0], displayWidth(r.name)+1), max(widths[1], displayWidth(r.shape)+1)
		table = append(table, r)
	}
	width := widths[0] + widths[1] + 10
	out := bufio.NewWriter(w)
	line := func(rule string) { fmt.Fprintln(out, strings.Repeat(rule, width)) }
	cells := func(r row) { fmt.Fprintln(out, pad(r.name, widths[0])+pad(r.shape, widths[1])+pad(r.params, 10)) }
	fmt.Fprintf(out, "Model: \"%s\"\n", printable(m.name))
	line("_")
	cells(row{"Layer (type)", "Output Shape", "Param #"})
	line("=")
	for i, r := range table {
		if i > 0 {
			line("_")
		}
		cells(r)
	}
	line("=")
	for _, c := range []struct {
		name string
		n    int
	}{{"Total", trainable + fixed}, {"Trainable", trainable}, {"Non-trainable", fixed}} {
		fmt.Fprintf(out, "%s params: %s (%s)\n", c.name, thousands(c.n), byteSize(4*c.n))
	}
	line("_")
	return out.Flush()
}

// kerasShape prints a shape with the batch as Keras does: (None, 100).
func kerasShape(shape []int) string {
	return "(None, " + strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]") + ")"
}

// thousands prints a number with commas.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// byteSize prints a number of bytes as Keras does, in units of 1024.
func byteSize(n int) string {
	f, unit := float64(n), 0
	units := [...]string{"B", "KB", "MB", "GB", "TB"}
	for f >= 1024 && unit < len(units)-1 {
		f, unit = f/1024, unit+1
	}
	return fmt.Sprintf("%.2f %s", f, units[unit])
}

// pad fills s with blanks up to a display width.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-displayWidth(s)))
}

// printable writes control characters, which would break the table, as Go's
// escapes.
func printable(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsControl(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
