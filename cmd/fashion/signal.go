package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// stopped is the cause of a context that a signal cancelled.
type stopped struct{ signal os.Signal }

func (s stopped) Error() string { return "stopped by " + s.signal.String() }

// code is the exit code: 128 + the signal's number.
func (s stopped) code() int {
	switch {
	case s.signal == syscall.SIGTERM:
		return 128 + 15
	case slices.Contains(hangup, s.signal):
		return 128 + 1
	}
	return 128 + 2
}

// signals returns a context that the first Ctrl-C, SIGTERM or SIGHUP cancels, with
// stopped as the cause. The second one ends the process at once. A SIGHUP that the
// process was told to ignore, as nohup does, stays ignored.
func signals(parent context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(parent)
	arrived := make(chan os.Signal, 2)
	signal.Notify(arrived, os.Interrupt, syscall.SIGTERM)
	for _, s := range hangup {
		if !signal.Ignored(s) {
			signal.Notify(arrived, s)
		}
	}
	go func() {
		cancel(stopped{<-arrived})
		os.Exit(stopped{<-arrived}.code())
	}()
	return ctx, func() { signal.Stop(arrived) }
}

// stoppedOr returns the signal that cancelled the context, else err.
func stoppedOr(ctx context.Context, err error) error {
	var s stopped
	if errors.As(context.Cause(ctx), &s) {
		return s
	}
	return err
}
