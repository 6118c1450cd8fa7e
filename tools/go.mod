module github.com/qiao-platform/qiao/tools

go 1.26
