package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"weft/mnist"
)

func predictCommand() command {
	return command{
		name: "predict", args: "FILE IMAGE…", summary: "classify images with a saved model: PNG files or numbers of the test set",
		examples: []string{"fashion predict model.weft 0 1 2", "fashion predict model.weft shirt.png", "fashion predict run -invert photo.png"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			p := &prediction{flags: f}
			p.source.register(f)
			p.machine.register(f)
			f.group("Output")
			f.BoolVar(&p.invert, "invert", false, "")
			f.describe("invert", "", "PNG files are dark on light; the data set is light on dark")
			f.BoolVar(&p.json, "json", false, "")
			f.describe("json", "", "one JSON object per line on standard output")
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
	is     string  // its name
}

func (p *prediction) run(ctx context.Context, c *console, args []string) error {
	if len(args) == 0 {
		return errNoFile
	}
	if len(args) == 1 {
		return usagef("give images after %s: PNG files, or numbers of images of the test set", args[0])
	}
	if err := first(p.source.resolve(), p.machine.resolve()); err != nil {
		return err
	}
	r, m, err := readModel(args[0])
	if err != nil {
		return err
	}
	defer m.Close()
	if r != nil {
		p.source.recorded = &r.Data
		p.source.transpose = p.source.transpose || r.Data.Transpose
	}
	if err := m.SetResources(p.workers, p.kernels); err != nil {
		return err
	}
	if err := m.Build(side, side); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	subjects, data, err := p.subjects(ctx, c, args[1:])
	if err != nil {
		return err
	}
	row, err := m.Predictor()
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	probabilities := make([]float32, row.Outputs())
	names, err := p.names(r, m.Name(), data, len(probabilities))
	if err != nil {
		return err
	}
	for i, s := range subjects {
		row.Bytes(probabilities, s.pixels)
		if p.json {
			err = s.line(c, probabilities, names)
		} else {
			err = s.print(c, i > 0, probabilities, names)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// names returns what the model's outputs are called: by the user, by the checkpoint, by
// Fashion-MNIST where the model was trained on that, else by the set that images were
// taken from, or by their numbers.
func (p *prediction) names(r *record, model string, data *sets, outputs int) ([]string, error) {
	if p.labels != nil && len(p.labels) < outputs {
		return nil, usagef("-labels %s: %d names, the model has the classes 0…%d: give a name for each", p.labelsFile, len(p.labels), outputs-1)
	}
	fashion := outputs == mnist.Classes && (model == fashionName || r != nil && r.Data.Source != mnist.Unverified)
	var names []string
	for class := range outputs {
		switch {
		case p.labels != nil:
			names = append(names, p.labels[class])
		case r != nil && class < len(r.Labels):
			names = append(names, r.Labels[class])
		case fashion:
			names = append(names, mnist.ClassName(class))
		case r == nil && data != nil && data.test.NumClasses() == outputs:
			names = append(names, data.className(class))
		default:
			names = append(names, strconv.Itoa(class))
		}
	}
	return names, nil
}

// subjects reads the images. The test set is read once, where a number asks for
// it.
func (p *prediction) subjects(ctx context.Context, c *console, names []string) ([]subject, *sets, error) {
	var all []subject
	var data *sets
	files := 0
	for _, name := range names {
		n, err := strconv.Atoi(name)
		if err != nil {
			files++
			pixels, err := readPNG(name, p.invert)
			if err != nil {
				return nil, nil, err
			}
			if lightGround(pixels) {
				hint := "looks dark on light, and models learn light on dark: add -invert"
				if p.invert {
					hint = "looks light on dark already: leave -invert out"
				}
				fmt.Fprintf(c.stderr, "%s %s.\n", name, hint)
			}
			all = append(all, subject{name: name, pixels: pixels, label: -1})
			continue
		}
		if data == nil {
			if data, err = p.source.load(ctx, c); err != nil {
				return nil, nil, err
			}
		}
		test := data.test
		if n < 0 || n >= test.Len() {
			return nil, nil, fmt.Errorf("image %d: the test set has images 0…%d", n, test.Len()-1)
		}
		all = append(all, subject{"test image " + name, test.Image(n), test.Label(n), data.className(test.Label(n))})
	}
	if files == 0 && p.invert {
		return nil, nil, usagef("-invert does nothing without a PNG file")
	}
	return all, data, nil
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

func (s *subject) line(c *console, probabilities []float32, names []string) error {
	b := best(probabilities)
	o := struct {
		Event         string   `json:"event"`
		Image         string   `json:"image"`
		Class         int      `json:"class"`
		Name          string   `json:"name"`
		Label         *int     `json:"label"`
		Probabilities []number `json:"probabilities"`
	}{Event: "prediction", Image: s.name, Class: b, Name: names[b]}
	if s.label >= 0 {
		o.Label = &s.label
	}
	for _, p := range probabilities {
		o.Probabilities = append(o.Probabilities, number(p))
	}
	return line(c.data(), o)
}

// print shows the image next to the probabilities, or above them where the
// terminal is narrow. Of many classes it lists the most likely.
func (s *subject) print(c *console, space bool, probabilities []float32, names []string) error {
	b := best(probabilities)
	title := fmt.Sprintf("%s: %s", s.name, titled(names[b], b))
	switch {
	case s.label == b:
		title += ", right"
	case s.label >= 0:
		title += ", wrong: it is " + titled(s.is, s.label)
	}
	order, widest := make([]int, len(probabilities)), 0
	for i := range order {
		order[i] = i
	}
	if len(order) > mostRows {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(probabilities[b], probabilities[a]) })
		order = order[:mostRows]
	}
	for _, i := range order {
		widest = max(widest, columns(names[i]))
	}
	var rows []string
	for _, i := range order {
		mark, p := " ", probabilities[i]
		if i == b {
			mark = ">"
		}
		rows = append(rows, fmt.Sprintf("%s %s  %.4f  %s", mark, pad(names[i], widest), p, strings.Repeat("#", int(float32(p*20)+0.5))))
	}
	picture := textPicture(s.pixels, c.colorOut)
	var out strings.Builder
	if space {
		out.WriteByte('\n')
	}
	out.WriteString(title + "\n")
	wide := side + 2 + 2 + widest + 2 + 6 + 2 + 20 // picture, gap, longest row
	if c.widthOut != nil && c.widthOut() < wide {
		if c.widthOut() >= side {
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

// mostRows is how many classes are listed next to an image, which has 14 lines.
const mostRows = 14

// titled names a class with its number, or by its number alone.
func titled(name string, class int) string {
	if name == strconv.Itoa(class) {
		return name
	}
	return fmt.Sprintf("%s (%d)", name, class)
}
