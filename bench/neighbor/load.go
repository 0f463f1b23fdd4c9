package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// process is a load that runs in a process of its own.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// start starts the load, paused.
func (b burst) start() (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(self, "-busy", b.busy.String(), "-period", b.period.String())}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("the load: %w", err)
	}
	return p, nil
}

func (p *process) resume() { p.in.Write([]byte("r")) }
func (p *process) pause()  { p.in.Write([]byte("p")) }
func (p *process) end()    { p.in.Close(); p.cmd.Wait() }

// run is what that process does.
func (b burst) run() {
	orders := make(chan byte)
	go func() {
		defer close(orders)
		for order := []byte{0}; ; {
			if _, err := os.Stdin.Read(order); err != nil {
				return
			}
			orders <- order[0]
		}
	}()
	for order := range orders {
		for begin := time.Now(); order == 'r'; begin = begin.Add(b.period) {
			time.Sleep(time.Until(begin))
			for time.Since(begin) < b.busy && order == 'r' {
				select {
				case order = <-orders:
				default:
				}
			}
			select {
			case order = <-orders:
			default:
			}
		}
	}
}
