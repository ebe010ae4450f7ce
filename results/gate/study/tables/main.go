// Tables writes the tables of a study of the gate:
//
//	tables [-gates] RUN
//	tables [-gates] DOCUMENT SECTION RUN
//
// RUN is a stored run with the arms a, again and slow; -gates takes its real gates in
// place of those. The second form puts the tables into a section of a document.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"github.com/pushbench/pushbench/internal/section"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate/study"
)

func main() {
	gates := flag.Bool("gates", false, "")
	flag.Parse()
	if flag.NArg() != 1 && flag.NArg() != 3 {
		fmt.Fprintln(os.Stderr, "usage: tables [-gates] RUN, or tables [-gates] DOCUMENT SECTION RUN")
		os.Exit(2)
	}
	if err := tables(flag.Args(), *gates); err != nil {
		fmt.Fprintln(os.Stderr, "tables:", err)
		os.Exit(4)
	}
}

func tables(args []string, gates bool) error {
	run, err := results.Read(args[len(args)-1])
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if gates {
		err = study.WriteGates(&text, run)
	} else {
		err = study.Write(&text, run, nil)
	}
	if err != nil {
		return err
	}
	if len(args) > 1 {
		return section.Insert(args[0], args[1], text.Bytes())
	}
	_, err = text.WriteTo(os.Stdout)
	return err
}
