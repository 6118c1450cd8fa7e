module github.com/qiao-platform/qiao/services/console

go 1.26.0
