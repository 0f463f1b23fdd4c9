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
	"weft/mnist"
	"weft/nn"
)

// A checkpoint is a training run at rest:
//
//	8 bytes  "WEFTRUN\x01", the last one the version
//	4 bytes  length of the header, little-endian
//	header   JSON: record
//	model    as nn's Save writes it, with the optimizer and the place in the epoch
//	32 bytes SHA-256 of all that comes before
const runMagic = "WEFTRUN\x01"

// checkpointName is the name of the file in the folder of -checkpoint.
const checkpointName = "checkpoint.weft"

// record is what a run must remember beside its model.
type record struct {
	Flags   map[string]string `json:"flags"` // those of network, by name
	Data    dataID            `json:"data"`
	Epochs  []epochRecord     `json:"epochs"`  // finished
	Elapsed float64           `json:"elapsed"` // seconds of training in the epoch that is not finished
	Seconds float64           `json:"seconds"` // of the run so far
}

// epochRecord is an nn.Epoch as JSON, where NaN and infinities are null.
type epochRecord struct {
	Epoch       int    `json:"epoch"`
	Seconds     number `json:"seconds"`
	Loss        number `json:"loss"`
	Accuracy    number `json:"accuracy"`
	ValLoss     number `json:"val_loss"`
	ValAccuracy number `json:"val_accuracy"`
}

func newEpochRecord(e nn.Epoch) epochRecord {
	return epochRecord{e.Epoch, number(e.Seconds), number(e.Loss), number(e.Accuracy), number(e.ValLoss), number(e.ValAccuracy)}
}

// dataID tells one data set from another. The hash of the pixels and labels is
// that of sets without an official checksum.
type dataID struct {
	Source mnist.Source `json:"source"`
	Split  string       `json:"split_sha256"`
	SHA256 string       `json:"sha256,omitempty"`
}

func newDataID(s *sets) dataID {
	id := dataID{Source: s.train.Source(), Split: s.train.IndexSHA256()}
	if id.Source != mnist.FashionMNIST {
		h := sha256.New()
		h.Write(s.train.Bytes())
		for _, c := range s.train.Classes() {
			h.Write([]byte{byte(c)})
		}
		id.SHA256 = fmt.Sprintf("%x", h.Sum(nil))
	}
	return id
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

// parseRun reads a checkpoint.
func parseRun(b []byte) (*record, *nn.Sequential, error) {
	start := len(runMagic) + 4
	if len(b) < start+sha256.Size {
		return nil, nil, errors.New("the file is cut off")
	}
	body, want := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], want) {
		return nil, nil, errors.New("the checksum is wrong: the file is damaged")
	}
	size := uint64(binary.LittleEndian.Uint32(body[len(runMagic):]))
	if size > uint64(len(body)-start) {
		return nil, nil, errors.New("the header is longer than the file: the file is damaged")
	}
	r := &record{}
	d := json.NewDecoder(bytes.NewReader(body[start : start+int(size)]))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, nil, fmt.Errorf("the header: %w", err)
	}
	m, err := nn.Load(bytes.NewReader(body[start+int(size):]))
	return r, m, err
}

// readModel reads the model of a file that -save or -checkpoint wrote, with the
// record of the run where there is one. An error names the file.
func readModel(path string) (*record, *nn.Sequential, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, checkpointName)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is no regular file: give one that -save or -checkpoint wrote", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var r *record
	var m *nn.Sequential
	switch {
	case !bytes.HasPrefix(b, []byte(runMagic[:7])):
		m, err = nn.Load(bytes.NewReader(b))
	case len(b) > 7 && b[7] != runMagic[7]:
		err = fmt.Errorf("a checkpoint of version %d, this fashion reads version %d", b[7], runMagic[7])
	default:
		r, m, err = parseRun(b)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, m, nil
}

// openCheckpoint makes the folder of -checkpoint ready and reads what a run left
// there; without one it returns nils.
func openCheckpoint(dir string, resume bool) (*record, *nn.Sequential, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, nil, fmt.Errorf("-checkpoint: %w", err)
	}
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
