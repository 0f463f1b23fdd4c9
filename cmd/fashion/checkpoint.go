package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"weft/cmd/fashion/internal/durable"
	"weft/cmd/fashion/internal/lock"
	"weft/mnist"
	"weft/nn"
	"weft/nn/callbacks"
)

// A checkpoint is a training run at rest:
//
//	8 bytes  "WEFTRUN\x02", the last one the version; 1 had no place of the data
//	4 bytes  length of the header, little-endian
//	header   JSON: record
//	model    as nn's Save writes it, with the optimizer and the place in the epoch
//	32 bytes SHA-256 of all that comes before
const runMagic = "WEFTRUN\x02"

// maxRunHeader is more bytes than the header of a run has: a million epochs.
const maxRunHeader = 256 << 20

// checkpointName is the name of the file in the folder of -checkpoint.
const checkpointName = "checkpoint.weft"

// record is what a run must remember in addition to its model.
type record struct {
	Flags   map[string]string `json:"flags"` // those of network, by name
	Data    dataID            `json:"data"`
	Labels  []string          `json:"labels,omitempty"` // names of the classes that the user gave
	Epochs  []epochRecord     `json:"epochs"`           // finished
	Elapsed float64           `json:"elapsed"`          // seconds of training in the epoch that is not finished
	Seconds float64           `json:"seconds"`          // of the run so far
}

// epochRecord is a callbacks.Epoch as JSON, where NaN and infinities are null.
type epochRecord struct {
	Epoch       int    `json:"epoch"`
	Seconds     number `json:"seconds"`
	Loss        number `json:"loss"`
	Accuracy    number `json:"accuracy"`
	ValLoss     number `json:"val_loss"`
	ValAccuracy number `json:"val_accuracy"`
}

func newEpochRecord(e callbacks.Epoch) epochRecord {
	return epochRecord{e.Epoch, number(e.Seconds), number(e.Get("loss")), number(e.Get("accuracy")), number(e.Get("val_loss")), number(e.Get("val_accuracy"))}
}

// epoch returns the epoch of a record.
func (r epochRecord) epoch() callbacks.Epoch {
	return callbacks.Epoch{Epoch: r.Epoch, Seconds: float64(r.Seconds), Logs: callbacks.Logs{
		{Name: "loss", Value: float64(r.Loss)}, {Name: "accuracy", Value: float64(r.Accuracy)},
		{Name: "val_loss", Value: float64(r.ValLoss)}, {Name: "val_accuracy", Value: float64(r.ValAccuracy)},
	}}
}

// hashSet returns the SHA-256 of a set's pixels and labels.
func hashSet(s *mnist.Set) string {
	h := sha256.New()
	h.Write(s.Bytes())
	for _, c := range s.Classes() {
		if c < 256 {
			h.Write([]byte{byte(c)})
		} else {
			h.Write(binary.LittleEndian.AppendUint32(nil, uint32(c)))
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// write writes the checkpoint of a run.
func (r *record) write(w io.Writer, m *nn.Sequential) error {
	header, err := json.Marshal(r)
	if err != nil {
		return err
	}
	h := sha256.New()
	out := io.MultiWriter(w, h)
	if _, err := out.Write(append(binary.LittleEndian.AppendUint32([]byte(runMagic), uint32(len(header))), header...)); err != nil {
		return err
	}
	if err := m.Save(out); err != nil {
		return err
	}
	_, err = w.Write(h.Sum(nil))
	return err
}

// readRun reads a checkpoint of the given size.
func readRun(in io.Reader, size int64) (*record, *nn.Sequential, error) {
	start := int64(len(runMagic) + 4)
	if size < start+sha256.Size {
		return nil, nil, errors.New("the file is cut off")
	}
	hash := sha256.New()
	body := io.TeeReader(io.LimitReader(in, size-sha256.Size), hash)
	head := make([]byte, start)
	if _, err := io.ReadFull(body, head); err != nil {
		return nil, nil, err
	}
	length := int64(binary.LittleEndian.Uint32(head[len(runMagic):]))
	if length > min(maxRunHeader, size-start-sha256.Size) {
		return nil, nil, fmt.Errorf("the header is said to have %d bytes, in a file of %d: the file is damaged", length, size)
	}
	header := make([]byte, length)
	if _, err := io.ReadFull(body, header); err != nil {
		return nil, nil, err
	}
	r := &record{}
	d := json.NewDecoder(bytes.NewReader(header))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, nil, fmt.Errorf("the header: %w: the file is damaged", err)
	}
	if r.Data.Source == "drawn" { // the word of version 1
		r.Data.Source = mnist.SyntheticSet
	}
	m, err := nn.Load(body)
	if err != nil {
		return nil, nil, err
	}
	want := make([]byte, sha256.Size)
	if _, err := io.ReadFull(in, want); err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(hash.Sum(nil), want) {
		m.Close()
		return nil, nil, errors.New("the checksum is wrong: the file is damaged")
	}
	return r, m, nil
}

// openCheckpoint makes the folder of -checkpoint ready, takes its lock and reads what a
// run left there; without one record and model are nil.
func openCheckpoint(c *console, dir string, resume bool) (l *lock.Lock, r *record, m *nn.Sequential, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, nil, nil, fmt.Errorf("-checkpoint: %w", err)
	}
	l, err = lock.Acquire(dir)
	if errors.Is(err, errors.ErrUnsupported) {
		fmt.Fprintf(c.stderr, "-checkpoint: %v: let no other run use this folder.\n", err)
	} else if err != nil {
		return nil, nil, nil, fmt.Errorf("-checkpoint: %w: wait until it ends, or give another folder", err)
	}
	r, m, err = readCheckpoint(dir, resume)
	if err != nil && l != nil {
		err = errors.Join(err, l.Release())
	}
	return l, r, m, err
}

// readCheckpoint reads what a run left in a folder that is locked.
func readCheckpoint(dir string, resume bool) (*record, *nn.Sequential, error) {
	path := filepath.Join(dir, checkpointName)
	_, missing := os.Stat(path)
	if missing == nil && !resume {
		return nil, nil, fmt.Errorf("-checkpoint: %s holds a run already: add -resume to go on with it, or give another folder", path)
	}
	if err := first(durable.Ready(path), durable.Sweep(path)); err != nil {
		return nil, nil, fmt.Errorf("-checkpoint: %w", err)
	}
	if errors.Is(missing, fs.ErrNotExist) {
		return nil, nil, nil
	}
	r, m, err := readModel(path)
	if err == nil && r == nil {
		err = fmt.Errorf("%s is a saved model, not a checkpoint: give another folder", path)
	}
	return r, m, err
}

// networkFlags are the names of the flags that a checkpoint remembers.
var networkFlags = []string{"optimizer", "lr", "momentum", "nesterov", "hidden", "activation", "batch", "seed", "epochs"}

// settings returns the flags of a resolved network.
func (n *network) settings(f *flags) map[string]string {
	s := map[string]string{}
	for _, name := range networkFlags {
		s[name] = f.Lookup(name).Value.String()
	}
	s["lr"] = strconv.FormatFloat(n.optimizer.Rate(), 'g', -1, 64)
	return s
}

// restore gives the flags that the user left out the values of the run that is
// resumed. A flag that differs from that run is an error, except -epochs, which
// may ask for more.
func (n *network) restore(f *flags, r *record) error {
	for _, name := range networkFlags {
		was, is := r.Flags[name], f.Lookup(name).Value.String()
		switch {
		case f.given[name] && name == "epochs":
			if n.epochs < len(r.Epochs) {
				return usagef("-epochs %d: the run that is resumed has %d epochs already: give at least as many, or begin a new run in another folder", n.epochs, len(r.Epochs))
			}
		case f.given[name] && is != was:
			return usagef("-%s %s: the run that is resumed has %s: leave the flag out, or begin a new run in another folder", name, is, was)
		case !f.given[name] && is != was:
			if err := f.Set(name, was); err != nil {
				return fmt.Errorf("the checkpoint says -%s %s: %w", name, was, err)
			}
			f.given[name] = true
		}
	}
	return nil
}

// restore gives the flags of the data that the user left out the values of the run that
// is resumed.
func (s *source) restore(f *flags, r *record) error {
	if f.given["transpose"] && s.transpose != r.Data.Transpose {
		return usagef("-transpose=%v: the run that is resumed has %v: leave the flag out, or begin a new run in another folder", s.transpose, r.Data.Transpose)
	}
	s.transpose = r.Data.Transpose
	if s.labels == nil {
		s.labels = r.Labels
	}
	s.recorded = &r.Data
	return nil
}
