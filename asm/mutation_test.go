package asm

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// kernelTests are the tests that compare the kernels of a file with the
// specification.
var kernelTests = map[string]string{
	"functions_neon_arm64.s": "TestElementwise$|TestFunction",
	"gather_neon_arm64.s":    "TestGather|TestPanelFromRows|TestRowsFromPanel",
	"gemm_neon_arm64.s":      "TestGemm",
	"reduce_neon_arm64.s":    "TestElementwise$|TestSumSamples",
	"softmax_neon_arm64.s":   "TestSoftmaxPanel|TestCrossEntropyPanel",
	"update_neon_arm64.s":    "TestElementwise$",
}

// site is a WORD with the place of its instruction in a test binary.
type site struct {
	word
	function string
	tests    string
	offset   int64
}

var textLine = regexp.MustCompile(`^TEXT ·(\w+)\(SB\)`)

// sites finds the instruction of every WORD of the NEON files in the binary.
// The order of a function's instructions is that of its lines.
func sites(t *testing.T, path string) (found []site) {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	text := file.Section(".text")
	code, err := text.Data()
	if err != nil {
		t.Fatal(err)
	}
	extent := map[string]elf.Symbol{}
	for _, s := range symbols {
		if name, ok := strings.CutSuffix(s.Name, ".abi0"); ok {
			extent[name[strings.LastIndex(name, ".")+1:]] = s
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kernelTests)) { // in order, for the seed's sake
		tests := kernelTests[name]
		assembly, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		function := ""
		var at, end uint64 // in the text section
		for i, line := range strings.Split(string(assembly), "\n") {
			if m := textLine.FindStringSubmatch(line); m != nil {
				symbol, ok := extent[m[1]]
				if !ok {
					t.Fatalf("%s: no function %s in the test binary", name, m[1])
				}
				function = m[1]
				at, end = symbol.Value-text.Addr, symbol.Value-text.Addr+symbol.Size
			}
			words, err := wordsOf(name, line)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range words {
				w.place = fmt.Sprintf("%s:%d", name, i+1)
				for ; at < end && binary.LittleEndian.Uint32(code[at:]) != w.code; at += 4 {
				}
				if at >= end {
					t.Fatalf("%s: %q is not in the test binary", w.place, w.instruction)
				}
				found = append(found, site{w, function, tests, int64(text.Offset + at)})
				at += 4
			}
		}
	}
	return found
}

// unnoticed lists the mutations that change no result, with the reason: the
// functions, the mnemonic and what it becomes, the operands being the same.
var unnoticed = []struct {
	functions *regexp.Regexp
	from, to  string
	reason    string
}{
	{regexp.MustCompile(`^gather`), "ucvtf", "scvtf", "a byte is positive as a signed number too"},
	{regexp.MustCompile(`^(gather|exp|log|sigmoid|tanh|scaleColumns|gradColumns)`), "fmul", "fmulx", "they differ for zero times infinity, which these products never are"},
	{regexp.MustCompile(`^maxColumns`), "fadd", "mla", "the zero times the maximum is added: the maximum with its own sign, as after fsub"},
	{regexp.MustCompile(`^maxColumns`), "fadd", "fsub", "the sign of a zero maximum is lost: exp(z − m) is 1 for both, and log(sum) − (z − m) is +0"},
	{regexp.MustCompile(`^log`), "fcmgt", "facgt", "they differ for negative numbers, whose logarithm is NaN whatever the scale"},
}

// arrangement is how many lanes of a register an instruction takes.
var arrangement = regexp.MustCompile(`\.\d+[bhsd]`)

// excuse returns the reason why nobody can notice a mutation, or "".
func excuse(function, from, to string) string {
	was, operands, _ := strings.Cut(arrangement.ReplaceAllString(from, ""), " ")
	is, same, _ := strings.Cut(arrangement.ReplaceAllString(to, ""), " ")
	for _, u := range unnoticed {
		if operands == same && was == u.from && is == u.to && u.functions.MatchString(function) {
			return u.reason
		}
	}
	return ""
}

// TestMutations flips one bit of one WORD at a time in a copy of the test
// binary, at random, and demands that the tests of its kernel notice. It is run
// only where WEFT_MUTATIONS says how many; WEFT_MUTATION_SEED chooses others.
func TestMutations(t *testing.T) {
	count, err := strconv.Atoi(os.Getenv("WEFT_MUTATIONS"))
	if err != nil {
		t.Skip("WEFT_MUTATIONS is not set to a number of mutations: each costs some seconds")
	}
	seed, _ := strconv.ParseUint(os.Getenv("WEFT_MUTATION_SEED"), 10, 64)
	emulator, err := exec.LookPath("qemu-aarch64-static")
	if err != nil {
		t.Fatalf("%v: install qemu-user-static", err)
	}
	disassembler, err := exec.LookPath("aarch64-linux-gnu-objdump")
	if err != nil {
		t.Fatalf("%v: install binutils-aarch64-linux-gnu", err)
	}
	dir := t.TempDir()
	healthy, mutant := filepath.Join(dir, "healthy"), filepath.Join(dir, "mutant")
	build := exec.Command("go", "test", "-c", "-o", healthy, ".")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	list := sites(t, healthy)
	if all := len(neonWords(t)); len(list) != all {
		t.Fatalf("kernelTests has the files of %d words of %d", len(list), all)
	}
	image, err := os.ReadFile(healthy)
	if err != nil {
		t.Fatal(err)
	}
	notices := func(image []byte, tests string) bool {
		if err := os.WriteFile(mutant, image, 0o777); err != nil {
			t.Fatal(err)
		}
		return exec.Command(emulator, mutant, "-test.short", "-test.failfast", "-test.timeout=120s", "-test.run="+tests).Run() != nil
	}
	for name, tests := range kernelTests {
		if notices(image, tests) {
			t.Fatalf("%s: the tests fail without a mutation", name)
		}
	}
	r := rand.New(rand.NewPCG(seed, 0))
	excused := 0
	for range count {
		s := list[r.IntN(len(list))]
		code := s.code ^ 1<<r.IntN(32)
		changed := append([]byte(nil), image...)
		binary.LittleEndian.PutUint32(changed[s.offset:], code)
		if notices(changed, s.tests) {
			continue
		}
		to := disassemble(t, disassembler, dir, code)
		reason := excuse(s.function, s.instruction, to)
		if reason == "" {
			t.Errorf("%s: in %s nobody notices that %q became %q", s.place, s.function, s.instruction, to)
			continue
		}
		excused++
		t.Logf("%s: %q became %q: %s", s.place, s.instruction, to, reason)
	}
	t.Logf("%d words, %d mutations, %d of them without an effect", len(list), count, excused)
}

// disassemble returns the text of one instruction.
func disassemble(t *testing.T, disassembler, dir string, code uint32) string {
	t.Helper()
	file := filepath.Join(dir, "code")
	if err := os.WriteFile(file, binary.LittleEndian.AppendUint32(nil, code), 0o666); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command(disassembler, "-D", "-b", "binary", "-m", "aarch64", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(output), fmt.Sprintf("%08x", code))
	return strings.Join(strings.Fields(text), " ")
}
