package mnist

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
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
)

// download gets the files that are missing or bad into dir. Each is written to
// a temporary file, which a later try continues, checked and renamed.
func download(ctx context.Context, o Options, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	sources := o.sources
	if sources == nil {
		sources = officialSources
	}
	dialer := &net.Dialer{Timeout: connectTimeout}
	client := &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, DisableCompression: true,
		TLSHandshakeTimeout: connectTimeout, ResponseHeaderTimeout: stallTimeout,
	}}
	defer client.CloseIdleConnections()
	for _, f := range o.files {
		if checkFile(filepath.Join(dir, f.name), f.sha256) == nil {
			continue
		}
		var errs []error
		for _, source := range sources {
			err := fetch(ctx, client, source+f.name, filepath.Join(dir, f.name), f, o.Progress)
			if err == nil {
				errs = nil
				break
			}
			errs = append(errs, err)
			if ctx.Err() != nil {
				return errors.Join(errs...)
			}
		}
		if errs != nil {
			return errors.Join(errs...)
		}
	}
	return nil
}

// checkFile compares the SHA-256 of a file.
func checkFile(path, want string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return err
	}
	return compare(path, h, want)
}

func compare(path string, h hash.Hash, want string) error {
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("mnist: %s has SHA-256 %s, not %s: it is not the official file", path, got, want)
	}
	return nil
}

// fetch downloads one file: into path.part, continuing what is there, then
// renames. A file that turns out wrong is deleted, so that nothing bad is
// continued.
func fetch(ctx context.Context, client *http.Client, url, path string, f file, progress io.Writer) error {
	partial := path + ".part"
	out, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	defer out.Close()
	h := sha256.New()
	have, err := io.Copy(h, out) // hashes what is there and stands at its end
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stallTimeout, func() {
		cancel(fmt.Errorf("mnist: %s: no byte for %v", url, stallTimeout))
	})
	defer stalled.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := client.Do(req)
	if err != nil {
		return causeOf(ctx, err)
	}
	defer resp.Body.Close()
	switch {
	case have > 0 && resp.StatusCode == http.StatusPartialContent && strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
	case resp.StatusCode == http.StatusOK:
		if err := restart(out); err != nil {
			return err
		}
		h.Reset()
		have = 0
	case have > 0 && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		if err := compare(partial, h, f.sha256); err != nil { // complete already, or wrong
			return errors.Join(err, restart(out))
		}
		return finish(out, partial, path)
	default:
		return fmt.Errorf("mnist: %s: %s", url, resp.Status)
	}
	meter := &meter{w: progress, name: f.name, done: have, total: have + resp.ContentLength, known: resp.ContentLength >= 0}
	body := io.LimitReader(resp.Body, maxFile-have+1)
	buf := make([]byte, 1<<16)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			stalled.Reset(stallTimeout)
			h.Write(buf[:n])
			if _, err := out.Write(buf[:n]); err != nil {
				return err
			}
			meter.add(n)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			meter.end()
			return causeOf(ctx, fmt.Errorf("mnist: %s: %w after %d bytes; the next try continues", url, err, meter.done))
		}
	}
	meter.end()
	if err := compare(url, h, f.sha256); err != nil {
		return errors.Join(err, restart(out))
	}
	return finish(out, partial, path)
}

// restart empties a file that is to be written anew.
func restart(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// finish makes a complete, checked file durable under its name.
func finish(f *os.File, from, to string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// causeOf prefers why a context was cancelled to the error that this led to.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// meter prints the progress of a download, at most ten times a second.
type meter struct {
	w           io.Writer
	name        string
	done, total int64
	known       bool
	printed     time.Time
}

func (m *meter) add(n int) {
	m.done += int64(n)
	if m.w == nil || time.Since(m.printed) < 100*time.Millisecond {
		return
	}
	m.print()
}

func (m *meter) print() {
	m.printed = time.Now()
	if m.known && m.total > 0 {
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
