// Command mca estimates the speed of the NEON kernels on CPUs that are not
// here: it cuts the inner loop of each kernel from the compiled package and
// asks llvm-mca, LLVM's model of pipelines, how many cycles a turn takes.
//
//	go run ./bench/mca
//
// The estimate knows the ports and latencies of a CPU and takes all loads to
// hit L1. It needs llvm-mca and llvm-objdump of LLVM 19 or newer (older ones
// model every neoverse as a cortex-a57).
package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// oldest is the first version of LLVM with models of the CPUs below.
const oldest = 19

// cpus are the models that the table has columns for.
var cpus = []string{"neoverse-n1", "neoverse-v1", "neoverse-v2", "apple-m1"}

// kernels are the functions whose inner loop is estimated, with what an iteration of it
// computes.
var kernels = []struct {
	symbol string
	what   string
	count  float64 // numbers an iteration; of a product, multiply-adds of 4 lanes
	fma    bool    // the limit is that of the multiply-adds alone
}{
	{"gemm6x16NEON", "FMA", 24, true},
	{"gemm5x16NEON", "FMA", 20, true},
	{"gemm4x16NEON", "FMA", 16, true},
	{"gemv4x16NEON", "FMA", 16, true},
	{"spmmNEONAsm", "FMA", 64, true},
	{"expNEONAsm", "number", 4, false},
	{"logNEONAsm", "number", 4, false},
	{"sigmoidNEONAsm", "number", 4, false},
	{"tanhNEONAsm", "number", 4, false},
	{"sgdNEONAsm", "parameter", 16, false},
	{"adamNEONAsm", "parameter", 4, false},
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("mca: ")
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run prints the table.
func run(out io.Writer) error {
	mca, err := find("llvm-mca")
	if err != nil {
		return err
	}
	objdump, err := find("llvm-objdump")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mca")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "asm.test")
	build := exec.Command("go", "test", "-c", "-o", binary, "weft/asm")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %v\n%s", build.Args, err, text)
	}
	fmt.Fprintf(out, "| inner loop | cycles per | %s |\n| --- | --- |%s\n", strings.Join(cpus, " | "), strings.Repeat(" --- |", len(cpus)))
	for _, k := range kernels {
		loop, err := innerLoop(objdump, binary, "weft/asm."+k.symbol, k.fma)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "| `%s` | %s |", k.symbol, k.what)
		for _, cpu := range cpus {
			e, err := estimateLoop(mca, dir, cpu, loop)
			if err != nil {
				return err
			}
			if k.fma {
				alone, err := estimateLoop(mca, dir, cpu, multiplyAdds(loop))
				if err != nil {
					return err
				}
				e.limit = alone.limit
			}
			fmt.Fprintf(out, " %.2f of %.2f (%.0f %%) |", e.cycles/k.count, e.limit/k.count, 100*e.limit/e.cycles)
		}
		fmt.Fprintln(out)
	}
	return nil
}

// find returns the path of an LLVM tool that is new enough.
func find(tool string) (string, error) {
	for _, name := range []string{tool + "-" + strconv.Itoa(oldest), tool} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		text, err := exec.Command(path, "--version").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%s --version: %v", path, err)
		}
		m := regexp.MustCompile(`LLVM version (\d+)`).FindSubmatch(text)
		if m == nil {
			continue
		}
		if version, err := strconv.Atoi(string(m[1])); err == nil && version >= oldest {
			return path, nil
		}
	}
	return "", fmt.Errorf("no %s of LLVM %d or newer: install the package llvm-%d", tool, oldest, oldest)
}

// jump matches a branch with the address that it goes to.
var jump = regexp.MustCompile(`^(b|b\.\w+|cbn?z\s.*|tbn?z\s.*)\s+0x([0-9a-f]+)(\s.*)?$`)

// innerLoop returns the instructions from the target of the first backward
// branch of a function to that branch; where fma is set, of the first one that
// has multiply-adds between.
func innerLoop(objdump, binary, symbol string, fma bool) ([]string, error) {
	start, end, err := extent(binary, symbol)
	if err != nil {
		return nil, err
	}
	text, err := exec.Command(objdump, "-d", "--no-show-raw-insn", "--no-leading-headers", fmt.Sprintf("--start-address=%d", start), fmt.Sprintf("--stop-address=%d", end), binary).Output()
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %v", objdump, symbol, err)
	}
	var addresses []uint64
	var instructions []string
	for line := range strings.Lines(string(text)) {
		address, instruction, ok := strings.Cut(strings.TrimSpace(line), ":")
		a, err := strconv.ParseUint(address, 16, 64)
		if !ok || err != nil {
			continue
		}
		instruction = strings.Join(strings.Fields(instruction), " ")
		addresses = append(addresses, a)
		m := jump.FindStringSubmatch(instruction)
		if m == nil {
			instructions = append(instructions, instruction)
			continue
		}
		// the target is of no interest to the model, and not to be found in
		// its input
		instructions = append(instructions, m[1]+" 0")
		target, err := strconv.ParseUint(m[2], 16, 64)
		if err != nil {
			return nil, err
		}
		for i, from := range addresses {
			if from == target && (!fma || len(multiplyAdds(instructions[i:])) > 0) {
				return instructions[i:], nil
			}
		}
	}
	return nil, fmt.Errorf("%s has no loop", symbol)
}

// extent returns the addresses of a function of assembly.
func extent(binary, symbol string) (start, end uint64, err error) {
	file, err := elf.Open(binary)
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		return 0, 0, err
	}
	for _, s := range symbols {
		if s.Name == symbol+".abi0" || s.Name == symbol {
			return s.Value, s.Value + s.Size, nil
		}
	}
	return 0, 0, fmt.Errorf("no function %s", symbol)
}

// multiplyAdds returns the multiply-adds of a loop.
func multiplyAdds(loop []string) (some []string) {
	for _, instruction := range loop {
		if strings.HasPrefix(instruction, "fmla") {
			some = append(some, instruction)
		}
	}
	return some
}

// estimate is what the model says of a turn of a loop.
type estimate struct {
	cycles float64 // in a long run
	limit  float64 // if every instruction found its ports free and its operands ready
}

var (
	totalCycles = regexp.MustCompile(`(?m)^Total Cycles:\s+(\d+)$`)
	throughput  = regexp.MustCompile(`(?m)^Block RThroughput:\s+([\d.]+)$`)
)

// estimateLoop runs the model.
func estimateLoop(mca, dir, cpu string, loop []string) (e estimate, err error) {
	file := filepath.Join(dir, "loop.s")
	if err := os.WriteFile(file, []byte(strings.Join(loop, "\n")+"\n"), 0o666); err != nil {
		return e, err
	}
	const turns = 2000
	text, err := exec.Command(mca, "-mtriple=aarch64-linux-gnu", "-mcpu="+cpu, "-iterations="+strconv.Itoa(turns), file).CombinedOutput()
	if err != nil {
		return e, fmt.Errorf("%s for %s: %v\n%s", mca, cpu, err, text)
	}
	cycles, limit := totalCycles.FindSubmatch(text), throughput.FindSubmatch(text)
	if cycles == nil || limit == nil {
		return e, errors.New(mca + ": no summary")
	}
	if e.cycles, err = strconv.ParseFloat(string(cycles[1]), 64); err != nil {
		return e, err
	}
	e.cycles /= turns
	e.limit, err = strconv.ParseFloat(string(limit[1]), 64)
	return e, err
}
