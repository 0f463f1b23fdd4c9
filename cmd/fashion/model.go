package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"weft/cmd/fashion/internal/memory"
	"weft/nn"
)

// readModel reads the model of a file that -save or -checkpoint wrote, with the
// record of the run where there is one. An error names the file. The first bytes and
// the length are looked at before the rest is read.
func readModel(path string) (*record, *nn.Sequential, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, checkpointName)
	}
	info, err := regular(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: give the file of a saved model, or the folder of a checkpoint", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r, m, err := readModelFrom(f, info.Size(), memory.Limit())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, m, nil
}

// readModelFrom reads a file of the given size, which must fit into the memory.
func readModelFrom(f io.Reader, size, limit int64) (*record, *nn.Sequential, error) {
	in := bufio.NewReaderSize(f, 1<<16)
	head, err := in.Peek(len(runMagic))
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	isRun := bytes.HasPrefix(head, []byte(runMagic[:7]))
	switch {
	case isRun && len(head) > 7 && (head[7] < 1 || head[7] > runMagic[7]):
		return nil, nil, fmt.Errorf("a checkpoint of version %d, this fashion reads versions 1 to %d", head[7], runMagic[7])
	case !isRun && !bytes.HasPrefix(head, []byte(modelMagic)):
		if len(head) == 0 {
			return nil, nil, errors.New("the file is empty")
		}
		return nil, nil, fmt.Errorf("this is not a model: fashion -save and -checkpoint write files that begin with %q or %q, this one begins with %q", modelMagic, runMagic[:7], head)
	case size > limit:
		return nil, nil, fmt.Errorf("the file has %s, and there are %s of memory", memory.Size(float64(size)), memory.Size(float64(limit)))
	case isRun:
		return readRun(in, size)
	}
	m, err := nn.Load(in)
	return nil, m, err
}

// modelMagic is how a file begins that nn's Save writes, its version apart.
const modelMagic = "WEFTNN\x00"
