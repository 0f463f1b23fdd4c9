package mnist

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// origin serves the files of a sample and remembers what it was asked for.
type origin struct {
	*httptest.Server
	sample *sample
	mutex  sync.Mutex
	asked  []string // file name and, after a space, the Range
}

// serve starts a server. answer handles the requests for the first file, nil
// as the others are handled: rightly.
func serve(t *testing.T, s *sample, answer func(w http.ResponseWriter, r *http.Request, content []byte)) *origin {
	o := &origin{sample: s}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		o.mutex.Lock()
		o.asked = append(o.asked, strings.TrimSpace(name+" "+r.Header.Get("Range")))
		o.mutex.Unlock()
		for i, f := range s.files {
			switch {
			case f.name == name && i == 0 && answer != nil:
				answer(w, r, s.content[i])
			case f.name == name:
				honest(w, r, s.content[i])
			}
		}
	}))
	t.Cleanup(o.Close)
	return o
}

// honest honours ranges.
func honest(w http.ResponseWriter, r *http.Request, content []byte) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// firsts returns the requests for the first file.
func (o *origin) firsts() (ranges []string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for _, a := range o.asked {
		if r, ok := strings.CutPrefix(a, o.sample.files[0].name); ok {
			ranges = append(ranges, strings.TrimSpace(r))
		}
	}
	return ranges
}

// options downloads from the given servers, whatever else this machine has.
func (s *sample) options(servers ...*origin) LoadOptions {
	o := LoadOptions{files: &s.files}
	for _, server := range servers {
		o.sources = append(o.sources, server.URL+"/")
	}
	return o
}

// complete holds where the folder has the four files and nothing else.
func (s *sample) complete(t *testing.T, dir string) {
	require.ElementsMatch(t, []string{s.files[0].name, s.files[1].name, s.files[2].name, s.files[3].name}, names(t, dir))
	for i, f := range s.files {
		content, err := os.ReadFile(filepath.Join(dir, f.name))
		require.NoError(t, err)
		require.True(t, bytes.Equal(s.content[i], content))
	}
}

func TestDownload(t *testing.T) {
	s := newSample(t, 50)
	_, _, weft := home(t)
	server := serve(t, s, nil)
	o := s.options(server)
	var progress bytes.Buffer
	o.Progress = &progress
	train, test, err := Fashion(t.Context(), o)
	require.NoError(t, err)
	s.check(t, train, test, FashionMNIST, weft)
	s.complete(t, weft)
	require.Len(t, server.asked, 4)
	for i, f := range s.files { // the last figure of each file
		mb := fmt.Sprintf("%.1f", float64(len(s.content[i]))/1e6)
		require.Contains(t, progress.String(), fmt.Sprintf("\r%s [%s] %s of %s MB\n", f.name, strings.Repeat("=", 30), mb, mb))
	}

	// A second run asks for nothing, a third for the file that was damaged.
	_, _, err = Fashion(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, server.asked, 4)
	put(t, filepath.Join(weft, s.files[2].name), s.content[2][:1000])
	train, test, err = Fashion(t.Context(), o)
	require.NoError(t, err)
	s.check(t, train, test, FashionMNIST, weft)
	s.complete(t, weft)
	require.Equal(t, s.files[2].name, server.asked[4])
	require.Len(t, server.asked, 5)
}

// half sends half of the content as if all followed.
func half(w http.ResponseWriter, content []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content[:len(content)/2]) // a client that is gone is no failure here
	w.(http.Flusher).Flush()
}

// Bad servers: none may bring anything bad under a final name, the error says
// what was wrong, and the next try, or the next source, brings the right file,
// continuing where the bytes were right.
func TestBadServers(t *testing.T) {
	s := newSample(t, 50)
	n := len(s.content[0])
	continues := fmt.Sprintf("bytes=%d-", n/2)
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request, content []byte)
		want   string
		next   string // Range that the next try asks for
	}{
		{"stalls before the header", func(w http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() }, "no byte for 200ms", ""},
		{"stalls in the middle", func(w http.ResponseWriter, r *http.Request, content []byte) {
			half(w, content)
			<-r.Context().Done()
		}, "no byte for 200ms", continues},
		{"cuts off", func(w http.ResponseWriter, _ *http.Request, content []byte) {
			half(w, content)
			panic(http.ErrAbortHandler)
		}, fmt.Sprintf("unexpected EOF after %d bytes, which the next try continues", n/2), continues},
		{"says a shorter length", func(w http.ResponseWriter, _ *http.Request, content []byte) {
			w.Header().Set("Content-Length", strconv.Itoa(n/2))
			w.Write(content[:n/2])
		}, "it is not the official file", ""},
		{"lies in one bit", func(w http.ResponseWriter, r *http.Request, content []byte) { honest(w, r, edited(content, n/3)) },
			"has SHA-256", ""},
		{"sends a page of a portal", func(w http.ResponseWriter, _ *http.Request, _ []byte) { io.WriteString(w, "<html>log in</html>") },
			"it is not the official file", ""},
		{"sends one byte more", func(w http.ResponseWriter, _ *http.Request, content []byte) { w.Write(append(bytes.Clone(content), 0)) },
			"it is not the official file", ""},
		{"sends nothing", func(http.ResponseWriter, *http.Request, []byte) {}, "it is not the official file", ""},
		{"has no such file", func(w http.ResponseWriter, r *http.Request, _ []byte) { http.NotFound(w, r) }, "404 Not Found", ""},
		{"fails", func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(500) }, "500 Internal Server Error", ""},
		{"sends a part unasked", func(w http.ResponseWriter, _ *http.Request, content []byte) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", n-1, n))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(content)
		}, "asked for the bytes from 0", ""},
		{"redirects in a circle", func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		},
			"stopped after 10 redirects", ""},
		{"redirects to a local file", func(w http.ResponseWriter, r *http.Request, _ []byte) {
			http.Redirect(w, r, "file:///etc/hosts", http.StatusFound)
		},
			"unsupported protocol scheme", ""},
		{"hangs up", func(http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) }, "EOF", ""},
		{"talks nonsense", func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				io.WriteString(conn, "220 smtp ready\r\n\r\n")
				conn.Close()
			}
		}, "malformed HTTP", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, weft := home(t)
			bad, good := serve(t, s, c.answer), serve(t, s, nil)
			o := s.options(bad)
			o.stall = 200 * time.Millisecond
			err := download(t.Context(), o, weft)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, bad.URL)
			left := names(t, weft)
			if c.next == "" {
				require.Empty(t, left)
			} else {
				require.Equal(t, []string{s.files[0].name + ".part"}, left)
			}

			require.NoError(t, download(t.Context(), s.options(good), weft))
			require.Equal(t, []string{c.next}, good.firsts())
			s.complete(t, weft)

			// The next source in the same call.
			require.NoError(t, os.RemoveAll(weft))
			mirror := s.options(bad, good)
			mirror.stall = time.Second
			train, test, err := Fashion(t.Context(), mirror)
			require.NoError(t, err)
			s.check(t, train, test, FashionMNIST, weft)
			s.complete(t, weft)
		})
	}
}

// Servers that are odd, but serve the right bytes.
func TestOddServers(t *testing.T) {
	s := newSample(t, 50)
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request, content []byte)
	}{
		{"does not say the length", func(w http.ResponseWriter, _ *http.Request, content []byte) {
			w.(http.Flusher).Flush()
			w.Write(content)
		}},
		{"says a longer length", func(w http.ResponseWriter, _ *http.Request, content []byte) {
			w.Header().Set("Content-Length", strconv.Itoa(len(content)+100))
			w.Write(content)
		}},
		{"calls it an encoding", func(w http.ResponseWriter, r *http.Request, content []byte) {
			w.Header().Set("Content-Encoding", "gzip")
			honest(w, r, content)
		}},
		{"redirects", func(w http.ResponseWriter, r *http.Request, content []byte) {
			if strings.HasPrefix(r.URL.Path, "/moved/") {
				honest(w, r, content)
			} else {
				http.Redirect(w, r, "/moved"+r.URL.Path, http.StatusMovedPermanently)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, weft := home(t)
			o := s.options(serve(t, s, c.answer))
			var progress bytes.Buffer
			o.Progress = &progress
			require.NoError(t, download(t.Context(), o, weft))
			s.complete(t, weft)
			require.Contains(t, progress.String(), s.files[0].name)
		})
	}
}

// A body without end is not written without end.
func TestEndlessBody(t *testing.T) {
	s := newSample(t, 5)
	_, _, weft := home(t)
	chunk := make([]byte, 1<<20)
	server := serve(t, s, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		for {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	require.ErrorContains(t, download(t.Context(), s.options(server), weft), "more than 67108864 bytes")
	require.Empty(t, names(t, weft))
}

// What earlier downloads left, and what a server makes of the Range.
func TestResume(t *testing.T) {
	s := newSample(t, 50)
	content := s.content[0]
	n := len(content)
	part := s.files[0].name + ".part"
	from := func(n int) string { return fmt.Sprintf("bytes=%d-", n) }
	for _, c := range []struct {
		name   string
		left   map[string][]byte
		answer func(w http.ResponseWriter, r *http.Request, content []byte)
		want   []string // the Ranges asked for
	}{
		{"the start", map[string][]byte{part: content[:n/3]}, honest, []string{from(n / 3)}},
		{"of a killed process", map[string][]byte{part + "-abc": content[:n/3]}, honest, []string{from(n / 3)}},
		{"the longest counts", map[string][]byte{part: content[:10], part + "-a": content[:n/2], part + "-b": content[:20]}, honest, []string{from(n / 2)}},
		{"nothing", map[string][]byte{part: nil}, honest, []string{""}},
		{"all", map[string][]byte{part: content}, honest, nil},
		{"another version", map[string][]byte{part: make([]byte, n/2)}, honest, []string{from(n / 2), ""}},
		{"another version of a killed process", map[string][]byte{part + "-abc": make([]byte, n/2)}, honest, []string{from(n / 2), ""}},
		{"another version as long", map[string][]byte{part: make([]byte, n)}, honest, []string{from(n), ""}},
		{"a longer version", map[string][]byte{part: append(bytes.Clone(content), 1, 2, 3)}, honest, []string{from(n + 3), ""}},
		{"the server ignores Range", map[string][]byte{part: content[:n/3]},
			func(w http.ResponseWriter, _ *http.Request, content []byte) { w.Write(content) }, []string{from(n / 3)}},
		{"the server sends another range", map[string][]byte{part: content[:n/3]},
			func(w http.ResponseWriter, r *http.Request, content []byte) {
				if r.Header.Get("Range") != "" {
					r.Header.Set("Range", "bytes=5-")
				}
				honest(w, r, content)
			}, []string{from(n / 3), ""}},
		{"the server refuses Range", map[string][]byte{part: content[:n/3]},
			func(w http.ResponseWriter, r *http.Request, content []byte) {
				if r.Header.Get("Range") != "" {
					w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
					return
				}
				honest(w, r, content)
			}, []string{from(n / 3), ""}},
		{"the server redirects", map[string][]byte{part: content[:n/3]},
			func(w http.ResponseWriter, r *http.Request, content []byte) {
				if strings.HasPrefix(r.URL.Path, "/moved/") {
					honest(w, r, content)
				} else {
					http.Redirect(w, r, "/moved"+r.URL.Path, http.StatusFound)
				}
			}, []string{from(n / 3), from(n / 3)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, weft := home(t)
			require.NoError(t, os.MkdirAll(weft, 0o777))
			for name, b := range c.left {
				put(t, filepath.Join(weft, name), b)
			}
			server := serve(t, s, c.answer)
			require.NoError(t, download(t.Context(), s.options(server), weft))
			require.Equal(t, c.want, server.firsts())
			s.complete(t, weft)
		})
	}
}

// The figures count what was there before.
func TestResumeProgress(t *testing.T) {
	s := newSample(t, 2000) // 1.6 MB
	n := len(s.content[0])
	_, _, weft := home(t)
	require.NoError(t, os.MkdirAll(weft, 0o777))
	put(t, filepath.Join(weft, s.files[0].name+".part"), s.content[0][:n/2])
	var progress bytes.Buffer
	server := serve(t, s, func(w http.ResponseWriter, r *http.Request, content []byte) {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", n/2, n-1, n))
		w.WriteHeader(http.StatusPartialContent)
		w.Write(content[n/2 : n/2+n/4]) // chunked: then the connection breaks
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	o := s.options(server)
	o.Progress = &progress
	require.ErrorContains(t, download(t.Context(), o, weft), fmt.Sprintf("after %d bytes, which the next try continues", n/2+n/4))
	require.True(t, strings.HasSuffix(progress.String(), fmt.Sprintf("\r%s %.1f MB\n", s.files[0].name, float64(n/2+n/4)/1e6)), progress.String())

	progress.Reset()
	o = s.options(serve(t, s, nil))
	o.Progress = &progress
	require.NoError(t, download(t.Context(), o, weft))
	lines := strings.Split(progress.String(), "\n")
	require.True(t, strings.HasPrefix(lines[0], "\r"+s.files[0].name+" [======================"), lines[0]) // the first 3/4 were there
	require.True(t, strings.HasSuffix(lines[0], "[==============================] 1.6 of 1.6 MB"), lines[0])
	s.complete(t, weft)
}

// Temporary files that no process writes any more are deleted, whether a
// download succeeds or not; those of living ones stay until a success.
func TestSweep(t *testing.T) {
	s := newSample(t, 5)
	_, _, weft := home(t)
	require.NoError(t, os.MkdirAll(weft, 0o777))
	part := s.files[0].name + ".part"
	now := time.Now()
	for name, age := range map[string]time.Duration{"-old": 2 * abandoned, "-older": 3 * abandoned, "-living": 0} {
		put(t, filepath.Join(weft, part+name), s.content[0][:10])
		require.NoError(t, os.Chtimes(filepath.Join(weft, part+name), now, now.Add(-age)))
	}
	put(t, filepath.Join(weft, "notes.txt"), nil)
	down := serve(t, s, func(w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(503) })
	for range 2 { // the file that was continued is swept the second time
		require.ErrorContains(t, download(t.Context(), s.options(down), weft), "503")
	}
	require.Equal(t, []string{"notes.txt", part, part + "-living"}, names(t, weft))
	require.NoError(t, download(t.Context(), s.options(serve(t, s, nil)), weft))
	require.NoError(t, os.Remove(filepath.Join(weft, "notes.txt")))
	s.complete(t, weft)
}

// While a file arrives, its name does not exist.
func TestCancel(t *testing.T) {
	s := newSample(t, 50)
	_, _, weft := home(t)
	ctx, cancel := context.WithCancel(t.Context())
	var during []string
	server := serve(t, s, func(w http.ResponseWriter, r *http.Request, content []byte) {
		half(w, content)
		for written := false; !written && r.Context().Err() == nil; time.Sleep(time.Millisecond) { // until the client has written it
			during = names(t, weft)
			info, err := os.Stat(filepath.Join(weft, during[0]))
			written = err == nil && info.Size() == int64(len(content)/2)
		}
		cancel()
		<-r.Context().Done()
	})
	_, _, err := Fashion(ctx, s.options(server))
	require.ErrorIs(t, err, context.Canceled)
	server.Close() // waits for the handler
	require.Len(t, during, 1)
	require.True(t, strings.HasPrefix(during[0], s.files[0].name+".part-"))
	require.Equal(t, []string{s.files[0].name + ".part"}, names(t, weft))

	good := serve(t, s, nil)
	require.NoError(t, download(t.Context(), s.options(good), weft))
	require.Equal(t, []string{fmt.Sprintf("bytes=%d-", len(s.content[0])/2)}, good.firsts())
	s.complete(t, weft)
}

func TestConnect(t *testing.T) {
	s := newSample(t, 5)
	_, _, weft := home(t)
	refused := errors.New("refused")
	o := LoadOptions{files: &s.files, sources: []string{"http://one.invalid/", "https://two.invalid/"}}
	t.Setenv("NO_PROXY", "*")

	var dialled []string
	o.dial = func(ctx context.Context, _, address string) (net.Conn, error) {
		dialled = append(dialled, address)
		deadline, ok := ctx.Deadline()
		require.True(t, ok)
		require.LessOrEqual(t, time.Until(deadline), 2*time.Second)
		return nil, refused
	}
	err := download(t.Context(), o, weft)
	require.ErrorIs(t, err, refused)
	require.ErrorContains(t, err, "http://one.invalid/"+s.files[0].name)
	require.ErrorContains(t, err, "https://two.invalid/"+s.files[0].name)
	require.Equal(t, []string{"one.invalid:80", "two.invalid:443"}, dialled, "each source once, and no other file is tried")

	o.connect = 20 * time.Millisecond
	o.dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	require.ErrorContains(t, download(t.Context(), o, weft), "no connection within 20ms")

	// A server that takes the connection and never shakes hands.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	o.dial = nil
	o.sources = []string{"https://" + listener.Addr().String() + "/"}
	require.ErrorContains(t, download(t.Context(), o, weft), "TLS handshake timeout")
	require.Empty(t, names(t, weft))
}

// A cache that cannot be written is an error that names it.
func TestNoPlaceForTheCache(t *testing.T) {
	s := newSample(t, 5)
	file := filepath.Join(t.TempDir(), "file")
	put(t, file, nil)
	require.ErrorContains(t, download(t.Context(), LoadOptions{files: &s.files, network: noNetwork(t)}, filepath.Join(file, "cache")), file)
}
