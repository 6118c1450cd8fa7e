module github.com/qiao-platform/qiao/services/training

go 1.26.0
