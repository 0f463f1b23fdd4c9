package main

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weft/asm"
	"weft/mnist"

	"github.com/stretchr/testify/require"
)

// trained saves a small model and returns its file.
func trained(t *testing.T, data string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "model.weft")
	got := fashion(t, "-data", data, "-epochs", "4", "-save", file)
	require.Equal(t, exitOK, got.code, got.stderr)
	return file
}

// A saved model evaluates to the figures of the run that saved it.
func TestEvaluate(t *testing.T) {
	data := smallSet(t)
	file := filepath.Join(t.TempDir(), "model.weft")
	run := fashion(t, "-data", data, "-epochs", "2", "-save", file, "-json")
	require.Equal(t, exitOK, run.code, run.stderr)
	o := objects(t, run.stdout)
	for _, k := range asm.Available() {
		got := fashion(t, "evaluate", "-json", file, "-data", data, "-kernels", k.Name, "-workers", "3")
		require.Equal(t, exitOK, got.code, got.stderr)
		e := objects(t, got.stdout)
		require.Len(t, e, 3)
		require.Equal(t, []string{"event", "set", "data", "images", "loss", "accuracy"}, keys(t, got.stdout))
		for i, set := range []string{"training", "validation", "test"} {
			require.Equal(t, "evaluate", e[i]["event"])
			require.Equal(t, set, e[i]["set"])
		}
		require.Equal(t, o[2]["val_loss"], e[1]["loss"])
		require.Equal(t, o[2]["val_accuracy"], e[1]["accuracy"])
		require.Equal(t, o[3]["test_loss"], e[2]["loss"])
		require.Equal(t, o[3]["test_accuracy"], e[2]["accuracy"])
	}
	table := fashion(t, "evaluate", file, "-data", data)
	require.Regexp(t, fmt.Sprintf(`test +60 +%.4f +%.4f`, o[3]["test_loss"], o[3]["test_accuracy"]), table.stdout)
	require.Contains(t, table.stdout, o[3]["weights_sha256"])
}

// -min-accuracy exits with 3 below it, and only below it.
func TestMinAccuracy(t *testing.T) {
	data := smallSet(t)
	file := filepath.Join(t.TempDir(), "model.weft")
	first := fashion(t, "-data", data, "-epochs", "1", "-lr", "0", "-json", "-save", file)
	require.Equal(t, exitOK, first.code, first.stderr)
	o := objects(t, first.stdout)
	reached := o[2]["test_accuracy"].(float64)
	require.Positive(t, reached)
	require.Less(t, reached, 0.9)
	for _, args := range [][]string{{"-epochs", "1", "-lr", "0"}, {"evaluate", file}} {
		args = append(args, "-data", data, "-min-accuracy")
		require.Equal(t, exitOK, fashion(t, append(args, fmt.Sprint(reached))...).code)
		got := fashion(t, append(args, fmt.Sprint(reached+0.01))...)
		require.Equal(t, exitBelow, got.code)
		require.Contains(t, got.stderr, fmt.Sprintf("%.4f, is below -min-accuracy", reached))
		require.Contains(t, got.stdout, "weights SHA-256", "the result is printed all the same")
		for _, wrong := range []string{"0", "1.5", "-1", "NaN"} {
			require.Equal(t, exitUsage, fashion(t, append(args, wrong)...).code, wrong)
		}
	}
}

// writePNG draws the image of the test set n times larger, on a white ground
// where it is inverted.
func writePNG(t *testing.T, pixels []uint8, n int, invert bool) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 28*n, 28*n))
	for y := range 28 * n {
		for x := range 28 * n {
			v := pixels[y/n*28+x/n]
			if invert {
				v = 255 - v
			}
			img.Set(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	file := filepath.Join(t.TempDir(), "image.png")
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o666))
	return file
}

// A picture of an image of the test set gets the probabilities of that image, in
// any size and inverted too.
func TestPredict(t *testing.T) {
	data := smallSet(t)
	model := trained(t, data)
	raw, err := os.ReadFile(filepath.Join(data, "t10k-images-idx3-ubyte"))
	require.NoError(t, err)
	labels, err := os.ReadFile(filepath.Join(data, "t10k-labels-idx1-ubyte"))
	require.NoError(t, err)
	pixels := raw[16+3*784 : 16+4*784]
	want := objects(t, fashion(t, "predict", model, "3", "-json", "-data", data).stdout)[0]
	require.Equal(t, "test image 3", want["image"])
	require.Equal(t, float64(labels[8+3]), want["label"])
	p := want["probabilities"].([]any)
	require.Len(t, p, 10)
	sum := 0.0
	for i, v := range p {
		sum += v.(float64)
		require.LessOrEqual(t, v, p[int(want["class"].(float64))], "class %d is more likely than the arg-max", i)
	}
	require.InDelta(t, 1, sum, 1e-5, "ten float32 probabilities")
	for _, c := range []struct {
		size   int
		invert bool
	}{{1, false}, {3, false}, {1, true}, {5, true}} {
		args := []string{"predict", "-json", model, writePNG(t, pixels, c.size, c.invert)}
		if c.invert {
			args = append(args, "-invert")
		}
		got := fashion(t, args...)
		require.Equal(t, exitOK, got.code, got.stderr)
		o := objects(t, got.stdout)[0]
		require.Nil(t, o["label"])
		require.Equal(t, want["probabilities"], o["probabilities"], "size %d, invert %v", c.size, c.invert)
	}
	text := fashion(t, "predict", model, "3", "4", "-data", data)
	require.Equal(t, exitOK, text.code, text.stderr)
	require.Regexp(t, `(?m)^test image 3: \d, (right|wrong: it is \d)$`, text.stdout)
	require.Regexp(t, `(?m)^test image 4: `, text.stdout)
	require.NotContains(t, text.stdout, "Ankle boot", "nobody said that these are garments")
	require.NotContains(t, text.stdout, "\x1b")
}

// A PNG file on the wrong ground is noticed, whichever way it is given; one on the right
// ground is not.
func TestGround(t *testing.T) {
	model := trained(t, smallSet(t))
	garment := make([]uint8, 784)
	for y := 4; y < 24; y++ {
		for x := range 28 { // wide: it reaches the border on both sides
			garment[y*28+x] = 200
		}
	}
	for _, c := range []struct {
		inverted, flag bool
		want           string
	}{
		{false, false, ""},
		{true, true, ""},
		{true, false, "looks dark on light, and models learn light on dark: add -invert."},
		{false, true, "looks light on dark already: leave -invert out."},
	} {
		file := writePNG(t, garment, 2, c.inverted)
		args := []string{"predict", model, file}
		if c.flag {
			args = append(args, "-invert")
		}
		got := fashion(t, args...)
		require.Equal(t, exitOK, got.code, got.stderr)
		if c.want == "" {
			require.Empty(t, got.stderr)
			continue
		}
		require.Equal(t, file+" "+c.want+"\n", got.stderr)
	}
}

// The rule is right for every image of the real set.
func TestGroundOfTheRealSet(t *testing.T) {
	train, test, err := mnist.Fashion(t.Context(), mnist.LoadOptions{Dir: realSet(t)})
	require.NoError(t, err)
	inverted := make([]uint8, 784)
	for _, s := range []*mnist.Set{train, test} {
		for i := range s.Len() {
			for j, v := range s.Image(i) {
				inverted[j] = 255 - v
			}
			require.False(t, lightGround(s.Image(i)), "image %d", i)
			require.True(t, lightGround(inverted), "image %d", i)
		}
	}
}

func TestPredictErrors(t *testing.T) {
	data := smallSet(t)
	model := trained(t, data)
	wide := filepath.Join(t.TempDir(), "wide.png")
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 56, 28))))
	require.NoError(t, os.WriteFile(wide, b.Bytes(), 0o666))
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "give the FILE"},
		{[]string{model}, exitUsage, "give images after"},
		{[]string{model, "60"}, exitFailure, "0…59"},
		{[]string{model, "-1"}, exitUsage, "-1"},
		{[]string{model, "none.png"}, exitFailure, "none.png"},
		{[]string{model, model}, exitFailure, "not a PNG"},
		{[]string{model, wide}, exitFailure, "56×28 pixels: crop it to a square"},
		{[]string{model, "1", "-invert"}, exitUsage, "-invert does nothing"},
		{[]string{"missing.weft", "1"}, exitFailure, "missing.weft"},
	} {
		got := fashion(t, append(append([]string{"predict"}, "-data", data), c.args...)...)
		require.Equal(t, c.code, got.code, got.stderr)
		require.Contains(t, got.stderr, c.want)
	}
}

func TestTextPicture(t *testing.T) {
	pixels := make([]uint8, 784)
	for i := range 28 {
		pixels[i], pixels[28+i] = 255, 255 // the first line is white
	}
	plain, colors := textPicture(pixels, false), textPicture(pixels, true)
	require.Len(t, plain, 14)
	require.Equal(t, strings.Repeat("@", 28), plain[0])
	require.Equal(t, strings.Repeat(" ", 28), plain[1])
	require.Equal(t, strings.Repeat("\x1b[38;5;255;48;5;255m▀", 28)+"\x1b[0m", colors[0])
	require.Equal(t, strings.Repeat("\x1b[38;5;232;48;5;232m▀", 28)+"\x1b[0m", colors[1])
	require.Equal(t, 28, columns(colors[0]))
}

// The medians of bench are those of its runs, and a run is that of train.
func TestBench(t *testing.T) {
	data := smallSet(t)
	args := []string{"bench", "-data", data, "-seeds", "3", "-optimizers", "sgd,adam", "-epochs", "2", "-seed", "5"}
	got := fashion(t, append(args, "-json")...)
	require.Equal(t, exitOK, got.code, got.stderr)
	o := objects(t, got.stdout)
	require.Len(t, o, 8)
	for i, optimizer := range []string{"sgd", "adam"} {
		runs, m := o[3*i:3*i+3], o[6+i]
		require.Equal(t, "median", m["event"])
		require.Equal(t, optimizer, m["optimizer"])
		for _, name := range []string{"loss", "val_loss", "val_accuracy", "test_accuracy", "seconds", "samples_per_second"} {
			below, above := 0, 0
			for _, r := range runs {
				require.Equal(t, optimizer, r["optimizer"])
				if r[name].(float64) <= m[name].(float64) {
					below++
				}
				if r[name].(float64) >= m[name].(float64) {
					above++
				}
			}
			require.True(t, below >= 2 && above >= 2, "%s: %v is not the median", name, m[name])
		}
	}
	require.Equal(t, 7.0, o[5]["seed"])
	train := objects(t, fashion(t, "-data", data, "-epochs", "2", "-seed", "7", "-json").stdout)
	require.Equal(t, train[2]["val_loss"], o[5]["val_loss"])
	require.Equal(t, train[3]["test_accuracy"], o[5]["test_accuracy"])

	table := fashion(t, args...)
	require.Regexp(t, `(?m)^optimizer +loss +val_loss +val_accuracy +test_accuracy +s/epoch +samples/s$`, table.stdout)
	require.Regexp(t, fmt.Sprintf(`(?m)^adam 0\.001 +%.4f +%.4f +`, o[7]["loss"], o[7]["val_loss"]), table.stdout)
	markdown := fashion(t, append(args, "-markdown")...)
	require.Regexp(t, `(?m)^\| --- \|( ---: \|){6}$`, markdown.stdout)
	require.Regexp(t, fmt.Sprintf(`(?m)^\| sgd 0\.01 \| %.4f \| `, o[6]["loss"]), markdown.stdout)

	for _, wrong := range [][]string{{"-seeds", "0"}, {"-optimizers", "adam,lbfgs"}, {"-optimizers", "sgd", "-optimizer", "adam"}, {"-markdown", "-json"}, {"-momentum", "0.9"}, {"x"}} {
		require.Equal(t, exitUsage, fashion(t, append([]string{"bench"}, wrong...)...).code, wrong)
	}
}

func TestData(t *testing.T) {
	dir := smallSet(t)
	got := fashion(t, "data", "-data", dir)
	require.Equal(t, exitOK, got.code, got.stderr)
	require.Contains(t, got.stdout, "unverified in "+dir)
	require.Regexp(t, `images +200 training, 50 validation, 60 test`, got.stdout)
	total := 0
	for _, row := range regexp.MustCompile(`(?m)^\d +.+? +(\d+) +(\d+) +(\d+)$`).FindAllStringSubmatch(got.stdout, -1) {
		var a, b, c int
		fmt.Sscan(strings.Join(row[1:], " "), &a, &b, &c)
		total += a + b + c
	}
	require.Equal(t, smallTrain+smallTest, total, "every image has a class")
	o := objects(t, fashion(t, "data", "-data", dir, "-json").stdout)
	require.Equal(t, "unverified", o[0]["data"])
	require.Equal(t, dir, o[0]["dir"])
	wrong := fashion(t, "data", "-data", dir, "-download")
	require.Equal(t, exitUsage, wrong.code)
	require.Contains(t, wrong.stderr, "-download does nothing with -data")
}

func TestVersion(t *testing.T) {
	t.Setenv(kernelsEnv, "")
	got := fashion(t, "version", "-workers", "3", "-kernels", "generic")
	require.Equal(t, exitOK, got.code, got.stderr)
	for _, row := range []string{"fashion", "Go +go1", "CPU", "features", "caches +L1 .*, L2 .*, L3 ", "kernels available +.*generic", "kernels chosen +generic", "workers +3"} {
		require.Regexp(t, "(?m)^"+row, got.stdout)
	}
	require.Equal(t, "48 KiB", byteSize(48<<10))
	require.Equal(t, "2 MiB", byteSize(2<<20))
	require.Equal(t, "unknown", byteSize(0))
}

// Every subcommand has help with its flags, and a wrong name lists the choices.
func TestCommandHelp(t *testing.T) {
	overview := fashion(t, "help").stdout
	require.Equal(t, overview, fashion(t, "-h").stdout)
	for _, c := range commands() {
		require.Contains(t, overview, "\n  "+c.name)
		byFlag, byName := fashion(t, c.name, "-h"), fashion(t, "help", c.name)
		require.Equal(t, exitOK, byFlag.code, c.name)
		require.Equal(t, byFlag, byName)
		require.Contains(t, byFlag.stdout, "Usage: fashion "+c.name)
		require.Contains(t, byFlag.stdout, "\nExamples\n")
		for line := range strings.Lines(byFlag.stdout) {
			require.LessOrEqual(t, columns(strings.TrimSuffix(line, "\n")), 100, line)
		}
	}
	for _, args := range [][]string{{"trian"}, {"help", "trian"}} {
		got := fashion(t, args...)
		require.Equal(t, exitUsage, got.code)
		require.Contains(t, got.stderr, `"trian"`)
		require.Contains(t, got.stderr, "train, tutorial, evaluate, predict, bench, data, version, completion")
	}
}

// No flag is registered without a line in the table that help and completion are
// made of, and the examples of the help are command lines that parse.
func TestFlagTable(t *testing.T) {
	for _, f := range described() {
		lines := map[string]bool{}
		for _, g := range f.groups {
			for _, l := range g.flags {
				lines[l.name] = true
				require.NotEmpty(t, l.help[0])
			}
		}
		n := 0
		f.VisitAll(func(g *flag.Flag) {
			require.True(t, lines[g.Name], "-%s of %s is not in its help", g.Name, f.command.name)
			n++
		})
		require.Len(t, lines, n)
		for _, example := range f.command.examples {
			words := strings.Fields(strings.FieldsFunc(example, func(r rune) bool { return r == '#' || r == '|' || r == '>' })[0])
			if words[0] != "fashion" {
				continue // for a shell
			}
			words = words[1:]
			if len(words) > 0 && words[0] == f.command.name {
				words = words[1:]
			}
			fresh := newFlags(f.command)
			f.command.define(fresh)
			_, err := fresh.parse(words)
			require.NoError(t, err, example)
		}
	}
}

// The scripts load in their shells and complete commands, flags and values.
func TestCompletion(t *testing.T) {
	for shell, ask := range map[string]string{
		"bash": `source %s
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=(); _fashion; echo "${COMPREPLY[@]}"; }
ask fashion ev; ask fashion -opti; ask fashion bench -mark; ask fashion train -optimizer s; ask fashion completion z`,
		"fish": `source %s
complete -C 'fashion ev' | cut -f1; complete -C 'fashion -opti' | cut -f1; complete -C 'fashion bench -mark' | cut -f1; complete -C 'fashion train -optimizer s' | cut -f1; complete -C 'fashion completion z' | cut -f1`,
		// zsh completes only in a terminal: here it compiles the functions and
		// shows what they hold.
		"zsh": `autoload -Uz compinit && compinit -D; source %s
functions _fashion | grep -o -e evaluate -e -optimizer -e -markdown -e 'sgd' -e 'bash zsh fish' | sort -u`,
	} {
		t.Run(shell, func(t *testing.T) {
			got := fashion(t, "completion", shell)
			require.Equal(t, exitOK, got.code)
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip("no " + shell + " here")
			}
			file := filepath.Join(t.TempDir(), "fashion")
			require.NoError(t, os.WriteFile(file, []byte(got.stdout), 0o666))
			cmd := exec.Command(shell, "-c", fmt.Sprintf(ask, file))
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			require.NoError(t, err, stderr.String())
			require.Empty(t, stderr.String())
			want := []string{"evaluate", "-optimizer", "-markdown", "sgd", "zsh"}
			if shell == "zsh" {
				want = []string{"evaluate", "-optimizer", "-markdown", "sgd", "bash zsh fish"}
			}
			require.ElementsMatch(t, want, strings.Split(strings.TrimSpace(string(out)), "\n"))
		})
	}
	require.Equal(t, exitUsage, fashion(t, "completion", "csh").code)
	require.Equal(t, exitUsage, fashion(t, "completion").code)
}
