package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"weft/mnist"
)

func dataCommand() command {
	return command{
		name: "data", summary: "say where the data is and whether it is verified, or download it",
		examples: []string{"fashion data", "fashion data -download", "fashion data -data my/folder -json"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			d := &dataFlags{flags: f}
			f.group("The data")
			f.StringVar(&d.dir, "data", "", "")
			f.describe("data", "DIR", "look only there (default: $"+mnist.EnvDir+", then Keras's\ncache, then Weft's)")
			f.BoolVar(&d.download, "download", false, "")
			f.describe("download", "", "get it into Weft's cache where it is not here")
			f.group("Output")
			f.BoolVar(&d.json, "json", false, "")
			f.describe("json", "", "one JSON object on standard output")
			return d.run
		},
	}
}

// dataFlags is the flags of fashion data.
type dataFlags struct {
	flags          *flags
	dir            string
	download, json bool
}

func (d *dataFlags) run(ctx context.Context, c *console, args []string) error {
	if err := none(args); err != nil {
		return err
	}
	if d.download && d.dir != "" {
		return usagef("-download does nothing with -data: a folder that is named is only read")
	}
	s := source{dir: d.dir, offline: !d.download}
	data, err := s.load(ctx, c)
	if err != nil {
		return err
	}
	if d.json {
		return line(c.data(), struct {
			Event      string       `json:"event"`
			Data       mnist.Source `json:"data"`
			Dir        string       `json:"dir"`
			Train      int          `json:"train"`
			Validation int          `json:"validation"`
			Test       int          `json:"test"`
			Split      string       `json:"split_sha256"`
		}{"data", data.test.Source(), data.test.Dir(), data.train.Len(), data.validation.Len(), data.test.Len(), data.train.IndexSHA256()})
	}
	verdict := map[mnist.Source]string{
		mnist.FashionMNIST: "verified: the SHA-256 of all four files are the official ones",
		mnist.Unverified:   "unverified: valid, but not the official files",
		mnist.SyntheticSet:     "drawn by code: the real set is not here; get it with fashion data -download",
	}[data.test.Source()]
	w := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "data\t%s\n", describeSet(data.test))
	fmt.Fprintf(w, "state\t%s\n", verdict)
	fmt.Fprintf(w, "images\t%d training, %d validation, %d test\n\n", data.train.Len(), data.validation.Len(), data.test.Len())
	fmt.Fprintf(w, "class\tname\ttraining\tvalidation\ttest\n")
	for class := range mnist.Classes {
		fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%d\n", class, mnist.ClassName(class), count(data.train, class), count(data.validation, class), count(data.test, class))
	}
	return w.Flush()
}

// count returns the number of images of a class.
func count(s *mnist.Set, class int) int {
	n := 0
	for i := range s.Len() {
		if s.Label(i) == class {
			n++
		}
	}
	return n
}
