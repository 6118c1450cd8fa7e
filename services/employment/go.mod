module github.com/qiao-platform/qiao/services/employment

go 1.26.0
