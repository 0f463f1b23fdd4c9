package asm

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// word is an instruction that stands as a number, because Go's assembler lacks
// it, with the comment that it was made from.
type word struct {
	place       string // file:line
	code        uint32
	instruction string
}

// wordLine is the one form in which a WORD may stand: what asm2plan9s writes.
var wordLine = regexp.MustCompile(`^\tWORD \$0x([0-9a-f]{8}) // ([a-z][a-z0-9]* [^;/\\]*)$`)

// opaque matches what the assembler takes as bare numbers.
var opaque = regexp.MustCompile(`\b(WORD|DWORD|LONG|QUAD|BYTE)\b`)

// wordsOf returns the WORDs of assembly, or an error for a line with a number
// that was not written by asm2plan9s.
func wordsOf(name, assembly string) (words []word, err error) {
	for i, line := range strings.Split(assembly, "\n") {
		place := fmt.Sprintf("%s:%d", name, i+1)
		if code, _, _ := strings.Cut(line, "//"); !opaque.MatchString(code) {
			continue
		}
		m := wordLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("%s: %q is not a WORD with its instruction as go generate writes it", place, line)
		}
		w := word{place: place, instruction: m[2]}
		if _, err := fmt.Sscanf(m[1], "%x", &w.code); err != nil {
			return nil, fmt.Errorf("%s: %v", place, err)
		}
		words = append(words, w)
	}
	return words, nil
}

// neonWords returns the WORDs of all NEON files; headers must hold none.
func neonWords(t *testing.T) (words []word) {
	t.Helper()
	for _, pattern := range []string{"*_arm64.s", "*neon*.h"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found, err := wordsOf(file, string(text))
			if err != nil {
				t.Error(err)
			}
			if filepath.Ext(file) == ".h" && len(found) > 0 {
				t.Errorf("%s: a WORD in a header, which go generate does not write", found[0].place)
			}
			words = append(words, found...)
		}
	}
	return words
}

// arm64Assembler returns binutils' assembler for arm64. Where there is none,
// the test is skipped, or fails if WEFT_REQUIRE lists binutils.
func arm64Assembler(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("aarch64-linux-gnu-as")
	if err != nil {
		reason := "no aarch64-linux-gnu-as on PATH: install binutils-aarch64-linux-gnu"
		if required("binutils") {
			t.Fatal("WEFT_REQUIRE lists binutils: " + reason)
		}
		t.Skip(reason)
	}
	return path
}

// assemble encodes the instructions, one number for each.
func assemble(assembler, dir string, words []word) ([]uint32, error) {
	source, object := filepath.Join(dir, "words.s"), filepath.Join(dir, "words.o")
	var text strings.Builder
	for _, w := range words {
		text.WriteString(w.instruction + "\n")
	}
	if err := os.WriteFile(source, []byte(text.String()), 0o666); err != nil {
		return nil, err
	}
	// The baseline of the architecture: what every arm64 CPU runs.
	if output, err := exec.Command(assembler, "-march=armv8-a", "-o", object, source).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v\n%s", err, output)
	}
	file, err := elf.Open(object)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	section := file.Section(".text")
	if section == nil {
		return nil, errors.New("the object has no code")
	}
	code, err := section.Data()
	if err != nil {
		return nil, err
	}
	if len(code) != 4*len(words) {
		return nil, fmt.Errorf("%d lines became %d bytes: a comment is not one instruction", len(words), len(code))
	}
	encoded := make([]uint32, len(words))
	for i := range encoded {
		encoded[i] = file.ByteOrder.Uint32(code[4*i:])
	}
	return encoded, nil
}

// stale returns a message for each word that is not the encoding of its
// comment.
func stale(words []word, encoded []uint32) (messages []string) {
	for i, w := range words {
		if w.code != encoded[i] {
			messages = append(messages, fmt.Sprintf("%s: $%#08x is not %q, which is $%#08x: run go generate ./asm", w.place, w.code, w.instruction, encoded[i]))
		}
	}
	return messages
}

// TestWords encodes the comment of each WORD again, with binutils, and fails
// where the number is another.
func TestWords(t *testing.T) {
	words := neonWords(t)
	encoded, err := assemble(arm64Assembler(t), t.TempDir(), words)
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range stale(words, encoded) {
		t.Error(message)
	}
	t.Logf("%d words", len(words))
}

// TestStaleWordsAreFound proves that TestWords would find what it looks for.
func TestStaleWordsAreFound(t *testing.T) {
	const good = "\tWORD $0x4e3cd700 // fadd v0.4s, v24.4s, v28.4s\n"
	assembler := arm64Assembler(t)
	for _, c := range []struct{ change, assembly string }{
		{"the number", strings.Replace(good, "4e3c", "4e3d", 1)},
		{"the comment", strings.Replace(good, "v28", "v27", 1)},
		{"no comment", strings.Split(good, " //")[0]},
		{"another comment", strings.Replace(good, "// ", "// see here: ", 1)},
		{"two instructions", strings.Replace(good, "\n", "; nop\n", 1)},
		{"a macro", strings.Replace(good, "\tWORD", "#define X WORD", 1)},
		{"another form", strings.Replace(good, "WORD", "LONG", 1)},
		{"not written yet", strings.Replace(good, "4e3cd700", "00000000", 1)},
		{"beyond the baseline", "\tWORD $0x6e8cec00 // fcmla v0.4s, v0.4s, v12.4s, #90\n"},
	} {
		words, err := wordsOf("f.s", good+c.assembly+good)
		var encoded []uint32
		if err == nil {
			encoded, err = assemble(assembler, t.TempDir(), words)
		}
		if err == nil && len(stale(words, encoded)) != 1 {
			t.Errorf("%s: not found in %q", c.change, c.assembly)
		}
	}
	words, err := wordsOf("f.s", good)
	if err != nil {
		t.Fatal(err)
	}
	if encoded, err := assemble(assembler, t.TempDir(), words); err != nil || len(stale(words, encoded)) != 0 {
		t.Errorf("%q is not accepted: %v", good, err)
	}
}
