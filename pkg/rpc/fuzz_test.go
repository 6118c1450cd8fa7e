package rpc_test

import (
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/proto/form"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

func every() (all []contract.Method) {
	for _, of := range [][]contract.Method{educationv1.EducationMethods(nil), employmentv1.EmploymentMethods(nil), housingv1.HousingMethods(nil), insurancev1.InsuranceMethods(nil),
		registryv1.RegistryMethods(nil), trainingv1.TrainingMethods(nil), platformv1.OpsMethods(nil), platformv1.FactsMethods(nil)} {
		all = append(all, of...)
	}
	return all
}

// FuzzRequest sends any bytes to the edge of any method, on both transports: no
// panic, and what passes holds no text that is longer than its form.
func FuzzRequest(f *testing.F) {
	methods := every()
	for i, m := range methods {
		f.Add(uint16(i), []byte{0x0a, 3, 'a', 'b', 'c'})
		b, err := protojson.Marshal(m.New())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint16(i), b)
	}
	f.Add(uint16(0), []byte(`{"needs":[{"count":4294967297}],"worker":"\ud800"}`))
	f.Fuzz(func(t *testing.T, n uint16, body []byte) {
		m := methods[int(n)%len(methods)]
		bus, web := m.New(), m.New()
		if (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, bus) == nil && form.Check(bus) == nil {
			bounded(t, bus.ProtoReflect())
		}
		if protojson.Unmarshal(body, web) == nil && form.Check(web) == nil {
			bounded(t, web.ProtoReflect())
		}
	})
}

func bounded(t *testing.T, m protoreflect.Message) {
	t.Helper()
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		one := func(v protoreflect.Value) {
			switch x := v.Interface().(type) {
			case string:
				if len(x) > 8000 {
					t.Errorf("%s holds %d bytes", f.FullName(), len(x))
				}
			case int64:
				if x < 0 {
					t.Errorf("%s is %d", f.FullName(), x)
				}
			case protoreflect.Message:
				bounded(t, x)
			}
		}
		if f.IsList() {
			if v.List().Len() > 2000 {
				t.Errorf("%s holds %d values", f.FullName(), v.List().Len())
			}
			for i := range v.List().Len() {
				one(v.List().Get(i))
			}
			return true
		}
		one(v)
		return true
	})
}
