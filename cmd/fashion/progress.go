package main

import (
	"slices"
	"strings"
	"weft/nn/callbacks"
)

var progressChoices = []string{"auto", "bar", "line", "none"}

// describeProgress registers -progress.
func describeProgress(f *flags, value *string) {
	f.StringVar(value, "progress", "auto", "")
	f.describe("progress", "HOW", "auto (default: a bar on a terminal, else a line per epoch, none\nwith -json), bar, line or none; on standard error", progressChoices...)
}

func checkProgress(how string) error {
	if !slices.Contains(progressChoices, how) {
		return usagef("-progress %s: choose one of %s%s", how, strings.Join(progressChoices, ", "), didYouMean(how, progressChoices))
	}
	return nil
}

// showProgress returns the callbacks that show the progress, and what ends a bar
// that was left inside an epoch.
func (s *session) showProgress() (show []callbacks.Callback, end func()) {
	how := s.progress
	if how == "auto" && s.json {
		how = "none"
	}
	return s.console.callbacks(how)
}

// callbacks returns those that show the progress of a Fit in the given way.
func (c *console) callbacks(how string) (show []callbacks.Callback, end func()) {
	switch {
	case how == "none":
		return nil, func() {}
	case how == "line" || how == "auto" && c.bar == nil:
		return []callbacks.Callback{callbacks.EpochLines(c.stderr)}, func() {}
	}
	b := &callbacks.Bar{W: c.bar, Width: c.width, Color: c.colorErr}
	if c.bar == nil { // a bar that was asked for where no terminal is
		b.W = c.stderr
	}
	return []callbacks.Callback{b}, b.End
}
