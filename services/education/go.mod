module github.com/qiao-platform/qiao/services/education

go 1.26.0
