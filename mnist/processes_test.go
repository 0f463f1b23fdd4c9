package mnist

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Several downloads at once into one folder, one of them with a lying source:
// none spoils another. They share nothing but the folder, as processes do.
func TestDownloadsAtOnce(t *testing.T) {
	s := newSample(t, 50)
	_, _, weft := home(t)
	const downloads = 4
	var together sync.WaitGroup // all stand in the middle of the first file
	together.Add(downloads)
	var once [downloads]sync.Once
	var group sync.WaitGroup
	errs := make([]error, downloads)
	for i := range downloads {
		meet := func(w http.ResponseWriter, r *http.Request, content []byte) {
			met := false
			once[i].Do(func() {
				met = true
				half(w, content)
				together.Done()
				together.Wait()
				w.Write(content[len(content)/2:])
			})
			if !met {
				honest(w, r, content)
			}
		}
		first := serve(t, s, meet)
		if i == 0 {
			first = serve(t, s, func(w http.ResponseWriter, r *http.Request, content []byte) {
				meet(w, r, edited(content, len(content)-1))
			})
		}
		o := s.options(first, serve(t, s, nil))
		group.Go(func() { errs[i] = download(t.Context(), o, weft) })
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	s.complete(t, weft)
}

// Environment of the child of TestKilled.
const killedDir, killedURL = "WEFT_TEST_DOWNLOAD_DIR", "WEFT_TEST_DOWNLOAD_URL"

// A process killed in the middle leaves nothing under a final name; the next
// one continues its temporary file and cleans up.
func TestKilled(t *testing.T) {
	s := newSample(t, 50)
	if dir := os.Getenv(killedDir); dir != "" { // the child
		err := download(t.Context(), LoadOptions{files: &s.files, sources: []string{os.Getenv(killedURL)}}, dir)
		t.Fatalf("not killed: %v", err)
	}
	_, _, weft := home(t)
	sent := make(chan struct{})
	server := serve(t, s, func(w http.ResponseWriter, r *http.Request, content []byte) {
		half(w, content)
		close(sent)
		<-r.Context().Done()
	})
	child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), killedDir+"="+weft, killedURL+"="+server.URL+"/")
	require.NoError(t, child.Start())
	<-sent
	for written := int64(0); written == 0; time.Sleep(time.Millisecond) { // until the child has written something
		d := downloader{dir: weft}
		if left := d.longest(s.files[0]); left != "" {
			info, err := os.Stat(left)
			require.NoError(t, err)
			written = info.Size()
		}
	}
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())
	require.Len(t, names(t, weft), 1)
	require.True(t, strings.HasPrefix(names(t, weft)[0], s.files[0].name+".part-"))

	good := serve(t, s, nil)
	require.NoError(t, download(t.Context(), s.options(good), weft))
	require.Len(t, good.firsts(), 1)
	require.True(t, strings.HasPrefix(good.firsts()[0], "bytes="))
	s.complete(t, weft)
}
