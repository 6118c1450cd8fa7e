package main

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
)

// served are the contracts of some packages, each of services with one method.
func served(t *testing.T, all map[string]map[string]string) contracts {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	for of, services := range all {
		f := &descriptorpb.FileDescriptorProto{
			Name: proto.String(of), Package: proto.String(of), Syntax: proto.String("proto3"),
			MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String("M")}},
		}
		for name, method := range services {
			m := &descriptorpb.MethodDescriptorProto{Name: proto.String(method), InputType: proto.String("." + of + ".M"), OutputType: proto.String("." + of + ".M")}
			f.Service = append(f.Service, &descriptorpb.ServiceDescriptorProto{Name: proto.String(name), Method: []*descriptorpb.MethodDescriptorProto{m}})
		}
		set.File = append(set.File, f)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatal(err)
	}
	return contracts{files: files}
}

// Two methods that a service serves have two names, in whichever contract they stand;
// another service's may have the same.
func TestAServicesMethodsHaveNamesOfTheirOwn(t *testing.T) {
	for what, c := range map[string]struct {
		all     map[string]map[string]string
		refused string
	}{
		"names of their own":        {map[string]map[string]string{"qiao.a.v1": {"One": "Do", "Other": "Undo"}, shared: {"Work": "ListWork"}}, ""},
		"another service's":         {map[string]map[string]string{"qiao.a.v1": {"One": "Do"}, "qiao.b.v1": {"One": "Do"}}, ""},
		"two contracts of one":      {map[string]map[string]string{"qiao.a.v1": {"One": "Do", "Other": "Do"}}, "qiao.a.v1.One.Do and qiao.a.v1.Other.Do"},
		"what all departments have": {map[string]map[string]string{"qiao.a.v1": {"One": "ListWork"}, shared: {"Work": "ListWork"}}, "qiao.a.v1.One.ListWork and qiao.platform.v1.Work.ListWork"},
	} {
		err := served(t, c.all).unique()
		if (err == nil) != (c.refused == "") || err != nil && !strings.HasPrefix(err.Error(), c.refused) {
			t.Errorf("%s: %v, want %q", what, err, c.refused)
		}
	}
}
