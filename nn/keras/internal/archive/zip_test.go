package archive

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// parts returns the config and the weights of an archive of testdata.
func parts(t testing.TB, name string) (config, weights []byte) {
	t.Helper()
	data := readFile(t, "interop", name)
	z, err := openZip(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	config, err = z.read(configName, maxConfig)
	require.NoError(t, err)
	weights, err = z.read(weightsName, 1<<20)
	require.NoError(t, err)
	return config, weights
}

func read1(data []byte) (*Model, error) { return Read(bytes.NewReader(data), int64(len(data))) }

// An archive that was packed again with compression is the same model.
func TestDeflated(t *testing.T) {
	config, weights := parts(t, "k3_cnn.keras")
	want, err := read1(readFile(t, "interop", "k3_cnn.keras"))
	require.NoError(t, err)
	data := deflated(t, config, weights)
	require.Less(t, len(data), len(config)+len(weights))
	got, err := read1(data)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// What is wrong with an archive is said before anything of it is believed.
func TestZipErrors(t *testing.T) {
	config, weights := parts(t, "k3_mlp_plain.keras")
	good := archiveOf(config, weights)
	_, err := read1(good)
	require.NoError(t, err)
	zip := func(names []string, members ...[]byte) []byte {
		var b bytes.Buffer
		require.NoError(t, writeZip(&b, names, members))
		return b.Bytes()
	}
	changed := func(at int, with ...byte) []byte {
		return append(append(bytes.Clone(good[:at]), with...), good[at+len(with):]...)
	}
	end := len(good) - endSize
	directory := int(binary.LittleEndian.Uint32(good[end+16:]))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"two configs":   {zip([]string{configName, configName, weightsName}, config, config, weights), "the zip archive has two members config.json"},
		"two weights":   {zip([]string{configName, weightsName, weightsName}, config, weights, weights), "the zip archive has two members model.weights.h5"},
		"absolute":      {zip([]string{configName, weightsName, "/etc/passwd"}, config, weights, nil), `the zip archive has a member of the unsafe name "/etc/passwd"`},
		"up":            {zip([]string{configName, weightsName, "assets/../../x"}, config, weights, nil), `the zip archive has a member of the unsafe name "assets/../../x"`},
		"backslash":     {zip([]string{configName, weightsName, `a\b`}, config, weights, nil), `the zip archive has a member of the unsafe name "a\\b"`},
		"npz":           {zip([]string{configName, "model.weights.npz"}, config, weights), "the weights are in model.weights.npz: save the model with its weights in one HDF5 file, as Keras does by default"},
		"torch":         {zip([]string{"data.pkl"}, config), "it is a zip archive of PyTorch, not of Keras"},
		"no weights":    {zip([]string{configName}, config), "the zip archive has no member model.weights.h5: it is no .keras archive"},
		"comment":       {append(bytes.Clone(good), 'x'), "the zip archive is cut: it has no directory at its end"},
		"one disk more": {changed(end+4, 1), "a zip archive in several parts"},
		"count":         {changed(end+8, 1, 0, 1, 0), "the directory of the zip archive has bytes after its last member"},
		"more":          {changed(end+8, 3, 0, 3, 0), "the directory of the zip archive is damaged"},
		"encrypted":     {changed(directory+8, 1), "config.json: it is encrypted"},
		"method":        {changed(directory+10, 9), "config.json: its header contradicts the directory"},
		"offset":        {changed(directory+42, 1), "config.json: its header is damaged"},
		"checksum":      {changed(directory+16, good[directory+16]^1), "config.json: its header contradicts the directory"},
		"a bit":         {changed(headerSize+len(configName)+5, good[headerSize+len(configName)+5]^1), "config.json: its checksum does not match: the file is damaged"},
		"text":          {[]byte("PK\x03\x04 and no more"), "the zip archive is cut: it has no directory at its end"},
		"json":          {[]byte(`{"class_name": "Sequential"}`), `a .keras archive or an HDF5 file of Keras is expected, this file begins with "{\"class_"`},
		"tflite":        {[]byte("\x1c\x00\x00\x00TFL3 and so on"), "the file is of TensorFlow Lite, which has no training state: save the model as .keras"},
		"safetensors":   {[]byte("\x40\x00\x00\x00\x00\x00\x00\x00{\"a\": 1}"), "the file looks like safetensors: a .keras archive or an HDF5 file of Keras is expected"},
		"pickle":        {[]byte("\x80\x02}q\x00."), "the file looks like one of NumPy or a pickle of Python: a .keras archive or an HDF5 file of Keras is expected"},
	} {
		_, err := read1(c.data)
		require.EqualError(t, err, "keras: "+c.want, name)
	}
}

// A size in the directory asks for no memory that the file cannot need.
func TestZipSizes(t *testing.T) {
	config, _ := parts(t, "k3_mlp_plain.keras")
	zeros := make([]byte, 8<<20)
	_, err := read1(deflated(t, config, zeros))
	require.ErrorContains(t, err, "model.weights.h5: it has 8388608 bytes, more than the")
	_, err = read1(deflated(t, append(bytes.Clone(config), bytes.Repeat([]byte(" "), 2<<20)...), nil))
	require.ErrorContains(t, err, "config.json: it has")
	// Units that the weights do not have make the allowed size large, not the memory.
	big := []byte(strings.Replace(string(config), `"units": 5`, `"units": 100000000`, 1))
	_, err = readMeasured(t, deflated(t, big, zeros))
	require.ErrorContains(t, err, "model.weights.h5: it has 8388608 bytes, more than the")
}
