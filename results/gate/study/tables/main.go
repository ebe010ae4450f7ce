// Tables writes the tables of a study of the gate:
//
//	tables RUN
//
// RUN is a stored run with the arms a, again and slow.
package main

import (
	"fmt"
	"os"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/gate/study"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tables RUN")
		os.Exit(2)
	}
	run, err := results.Read(os.Args[1])
	if err == nil {
		err = study.Write(os.Stdout, run, nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tables:", err)
		os.Exit(4)
	}
}
