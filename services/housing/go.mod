module github.com/qiao-platform/qiao/services/housing

go 1.26.0
