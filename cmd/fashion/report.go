package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"weft/cmd/fashion/internal/durable"
	"weft/cmd/fashion/internal/report"
	"weft/mnist"
)

// writeReport writes the page of -report.
func (s *session) writeReport(ctx context.Context, r *result) error {
	p, err := s.model.Predict(ctx, s.test)
	if err != nil {
		return stoppedOr(ctx, err)
	}
	d := &report.Data{Title: "A training run", Command: s.line, Probabilities: p.Data}
	switch s.test.Source() {
	case mnist.FashionMNIST:
		d.Title = "Fashion-MNIST: a training run"
	case mnist.SyntheticSet:
		d.Title = "Fashion (synthetic images): a training run"
	}
	if len(r.epochs) < s.network.epochs {
		d.Note = "The run was stopped before its end."
	}
	d.Trained, d.Layers = s.trained(p.Cols), s.layers(p.Cols)
	for _, row := range r.figures() {
		d.Results = append(d.Results, report.Result{Set: row[0], Images: row[1], Loss: row[2], Accuracy: row[3]})
	}
	d.Facts = append(r.facts()[1:], [2]string{"weights SHA-256", fmt.Sprintf("%x", r.model.SHA256())})
	// The data, the first of the facts, is among what was trained.
	d.Machine = s.versionFacts()
	for _, e := range r.epochs {
		d.Epochs = append(d.Epochs, report.Epoch{Loss: e.Get("loss"), Accuracy: e.Get("accuracy"), ValLoss: e.Get("val_loss"), ValAccuracy: e.Get("val_accuracy"), Seconds: e.Seconds})
	}
	for c := range p.Cols {
		d.Classes = append(d.Classes, s.className(c))
	}
	for i := range s.test.Len() {
		d.Images, d.Labels = append(d.Images, s.test.Image(i)), append(d.Labels, s.test.Label(i))
	}
	d.Units = s.firstUnits()
	return durable.Write(s.report, func(w io.Writer) error { return report.Write(w, d) })
}

// firstUnits returns the weights of each unit of the first layer.
func (s *session) firstUnits() (all [][]float32) {
	kernel := s.model.Weights()[0] // [784, units]
	units := kernel.Shape[1]
	for u := range units {
		w := make([]float32, kernel.Shape[0])
		for i := range w {
			w[i] = kernel.Data[i*units+u]
		}
		all = append(all, w)
	}
	return all
}

// trained lists what was trained and how.
func (s *session) trained(classes int) [][2]string {
	network, parameters, in := []string{strconv.Itoa(side * side)}, 0, side*side
	for _, units := range s.hidden {
		network = append(network, fmt.Sprintf("%d %s", units, s.activationName))
		parameters += (in + 1) * units
		in = units
	}
	network = append(network, fmt.Sprintf("%d softmax", classes))
	parameters += (in + 1) * classes
	optimizer := s.optimizer.Name()
	switch {
	case s.nesterov:
		optimizer += fmt.Sprintf(", Nesterov momentum %v", s.momentum)
	case s.momentum != 0:
		optimizer += fmt.Sprintf(", momentum %v", s.momentum)
	}
	epochs := fmt.Sprintf("%d of %d", len(s.epochs), s.network.epochs)
	if s.now.Step > 0 {
		epochs += fmt.Sprintf(", and %d of %d steps of the next", s.now.Step, s.now.Steps)
	}
	return [][2]string{
		{"network", strings.Join(network, " → ")},
		{"parameters", thousands(parameters)},
		{"optimizer", optimizer},
		{"learning rate", strconv.FormatFloat(s.optimizer.Rate(), 'g', -1, 64)},
		{"loss", "sparse categorical cross-entropy"},
		{"batch", fmt.Sprintf("%d samples", s.batch)},
		{"epochs", epochs},
		{"seed", fmt.Sprint(s.seed)},
		{"data", describeSet(s.train)},
		{"date", time.Now().Format("2006-01-02 15:04 MST")},
	}
}

// layers lists the layers for their picture.
func (s *session) layers(classes int) []report.Layer {
	all := []report.Layer{
		{Name: "Input", Detail: "pixels, divided by 255", Shape: fmt.Sprintf("%d × %d", side, side)},
		{Name: "Flatten", Shape: strconv.Itoa(side * side)},
	}
	in := side * side
	dense := func(units int, activation string) {
		all = append(all, report.Layer{Name: "Dense", Detail: activation, Shape: strconv.Itoa(units), Parameters: thousands((in + 1) * units)})
		in = units
	}
	for _, units := range s.hidden {
		dense(units, s.activationName)
	}
	dense(classes, "softmax")
	return all
}

// thousands prints a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
