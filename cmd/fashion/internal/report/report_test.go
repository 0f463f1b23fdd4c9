package report

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sampleData is a run of five epochs over n images of ten classes. Image i is of
// class i%10 and taken for it, except every seventh, taken for the next class.
func sampleData(n int) *Data {
	d := &Data{
		Title: "A run <b>& more", Command: "fashion -data '<script>alert(1)</script>'",
		Facts: [][2]string{{"weights SHA-256", strings.Repeat("0123abcd", 8)}}, Machine: [][2]string{{"kernels", "generic"}, {"features", strings.Repeat("avx512vl ", 20)}},
		Trained: [][2]string{{"network", "784 → 100 relu → 10 softmax"}, {"data", "unverified in /home/somebody/with/a/long/path/to/the/images-of-garments"}},
		Layers:  []Layer{{"Input", "pixels", "28 × 28", ""}, {"Flatten", "", "784", ""}, {"Dense", "relu", "100", "78,500"}, {"Dense", "softmax", "10", "1,010"}},
		Results: []Result{{"training", "48000", "0.31", "0.89"}, {"test", "10000", "0.36", "0.87"}},
	}
	for e := range 5 {
		f := float64(e)
		d.Epochs = append(d.Epochs, Epoch{1 / (f + 1), f / 10, 1.1 / (f + 1), f / 11, 0.1 + f/100})
	}
	for c := range 10 {
		d.Classes = append(d.Classes, fmt.Sprintf("class %d", c))
	}
	for i := range n {
		pixels := make([]uint8, 784)
		for j := range pixels {
			pixels[j] = uint8(i*j + j/28*9)
		}
		d.Images, d.Labels = append(d.Images, pixels), append(d.Labels, i%10)
		row := make([]float32, 10)
		seen := i % 10
		if i%7 == 0 {
			seen = (i + 1) % 10
		}
		row[seen] = 0.5 + float32(i)/float32(4*n)
		d.Probabilities = append(d.Probabilities, row...)
	}
	for u := range 120 {
		w := make([]float32, 784)
		for j := range w {
			w[j] = float32((j*u)%41-20) / 20
		}
		d.Units = append(d.Units, w)
	}
	return d
}

func written(t *testing.T, d *Data) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, d))
	return b.String()
}

// The page holds every figure, nothing from elsewhere, and is small.
func TestWrite(t *testing.T) {
	d := sampleData(10_000)
	begin := time.Now()
	text := written(t, d)
	t.Logf("%d bytes in %v", len(text), time.Since(begin))
	require.Less(t, len(text), 1<<20)
	for _, id := range []string{"trained", "layers", "results", "facts", "loss", "accuracy", "seconds", "confusion", "classes", "mistakes", "sample", "units", "machine"} {
		require.Equal(t, 1, strings.Count(text, `id="`+id+`"`), id)
	}
	require.Equal(t, maxMistakes+maxSample+maxUnits, strings.Count(text, `src="data:image/png;base64,`))
	require.NotContains(t, text, "ZgotmplZ", "the template refused a value")
	require.NotRegexp(t, `<script|https?://|<link|@import|url\(`, text)
	require.Contains(t, text, "A run &lt;b&gt;&amp; more")
	require.Contains(t, text, "&lt;script&gt;alert(1)")
	for _, tag := range regexp.MustCompile(`<(svg viewBox|img) ?[^>]*>`).FindAllString(text, -1) {
		require.Regexp(t, `aria-label="[^"]{3}|alt="[^"]{3}`, tag, "a picture without words")
	}
	require.Contains(t, text, `aria-label="Loss after each epoch: training from 1.0000 to 0.2000, validation from 1.1000 to 0.2200"`)
	require.Contains(t, text, `aria-label="The layers: Input 28 × 28 (pixels), then Flatten 784, then Dense 100 (relu), then Dense 10 (softmax)"`)
	// Of 1,000 images of a class, every seventh is taken for the next class.
	wrong := 0
	for i := 3; i < 10_000; i += 10 {
		if i%7 == 0 {
			wrong++
		}
	}
	require.Regexp(t, fmt.Sprintf(`<tr><td>class 3</td>(<td style="--p:0\.000">0</td>){3}<td style="--p:0\.\d+">%d</td><td style="--p:0\.\d+">%d</td>`, 1000-wrong, wrong), text)
	require.Contains(t, text, fmt.Sprintf("<tr><td>class 3</td><td>1000</td><td>%.4f</td><td>%.4f</td></tr>", float64(1000-wrong)/float64(1000-wrong+wrongOf(2)), float64(1000-wrong)/1000))
	// The most confident mistake is the last one: confidence grows with the number.
	_, mistakes, _ := strings.Cut(text, `id="mistakes"`)
	require.Regexp(t, `^[^<]*<figure><img src="[^"]*" alt="an image of class class 6, taken for class 7"><figcaption>class 7 0\.750<br>is class 6`, mistakes) // image 9996
}

func wrongOf(class int) int {
	n := 0
	for i := class; i < 10_000; i += 10 {
		if i%7 == 0 {
			n++
		}
	}
	return n
}

// A run with few images, one epoch, figures that are no numbers and no pictures
// of units has a page as well; sizes that disagree are an error.
func TestOdd(t *testing.T) {
	d := sampleData(3)
	d.Epochs = []Epoch{{math.NaN(), 1, math.Inf(1), 1, 0}}
	d.Units = nil
	text := written(t, d)
	require.NotContains(t, text, "NaN")
	require.NotContains(t, text, `id="units"`)
	require.Equal(t, 1+3, strings.Count(text, "<img "), "one mistake and three in the sample")
	d.Epochs, d.Probabilities = nil, []float32{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}
	text = written(t, d)
	require.Contains(t, text, `aria-label="Loss after each epoch: no epoch was finished"`)
	require.Contains(t, text, `<p id="mistakes">None.</p>`)
	d.Labels[1] = 10
	require.ErrorContains(t, Write(&bytes.Buffer{}, d), "image 1 is of class 10 of 10")
	d.Labels = d.Labels[:2]
	require.ErrorContains(t, Write(&bytes.Buffer{}, d), "3 images with 2 labels")
}

// Ticks are round numbers around the data, never below 0, and the last epoch has one.
func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		fromZero  bool
		want      string
	}{
		{0.31, 0.56, false, "0.30 0.35 0.40 0.45 0.50 0.55 0.60"},
		{0.8, 0.89, false, "0.80 0.82 0.84 0.86 0.88 0.90"},
		{0.0001, 0.0141, true, "0.000 0.005 0.010 0.015"},
		{0.19, 0.999, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0, 1, false, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{120, 470, true, "0 100 200 300 400 500"},
		{0.0000012, 0.0000013, true, "0.0000000 0.0000005 0.0000010 0.0000015"},
		{3, 3, false, "3.0 3.1 3.2 3.3"},
		{0, 0, true, "0.00 0.02 0.04 0.06 0.08 0.10"},
	} {
		a := newAxis(c.low, c.high, c.fromZero)
		var got []string
		for _, v := range a.ticks {
			got = append(got, fmt.Sprintf("%.*f", a.decimals, v))
		}
		require.Equal(t, c.want, strings.Join(got, " "))
		require.LessOrEqual(t, a.low, c.low)
		require.GreaterOrEqual(t, a.high, c.high)
	}
	for n, want := range map[int][]int{1: {1}, 2: {1, 2}, 5: {1, 2, 3, 4, 5}, 10: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 12: {1, 4, 6, 8, 10, 12}, 21: {1, 4, 6, 8, 10, 12, 14, 16, 18, 21}, 50: {1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50}, 1003: {1, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1003}} {
		require.Equal(t, want, epochTicks(n), "%d epochs", n)
	}
	for n := 1; n < 3000; n += 7 {
		ticks := epochTicks(n)
		require.Equal(t, n, ticks[len(ticks)-1])
		require.Equal(t, 1, ticks[0])
		require.LessOrEqual(t, len(ticks), 12)
		require.True(t, slices.IsSorted(ticks))
	}
}

// The pictures are the pixels; the largest weight has the full colour.
func TestPictures(t *testing.T) {
	decode := func(u template.URL) func(x, y int) [3]uint32 {
		b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(u), "data:image/png;base64,"))
		require.NoError(t, err)
		img, err := png.Decode(bytes.NewReader(b))
		require.NoError(t, err)
		require.Equal(t, 28, img.Bounds().Dx())
		return func(x, y int) [3]uint32 {
			r, g, b, _ := img.At(x, y).RGBA()
			return [3]uint32{r >> 8, g >> 8, b >> 8}
		}
	}
	pixels, weights := make([]uint8, 784), make([]float32, 784)
	pixels[28+2], weights[0], weights[1] = 77, 2, -2
	require.Equal(t, [3]uint32{77, 77, 77}, decode(greyPNG(pixels))(2, 1))
	at := decode(weightsPNG(weights))
	require.Equal(t, [3]uint32{0xc2, 0x41, 0x0c}, at(0, 0))
	require.Equal(t, [3]uint32{0x17, 0x69, 0xaa}, at(1, 0))
	require.Equal(t, [3]uint32{255, 255, 255}, at(2, 0))
	require.Equal(t, [3]uint32{255, 255, 255}, decode(weightsPNG(make([]float32, 784)))(0, 0))
}

// probe is put behind the page, in the test alone: it writes what the browser
// made of it into the document.
const probe = `<script>
window.onerror = e => { document.body.dataset.error = e };
const images = [...document.images], boxes = [...document.querySelectorAll("svg, table, figure")].map(e => e.getBoundingClientRect());
document.body.dataset.images = images.filter(i => i.complete && i.naturalWidth == 28 && i.naturalHeight == 28 && i.getBoundingClientRect().width > 0).length;
document.body.dataset.empty = boxes.filter(b => !(b.width > 0 && b.height > 0)).length;
document.body.dataset.dots = document.querySelectorAll("circle").length;
document.body.dataset.wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
</script>`

// A real browser shows every picture and figure, without an error, on a phone
// and on a desk, in light and dark.
func TestBrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
		}
	}
	if browser == "" || testing.Short() {
		t.Skip("wants chromium, and no -short")
	}
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(written(t, sampleData(500)), "</body>", probe+"</body>", 1)), 0o666))
	for _, options := range [][]string{{"--window-size=1200,900"}, {"--window-size=500,900", "--blink-settings=preferredColorScheme=0"}} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		args := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--user-data-dir=" + t.TempDir(), "--dump-dom"}, options...)
		cmd := exec.CommandContext(ctx, browser, append(args, "file://"+file)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		cancel()
		require.NoError(t, err, stderr.String())
		require.NotContains(t, stderr.String(), "CONSOLE", "the page has an error on the console")
		body := regexp.MustCompile(`<body[^>]*>`).FindString(string(out))
		require.Contains(t, body, fmt.Sprintf(`data-images="%d"`, maxMistakes+maxSample+maxUnits))
		require.Contains(t, body, `data-empty="0"`)
		require.Contains(t, body, `data-dots="25"`) // five epochs: two curves, two, one
		require.Contains(t, body, `data-wide="false"`, "the page is wider than the window")
		require.NotContains(t, body, "data-error")
	}
}
