module github.com/qiao-platform/qiao/proto

go 1.26
