module github.com/qiao-platform/qiao/services/standalone

go 1.26
