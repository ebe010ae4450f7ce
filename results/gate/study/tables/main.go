// Tables writes the tables of a study of the gate:
//
//	tables RUN
//	tables DOCUMENT SECTION RUN
//
// RUN is a stored run with the arms a, again and slow. The second form puts them into
// a section of a document.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/pushbench/pushbench/internal/section"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate/study"
)

func main() {
	if len(os.Args) != 2 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: tables RUN, or tables DOCUMENT SECTION RUN")
		os.Exit(2)
	}
	if err := tables(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tables:", err)
		os.Exit(4)
	}
}

func tables(args []string) error {
	run, err := results.Read(args[len(args)-1])
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := study.Write(&text, run, nil); err != nil {
		return err
	}
	if len(args) > 1 {
		return section.Insert(args[0], args[1], text.Bytes())
	}
	_, err = text.WriteTo(os.Stdout)
	return err
}
