package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"weft/nn/keras/internal/hdf5"
)

// Limits. The memory that a file may ask for is 4 times its size and 1 MiB: all
// that is read from it and made of it together, which Keras's files, stored without
// compression, stay far below.
const (
	memoryFactor = 4
	memoryExtra  = 1 << 20

	maxConfig  = 1 << 20
	maxFile    = math.MaxInt32 // of a whole .h5
	headLength = 4096
)

// Read reads a model from a .keras archive or a legacy .h5 file of size bytes,
// told apart by their content. Nothing is executed, extracted or opened beside.
func Read(r io.ReaderAt, size int64) (*Model, error) {
	m, err := read(r, size)
	if err != nil {
		return nil, prefixed(err)
	}
	if m.NoTraining != nil {
		m.Training, m.NoTraining = nil, prefixed(m.NoTraining)
	}
	return m, nil
}

// prefixed puts the package's name before an error once.
func prefixed(err error) error {
	if strings.HasPrefix(err.Error(), "keras: ") {
		return err
	}
	return fmt.Errorf("keras: %w", err)
}

func read(r io.ReaderAt, size int64) (*Model, error) {
	switch kind, err := sniff(r, size); {
	case err != nil:
		return nil, err
	case kind == zipArchive:
		return readArchive(r, size)
	default:
		return readLegacy(r, size)
	}
}

// fileKind is what a file is by its first bytes.
type fileKind int

const (
	unknownFile fileKind = iota
	zipArchive
	hdf5File
)

// sniff tells the formats apart; what is neither is named where it is known.
func sniff(r io.ReaderAt, size int64) (fileKind, error) {
	if size <= 0 {
		return unknownFile, errors.New("the file is empty")
	}
	head := make([]byte, min(size, headLength))
	if err := readAt(r, head, 0); err != nil {
		return unknownFile, err
	}
	text := strings.ToLower(strings.TrimSpace(string(head[:min(len(head), 64)])))
	is := func(prefix string) bool { return strings.HasPrefix(text, prefix) }
	const want = "a .keras archive or an HDF5 file of Keras is expected"
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipArchive, nil
	case hdf5.Is(head):
		return hdf5File, nil
	case is("version https://git-lfs"):
		return unknownFile, fmt.Errorf("the file is a pointer of Git LFS, not the file itself: get it with git lfs pull")
	case is("<"):
		return unknownFile, fmt.Errorf("the file is a web page: %s; download the file itself", want)
	case len(head) >= 8 && string(head[4:8]) == "TFL3":
		return unknownFile, unsupported("the file is of TensorFlow Lite, which has no training state: save the model as .keras")
	case len(head) > 8 && head[8] == '{':
		return unknownFile, unsupported("the file looks like safetensors: %s", want)
	case bytes.HasPrefix(head, []byte{0x80}) || is("\x93numpy"):
		return unknownFile, unsupported("the file looks like one of NumPy or a pickle of Python: %s", want)
	}
	if end := tailOf(r, size); end >= 0 {
		return unknownFile, fmt.Errorf("the file is a zip archive with other bytes at its start: %s", want)
	}
	return unknownFile, fmt.Errorf("%s, this file begins with %q", want, head[:min(len(head), 8)])
}

// tailOf finds the end of a zip directory without a comment.
func tailOf(r io.ReaderAt, size int64) int64 {
	end := make([]byte, 4)
	if at := size - endSize; at >= 0 && readAt(r, end, at) == nil && string(end) == "PK\x05\x06" {
		return at
	}
	return -1
}

// readArchive reads a .keras archive.
func readArchive(r io.ReaderAt, size int64) (*Model, error) {
	z, err := openZip(r, size)
	if err != nil {
		return nil, err
	}
	memory := memoryFactor*size + memoryExtra
	version := 3
	if _, ok := z.members[metadataName]; ok {
		if version, err = z.version(); err != nil {
			return nil, fmt.Errorf("%s: %w", metadataName, err)
		}
	}
	text, err := z.read(configName, min(maxConfig, 2*size+memoryExtra/4))
	if err != nil {
		return nil, err
	}
	v, err := parseJSON(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", configName, err)
	}
	m, o, err := readModel(v, version)
	if err == nil {
		err = m.Shapes()
	}
	if err != nil {
		return nil, inFile(configName, err)
	}
	training, legacy, err := readTraining(o.compile, version)
	if err != nil {
		m.notTraining(fmt.Errorf("compile_config: %w", err))
	}
	memory -= int64(len(text))
	data, err := z.read(weightsName, min(m.need(), memory))
	if err != nil {
		return nil, err
	}
	s, err := openWeights(data, memory-int64(len(data)), m)
	if err != nil {
		return nil, inFile(weightsName, err)
	}
	m.Training = training
	if err := m.take(s, legacy, true); err != nil {
		return nil, inFile(weightsName, err)
	}
	return m, nil
}

// inFile says in which member of an archive an error is, after the package's name.
func inFile(name string, err error) error {
	if text, ok := strings.CutPrefix(err.Error(), "keras: "); ok {
		if errors.Is(err, errors.ErrUnsupported) {
			return unsupported("%s: %s", name, text)
		}
		return errors.New(name + ": " + text)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// version is Keras's major version by the metadata.
func (z *zipFile) version() (int, error) {
	text, err := z.read(metadataName, 1<<16)
	if err != nil {
		return 0, err
	}
	v, err := parseJSON(text)
	if err != nil {
		return 0, err
	}
	members, err := v.members()
	if err != nil {
		return 0, err
	}
	for _, m := range members {
		if m.key == "keras_version" && m.kind() == "a string" {
			s, err := m.text()
			return majorVersion(s), err
		}
	}
	return 3, nil
}

// notTraining notes the first reason why training cannot go on.
func (m *Model) notTraining(err error) {
	if m.NoTraining == nil {
		m.NoTraining = err
	}
}

// need is the most bytes that a file of the model's weights and state can have: 4
// times what the numbers take, with up to five slots, and room for HDF5's
// structures.
func (m *Model) need() int64 {
	var floats, arrays int64
	for i := range m.Layers {
		for _, w := range m.Layers[i].Weights {
			floats += int64(elements(w.Shape))
			arrays++
		}
	}
	const slots, structures = 5, 4096
	return 4*4*floats*(1+slots) + structures*(arrays*(1+slots)+int64(len(m.Layers))) + memoryExtra
}

// openWeights opens a weights file of Keras 3's layout.
func openWeights(data []byte, memory int64, m *Model) (*stored, error) {
	f, err := hdf5.Open(data, memory)
	if err != nil {
		return nil, err
	}
	root, err := f.Root()
	if err != nil {
		return nil, err
	}
	return find3(root, m)
}

// take reads weights and, where the model has a training, its state. Nothing of
// the model is changed if there is an error. needed says that the state must be
// there.
func (m *Model) take(s *stored, legacy, needed bool) error {
	values, err := s.read(m)
	if err != nil {
		return err
	}
	m.set(values)
	if m.Training == nil {
		return nil
	}
	switch {
	case s.optimizerErr != nil:
		m.notTraining(s.optimizerErr)
	case s.optimizer == nil && needed && legacy:
		m.notTraining(unsupported("Keras does not write the state of an optimizer of tf.keras before 2.11 into a .keras archive: save the model as .h5"))
	case s.optimizer == nil && needed:
		m.notTraining(errNoState)
	case s.optimizer == nil:
	default:
		if err := readState(m.Training, s.optimizer, m.Trained(), legacy); err != nil {
			m.notTraining(err)
		}
	}
	return nil
}

// readLegacy reads a whole model from a legacy .h5 file.
func readLegacy(r io.ReaderAt, size int64) (*Model, error) {
	root, err := openFile(r, size)
	if err != nil {
		return nil, err
	}
	config, ok, err := attribute(root, "model_config")
	if err != nil {
		return nil, err
	}
	if !ok {
		if root.Has("layers") || hasAttribute(root, "layer_names") {
			return nil, unsupported("the file holds weights alone: build the model and load them with LoadWeights")
		}
		return nil, errors.New("the HDF5 file is none of Keras: it has no attribute model_config")
	}
	version := 3
	if s, ok, err := attribute(root, "keras_version"); err != nil {
		return nil, err
	} else if ok {
		version = majorVersion(s)
	}
	v, err := parseJSON([]byte(config))
	if err != nil {
		return nil, fmt.Errorf("model_config: %w", err)
	}
	m, _, err := readModel(v, version)
	if err == nil {
		err = m.Shapes()
	}
	if err != nil {
		return nil, inFile("model_config", err)
	}
	weights, err := root.Group("model_weights")
	if err != nil {
		return nil, err
	}
	s, err := findLegacy(weights, m, true)
	if err != nil {
		return nil, fmt.Errorf("model_weights: %w", err)
	}
	legacy, err := m.legacyTraining(root, s, version)
	if err != nil {
		m.notTraining(err)
	}
	return m, m.take(s, legacy, false)
}

// legacyTraining reads the training_config and finds the optimizer's variables.
func (m *Model) legacyTraining(root *hdf5.Group, s *stored, version int) (legacy bool, err error) {
	text, ok, err := attribute(root, "training_config")
	if err != nil || !ok {
		return false, err
	}
	v, err := parseJSON([]byte(text))
	if err != nil {
		return false, fmt.Errorf("training_config: %w", err)
	}
	if m.Training, legacy, err = readTraining(v, version); err != nil {
		return legacy, fmt.Errorf("training_config: %w", err)
	}
	s.optimizer, s.optimizerErr = optimizerLegacy(root)
	return legacy, nil
}

// openFile reads a whole HDF5 file into memory and opens its root group.
func openFile(r io.ReaderAt, size int64) (*hdf5.Group, error) {
	if size > maxFile {
		return nil, unsupported("an HDF5 file of more than 2 GiB")
	}
	data := make([]byte, size)
	if err := readAt(r, data, 0); err != nil {
		return nil, err
	}
	f, err := hdf5.Open(data, (memoryFactor-1)*size+memoryExtra)
	if err != nil {
		return nil, err
	}
	return f.Root()
}

// attribute reads an attribute of one string.
func attribute(g *hdf5.Group, name string) (string, bool, error) {
	list, ok, err := g.Strings(name)
	if err != nil || !ok {
		return "", false, err
	}
	if len(list) != 1 {
		return "", false, fmt.Errorf("the attribute %s has %d strings, not 1", name, len(list))
	}
	return list[0], true, nil
}

func hasAttribute(g *hdf5.Group, name string) bool {
	_, ok, err := stringList(g, name)
	return ok && err == nil
}

// ReadWeights reads the weights of a .weights.h5 file of any version, of a .keras
// archive or of a legacy .h5 file into a model that has the same layers, in the
// same order; names do not matter, as they do not to Keras. Where the model has a
// Training and the file the state of that optimizer, the state is read too; where
// it does not fit, Training becomes nil and NoTraining says why. After an error the
// model is as it was.
func ReadWeights(m *Model, r io.ReaderAt, size int64) error {
	if err := m.Shapes(); err != nil {
		return prefixed(err)
	}
	s, legacy, err := findWeights(m, r, size)
	if err != nil {
		return prefixed(err)
	}
	if err := m.take(s, legacy, false); err != nil {
		return prefixed(err)
	}
	if m.NoTraining != nil {
		m.Training, m.NoTraining = nil, prefixed(m.NoTraining)
	}
	return nil
}

// findWeights finds the weights in a file of any kind.
func findWeights(m *Model, r io.ReaderAt, size int64) (s *stored, legacy bool, err error) {
	kind, err := sniff(r, size)
	if err != nil {
		return nil, false, err
	}
	if kind == zipArchive {
		z, err := openZip(r, size)
		if err != nil {
			return nil, false, err
		}
		memory := memoryFactor*size + memoryExtra
		data, err := z.read(weightsName, min(m.need(), memory))
		if err != nil {
			return nil, false, err
		}
		s, err := openWeights(data, memory-int64(len(data)), m)
		if err != nil {
			err = inFile(weightsName, err)
		}
		return s, false, err
	}
	root, err := openFile(r, size)
	switch {
	case err != nil:
		return nil, false, err
	case root.Has("layers") || root.Has("_layer_checkpoint_dependencies"):
		s, err := find3(root, m)
		return s, false, err
	case root.Has("model_weights"):
		weights, err := root.Group("model_weights")
		if err != nil {
			return nil, false, err
		}
		if s, err = findLegacy(weights, m, false); err != nil {
			return nil, false, err
		}
		s.optimizer, s.optimizerErr = optimizerLegacy(root)
		legacy = len(s.optimizer) > 0 && strings.HasSuffix(s.optimizer[0].name, "/iter:0")
		return s, legacy, nil
	}
	s, err = findLegacy(root, m, false)
	return s, false, err
}
