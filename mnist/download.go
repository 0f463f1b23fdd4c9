package mnist

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// officialSources are the addresses of the four files: the data set's own and
// Keras's mirror.
var officialSources = []string{
	"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
	"https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
}

const (
	connectTimeout = 2 * time.Second
	stallTimeout   = 10 * time.Second // without a byte
	maxFile        = 64 << 20         // no official file has more bytes
	// A temporary file that was not written for so long belongs to no living
	// process: that would have given up after stallTimeout.
	abandoned = 6 * stallTimeout
)

// network is how a download reaches its sources. The zero value is the machine's
// network with the time-outs above.
type network struct {
	dial           func(ctx context.Context, network, address string) (net.Conn, error)
	connect, stall time.Duration
}

// transport returns n as net/http wants it.
func (n network) transport() *http.Transport {
	dial, connect := n.dial, cmp.Or(n.connect, connectTimeout)
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeoutCause(ctx, connect, fmt.Errorf("no connection within %v", connect))
			defer cancel()
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, causeOf(ctx, err)
			}
			return conn, nil
		},
		TLSHandshakeTimeout: connect,
		DisableCompression:  true, // the files are what they are
	}
}

// downloader gets files into a folder.
type downloader struct {
	client   *http.Client
	stall    time.Duration
	dir      string
	progress io.Writer
}

// download gets the files that are missing or bad into dir.
func download(ctx context.Context, o LoadOptions, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	sources := o.sources
	if sources == nil {
		sources = officialSources
	}
	d := &downloader{client: &http.Client{Transport: o.transport()}, stall: cmp.Or(o.stall, stallTimeout), dir: dir, progress: o.Progress}
	defer d.client.CloseIdleConnections()
	for _, f := range o.files {
		if checkFile(filepath.Join(dir, f.name), f.sha256) == nil {
			continue
		}
		var failed error
		for _, source := range sources {
			err := d.get(ctx, source, f)
			if err == nil || checkFile(filepath.Join(dir, f.name), f.sha256) == nil { // another process was faster
				failed = nil
				break
			}
			if ctx.Err() != nil {
				return err
			}
			if failed == nil {
				failed = err
			} else {
				failed = fmt.Errorf("%w; %w", failed, err)
			}
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// checkFile compares the SHA-256 of a file.
func checkFile(path, want string) error {
	h := sha256.New()
	if _, err := copyFrom(path, h); err != nil {
		return err
	}
	return compare(path, h, want)
}

func compare(name string, h hash.Hash, want string) error {
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s has SHA-256 %s, not %s: it is not the official file", name, got, want)
	}
	return nil
}

// partInfix is in the names of partial files, after the file's name; a random number
// follows. A file without one was left by a download that failed.
const partInfix = ".part"

// errUnusable says that what an earlier download left is of no use.
var errUnusable = errors.New("what an earlier download left does not fit")

// get downloads a file from a source. It continues what an earlier download
// left; where that turns out not to be the start of the official file, it
// begins anew.
func (d *downloader) get(ctx context.Context, source string, f file) error {
	left := d.longest(f)
	d.sweep(f, left)
	if left != "" {
		err := d.try(ctx, source, f, left)
		if !errors.Is(err, errUnusable) {
			return err
		}
		os.Remove(filepath.Join(d.dir, f.name+partInfix))
	}
	return d.try(ctx, source, f, "")
}

// parts returns the temporary files of f.
func (d *downloader) parts(f file) []fs.FileInfo {
	entries, _ := os.ReadDir(d.dir) // what it cannot read is not there
	var parts []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasPrefix(e.Name(), f.name+partInfix) {
			parts = append(parts, info)
		}
	}
	return parts
}

// longest returns the path of the temporary file of f that holds most, "" where
// none holds anything. It may belong to a living download: it is only read.
func (d *downloader) longest(f file) (path string) {
	most := int64(0)
	for _, info := range d.parts(f) {
		if info.Size() > most {
			path, most = filepath.Join(d.dir, info.Name()), info.Size()
		}
	}
	return path
}

// sweep deletes the abandoned temporary files of f but one.
func (d *downloader) sweep(f file, but string) {
	for _, info := range d.parts(f) {
		if path := filepath.Join(d.dir, info.Name()); path != but && time.Since(info.ModTime()) > abandoned {
			os.Remove(path)
		}
	}
}

// try downloads a file once: into a new temporary file, which starts with what
// left holds and gets the file's name when it is complete and right. Nobody
// else ever writes to it, so that several processes may download at once. When
// the connection fails, what has come is left for the next try.
func (d *downloader) try(ctx context.Context, source string, f file, left string) (err error) {
	path := filepath.Join(d.dir, f.name)
	out, err := createTemp(path, partInfix+"-")
	if err != nil {
		return err
	}
	h := sha256.New()
	have, keep := int64(0), false
	defer func() {
		if err == nil {
			for _, info := range d.parts(f) { // a living download that loses its own finds ours
				os.Remove(filepath.Join(d.dir, info.Name()))
			}
			return
		}
		out.Close()
		if !keep || os.Rename(out.Name(), path+partInfix) != nil {
			os.Remove(out.Name())
		}
	}()
	if left != "" {
		if have, err = copyFrom(left, io.MultiWriter(out, h)); err != nil || have > maxFile {
			return errors.Join(errUnusable, err)
		}
		if compare(left, h, f.sha256) == nil {
			return finish(out, path)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	address := source + f.name
	stalled := time.AfterFunc(d.stall, func() { cancel(fmt.Errorf("%s: no byte for %v", address, d.stall)) })
	defer stalled.Stop()
	resp, err := d.request(ctx, address, have)
	if err != nil {
		keep = have > 0
		return err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusPartialContent:
		if !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)) || have == 0 {
			return errors.Join(errUnusable, fmt.Errorf("%s: asked for the bytes from %d, the answer is %q", address, have, resp.Header.Get("Content-Range")))
		}
	case http.StatusOK: // all of it, whatever was asked for
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := out.Truncate(0); err != nil {
			return err
		}
		h.Reset()
		have = 0
	case http.StatusRequestedRangeNotSatisfiable:
		return errors.Join(errUnusable, fmt.Errorf("%s: %s", address, resp.Status))
	default:
		keep = have > 0
		return fmt.Errorf("%s: %s", address, resp.Status)
	}
	m := &meter{w: d.progress, name: f.name, done: have, total: -1}
	if resp.ContentLength >= 0 {
		m.total = have + resp.ContentLength
	}
	alive := writer(func(b []byte) (int, error) {
		stalled.Reset(d.stall)
		return len(b), nil
	})
	_, err = io.Copy(io.MultiWriter(alive, h, out, m), io.LimitReader(resp.Body, maxFile-have+1))
	m.end()
	if right := compare(address, h, f.sha256) == nil; err != nil && !right { // with a false length, all may be here
		keep = m.done > 0
		return causeOf(ctx, fmt.Errorf("%s: %w after %d bytes, which the next try continues", address, err, m.done))
	}
	if m.done > maxFile {
		return fmt.Errorf("%s: more than %d bytes: it is not the official file", address, maxFile)
	}
	if err := compare(address, h, f.sha256); err != nil {
		if have > 0 { // those bytes may be to blame
			return errors.Join(errUnusable, err)
		}
		return err
	}
	return finish(out, path)
}

// request asks for the file from byte have on.
func (d *downloader) request(ctx context.Context, address string, have int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := d.client.Do(req)
	if err == nil {
		return resp, nil
	}
	if e, ok := errors.AsType[*url.Error](err); ok { // it names the last redirect's address
		err = e.Err
	}
	return nil, causeOf(ctx, fmt.Errorf("%s: %w", address, err))
}

// copyFrom copies a file to w.
func copyFrom(path string, w io.Writer) (int64, error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	return io.Copy(w, in)
}

// causeOf prefers why a context was cancelled to the error that this led to.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// writer is a function as an io.Writer.
type writer func([]byte) (int, error)

func (f writer) Write(b []byte) (int, error) { return f(b) }

// meter prints the progress of a download, at most ten times a second.
type meter struct {
	w           io.Writer // nil: silent
	name        string
	done, total int64 // total is -1 where it is unknown
	printed     time.Time
}

// Write counts the bytes.
func (m *meter) Write(b []byte) (int, error) {
	m.done += int64(len(b))
	if m.w != nil && time.Since(m.printed) >= 100*time.Millisecond {
		m.print()
	}
	return len(b), nil
}

func (m *meter) print() {
	m.printed = time.Now()
	if m.total > 0 {
		const width = 30
		n := int(m.done * width / m.total)
		fmt.Fprintf(m.w, "\r%s [%s%s] %.1f of %.1f MB", m.name, strings.Repeat("=", n), strings.Repeat(".", width-n), float64(m.done)/1e6, float64(m.total)/1e6)
	} else {
		fmt.Fprintf(m.w, "\r%s %.1f MB", m.name, float64(m.done)/1e6)
	}
}

func (m *meter) end() {
	if m.w != nil {
		m.print()
		fmt.Fprintln(m.w)
	}
}
