module github.com/pushbench/pushbench

go 1.26
