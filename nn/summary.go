package nn

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Summary writes the table of the layers that Keras's summary prints, with the
// parameters counted and their sizes in bytes.
func (m *Sequential) Summary(w io.Writer) error {
	if err := m.Build(); err != nil {
		return err
	}
	type row struct{ name, shape, params string }
	var table []row
	widths := [2]int{29, 26}
	total, k := 0, 0
	for i, l := range m.layers {
		n := 0
		for ; k < len(m.params) && m.params[k].layer == i; k++ {
			n += m.params[k].out * (m.params[k].in + 1)
		}
		total += n
		r := row{fmt.Sprintf("%s (%s)", l.name(), l.kind()), kerasShape(m.shapes[i]), fmt.Sprint(n)}
		widths[0], widths[1] = max(widths[0], displayWidth(r.name)+1), max(widths[1], displayWidth(r.shape)+1)
		table = append(table, r)
	}
	width := widths[0] + widths[1] + 10
	out := bufio.NewWriter(w)
	line := func(rule string) { fmt.Fprintln(out, strings.Repeat(rule, width)) }
	cells := func(r row) { fmt.Fprintln(out, pad(r.name, widths[0])+pad(r.shape, widths[1])+pad(r.params, 10)) }
	fmt.Fprintf(out, "Model: %q\n", m.name)
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
	size := byteSize(4 * total)
	fmt.Fprintf(out, "Total params: %s (%s)\nTrainable params: %s (%s)\nNon-trainable params: 0 (%s)\n", thousands(total), size, thousands(total), size, byteSize(0))
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

// displayWidth counts terminal columns: two for East Asian wide characters and
// emoji, none for combining marks and joiners.
func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide reports whether a terminal draws r two columns wide: the blocks that
// Unicode's EastAsianWidth.txt marks W or F.
func wide(r rune) bool {
	for _, b := range [...][2]rune{
		{0x1100, 0x115f}, {0x231a, 0x231b}, {0x23e9, 0x23ec}, {0x2e80, 0x303e}, {0x3041, 0x33ff}, {0x3400, 0x4dbf}, {0x4e00, 0xa4cf},
		{0xa960, 0xa97c}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6},
		{0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
	} {
		if r >= b[0] && r <= b[1] {
			return true
		}
	}
	return false
}
