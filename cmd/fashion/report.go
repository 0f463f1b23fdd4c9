package main

import (
	"context"
	"fmt"
	"io"

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
	last := r.epochs[len(r.epochs)-1]
	d := &report.Data{Title: "Fashion-MNIST: a training run", Command: s.line, Probabilities: p.Data}
	if s.test.Source() == mnist.SyntheticSet {
		d.Title = "Fashion (drawn images): a training run"
	}
	d.Facts = append(d.Facts,
		[2]string{"training", fmt.Sprintf("loss %.4f, accuracy %.4f, %d images", r.trainLoss, r.trainAccuracy, s.train.Len())},
		[2]string{"validation", fmt.Sprintf("loss %.4f, accuracy %.4f, %d images", last.ValLoss, last.ValAccuracy, s.validation.Len())},
		[2]string{"test", fmt.Sprintf("loss %.4f, accuracy %.4f, %d images", r.testLoss, r.testAccuracy, s.test.Len())})
	d.Facts = append(d.Facts, r.facts()...)
	d.Facts = append(d.Facts, [2]string{"seed", fmt.Sprint(s.seed)}, [2]string{"weights SHA-256", fmt.Sprintf("%x", r.model.SHA256())})
	d.Machine = s.versionFacts()
	for _, e := range r.epochs {
		d.Epochs = append(d.Epochs, report.Epoch{Loss: e.Loss, Accuracy: e.Accuracy, ValLoss: e.ValLoss, ValAccuracy: e.ValAccuracy, Seconds: e.Seconds})
	}
	for c := range mnist.Classes {
		d.Classes = append(d.Classes, mnist.ClassName(c))
	}
	for i := range s.test.Len() {
		d.Images, d.Labels = append(d.Images, s.test.Image(i)), append(d.Labels, s.test.Label(i))
	}
	kernel := s.model.Weights()[0] // [784, units]
	units := kernel.Shape[1]
	for u := range units {
		w := make([]float32, kernel.Shape[0])
		for i := range w {
			w[i] = kernel.Data[i*units+u]
		}
		d.Units = append(d.Units, w)
	}
	return durable.Write(s.report, func(w io.Writer) error { return report.Write(w, d) })
}
