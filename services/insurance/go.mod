module github.com/qiao-platform/qiao/services/insurance

go 1.26.0
