package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFoldLine(t *testing.T) {
	for _, c := range []struct {
		line  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"short", 10, "short"},
		{"exactly 10", 10, "exactly 10"},
		{"one two three four", 10, "one two\nthree four"},
		{"one two three four", 7, "one two\nthree\nfour"},
		{"0123456789abcdef", 6, "012345\n6789ab\ncdef"},
		{"a 0123456789", 6, "a\n012345\n6789"},
		{"__________", 4, "____"},
		{"패션 모델", 5, "패션\n모델"},
		{"\x1b[32mgreen\x1b[0m", 5, "\x1b[32mgreen\x1b[0m"},
		{"  indented line", 10, "  indented\nline"},
	} {
		require.Equal(t, c.want, foldLine(c.line, c.width), "%q at %d", c.line, c.width)
	}
}

// Text that comes in pieces is folded by lines, and the last one is not lost.
func TestFolder(t *testing.T) {
	var out strings.Builder
	f := &folder{w: &out, width: func() int { return 8 }}
	for _, piece := range []string{"first ", "line is long\n\nsecond", "  \nend of it"} {
		n, err := f.Write([]byte(piece))
		require.NoError(t, err)
		require.Equal(t, len(piece), n)
	}
	require.NoError(t, f.flush())
	require.NoError(t, f.flush())
	require.Equal(t, "first\nline is\nlong\n\nsecond\nend of\nit", out.String())
}

// Away from a terminal a download leaves one line, without control characters.
func TestLastDrawing(t *testing.T) {
	var out strings.Builder
	l := &lastDrawing{w: &out}
	for _, piece := range []string{"\rfile 1 of", " 3", "\rfile 3 of 3", "\n", "\rnext"} {
		_, err := l.Write([]byte(piece))
		require.NoError(t, err)
	}
	require.Equal(t, "file 3 of 3\n", out.String())
}

func TestCommandLine(t *testing.T) {
	require.Equal(t, `fashion -data 'my folder' -save 'it'\''s'`, commandLine([]string{"/bin/x", "-data", "my folder", "-save", "it's"}))
	require.Equal(t, `fashion '' 'a$b' plain-1,2=3`, commandLine([]string{"x", "", "a$b", "plain-1,2=3"}))
}

// Columns of a terminal: letters that join the one before take none, wide ones two.
func TestColumns(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "né": 2, "ne\u0301": 2, "패션": 4, "ẽ Bảo": 5, "日本": 4, "ｶﾅ": 2, "👟": 2, "→ ■ …": 5, "\x1b[32mok\x1b[0m": 2, "\u1112\u1161\u11ab": 2,
	} {
		require.Equal(t, want, columns(text), "%q", text)
	}
	require.Equal(t, "패션  |", pad("패션", 6)+"|")
	require.Equal(t, "abcdef|", pad("abcdef", 3)+"|")
}

// A table is aligned by what a terminal shows.
func TestTable(t *testing.T) {
	rows := table{{"class", "name", "n"}}
	rows.add("7", "일곱", "12")
	rows.add("10", "Bảo", "")
	require.Equal(t, "class  name  n\n7      일곱  12\n10     Bảo\n", rows.String())
	require.Empty(t, table{}.String())
}
