module github.com/qiao-platform/qiao/services/registry

go 1.26.0
