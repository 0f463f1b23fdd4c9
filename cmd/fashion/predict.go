package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"weft/mnist"
)

func predictCommand() command {
	return command{
		name: "predict", args: "FILE IMAGE…", summary: "say what a saved model sees in images: PNG files or numbers of the test set",
		examples: []string{"fashion predict model.weft 0 1 2", "fashion predict model.weft shirt.png", "fashion predict run -invert photo.png"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			p := &prediction{flags: f}
			p.source.register(f)
			p.machine.register(f)
			f.group("Output")
			f.BoolVar(&p.invert, "invert", false, "")
			f.describe("invert", "", "PNG files are dark on light; the data set is light on dark")
			f.BoolVar(&p.json, "json", false, "")
			f.describe("json", "", "one JSON object a line on standard output")
			return p.run
		},
	}
}

// prediction is the flags of fashion predict.
type prediction struct {
	flags *flags
	source
	machine
	invert, json bool
}

// subject is an image to predict.
type subject struct {
	name   string
	pixels []uint8 // 28×28
	label  int     // the right answer, −1 where nobody knows
}

func (p *prediction) run(ctx context.Context, c *console, args []string) error {
	if len(args) == 0 {
		return errNoFile
	}
	if len(args) == 1 {
		return usagef("give images behind %s: PNG files, or numbers of images of the test set", args[0])
	}
	if err := p.machine.resolve(); err != nil {
		return err
	}
	_, m, err := readModel(args[0])
	if err != nil {
		return err
	}
	if err := m.SetResources(p.workers, p.kernels); err != nil {
		return err
	}
	defer m.Close()
	if err := m.Build(28, 28); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	subjects, err := p.subjects(ctx, c, args[1:])
	if err != nil {
		return err
	}
	row, err := m.Predictor()
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	probabilities := make([]float32, mnist.Classes)
	if n := row.Outputs(); n != len(probabilities) {
		return fmt.Errorf("%s: the model has %d outputs, there are %d classes", args[0], n, len(probabilities))
	}
	for i, s := range subjects {
		row.Bytes(probabilities, s.pixels)
		if p.json {
			err = s.line(c, probabilities)
		} else {
			err = s.print(c, i > 0, probabilities)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// subjects reads the images. The test set is read once, where a number asks for
// it.
func (p *prediction) subjects(ctx context.Context, c *console, names []string) ([]subject, error) {
	var all []subject
	var test *mnist.Set
	files := 0
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err != nil {
			files++
			pixels, err := readPNG(name, p.invert)
			if err != nil {
				return nil, err
			}
			all = append(all, subject{name, pixels, -1})
			continue
		}
		if test == nil {
			data, err := p.source.load(ctx, c)
			if err != nil {
				return nil, err
			}
			test = data.test
		}
		if n < 0 || n >= test.Len() {
			return nil, fmt.Errorf("image %d: the test set has images 0…%d", n, test.Len()-1)
		}
		all = append(all, subject{"test image " + name, test.Image(n), test.Label(n)})
	}
	if files == 0 && p.invert {
		return nil, usagef("-invert does nothing without a PNG file")
	}
	return all, nil
}

// best returns the index of the largest number.
func best(x []float32) int {
	b := 0
	for i, v := range x {
		if v > x[b] {
			b = i
		}
	}
	return b
}

func (s *subject) line(c *console, probabilities []float32) error {
	b := best(probabilities)
	o := struct {
		Event         string   `json:"event"`
		Image         string   `json:"image"`
		Class         int      `json:"class"`
		Name          string   `json:"name"`
		Label         *int     `json:"label"`
		Probabilities []number `json:"probabilities"`
	}{Event: "prediction", Image: s.name, Class: b, Name: mnist.ClassName(b)}
	if s.label >= 0 {
		o.Label = &s.label
	}
	for _, p := range probabilities {
		o.Probabilities = append(o.Probabilities, number(p))
	}
	return line(c.data(), o)
}

// print shows the image beside the probabilities, or above them where the
// terminal is narrow.
func (s *subject) print(c *console, space bool, probabilities []float32) error {
	b := best(probabilities)
	title := fmt.Sprintf("%s: %s (%d)", s.name, mnist.ClassName(b), b)
	switch {
	case s.label == b:
		title += ", right"
	case s.label >= 0:
		title += fmt.Sprintf(", wrong: it is %s (%d)", mnist.ClassName(s.label), s.label)
	}
	var rows []string
	for i, p := range probabilities {
		mark := " "
		if i == b {
			mark = ">"
		}
		rows = append(rows, fmt.Sprintf("%s %-11s  %.4f  %s", mark, mnist.ClassName(i), p, strings.Repeat("#", int(float32(p*20)+0.5))))
	}
	picture := textPicture(s.pixels, c.colorOut)
	var out strings.Builder
	if space {
		out.WriteByte('\n')
	}
	out.WriteString(title + "\n")
	const side = 28 + 2 + 43 // picture, gap, longest row
	if f, ok := c.stdout.(*folder); ok && f.width() < side {
		if f.width() >= 28 {
			out.WriteString(strings.Join(picture, "\n") + "\n")
		}
		out.WriteString(strings.Join(rows, "\n") + "\n")
	} else {
		for i, p := range picture {
			right := ""
			if at := i - (len(picture)-len(rows))/2; at >= 0 && at < len(rows) {
				right = "  " + rows[at]
			}
			out.WriteString(strings.TrimRight(p+right, " ") + "\n")
		}
	}
	_, err := fmt.Fprint(c.stdout, out.String())
	return err
}
