package main

import (
	"context"
	"fmt"

	"weft/mnist"
)

func dataCommand() command {
	return command{
		name: "data", summary: "say where the data is and whether it is verified, or download it",
		examples: []string{"fashion data", "fashion data -download", "fashion data -data my/folder -json"},
		define: func(f *flags) func(context.Context, *console, []string) error {
			d := &dataFlags{}
			d.source.register(f)
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
	source
	download, json bool
}

func (d *dataFlags) run(ctx context.Context, c *console, args []string) error {
	if err := first(none(args), d.source.resolve()); err != nil {
		return err
	}
	if d.download && d.dir != "" {
		return usagef("-download does nothing with -data: a folder that is named is only read")
	}
	if d.download && d.offline {
		return usagef("-download does nothing with -offline: leave one of them out")
	}
	o := d.source.options(c)
	o.Offline, o.Official = !d.download, d.download // what was asked for, or an error
	data, err := d.source.read(ctx, c, o)
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
		mnist.SyntheticSet: "synthetic: the real set is not here; get it with fashion data -download",
	}[data.test.Source()]
	facts := table{
		{"data", describeSet(data.test)},
		{"state", verdict},
		{"images", fmt.Sprintf("%d training, %d validation, %d test", data.train.Len(), data.validation.Len(), data.test.Len())},
	}
	classes := table{{"class", "name", "training", "validation", "test"}}
	for class := range data.test.NumClasses() {
		classes.add(fmt.Sprint(class), data.className(class), fmt.Sprint(count(data.train, class)), fmt.Sprint(count(data.validation, class)), fmt.Sprint(count(data.test, class)))
	}
	_, err = fmt.Fprintf(c.stdout, "%s\n%s", facts, classes)
	return err
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
