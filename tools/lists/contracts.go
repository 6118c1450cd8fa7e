package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// contracts are the proto files, as buf built them.
type contracts struct {
	files  *protoregistry.Files
	events []event
}

// event is a row of the catalogue of events.
type event struct {
	kind, audience, by, basis  string
	consumers, payload, serves []string
	tells                      bool
}

// read opens an image. Its options are read by what the image itself says of
// them, so that no generated code of ours is needed.
func read(image string) (c contracts, err error) {
	b, err := os.ReadFile(image)
	if err != nil {
		return c, err
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(b, &set); err != nil {
		return c, err
	}
	if c.files, err = protodesc.NewFiles(&set); err != nil {
		return c, err
	}
	if err := (proto.UnmarshalOptions{Resolver: dynamicpb.NewTypes(c.files)}).Unmarshal(b, &set); err != nil {
		return c, err
	}
	if c.files, err = protodesc.NewFiles(&set); err != nil {
		return c, err
	}
	c.files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Messages().Len() {
			if e, ok := c.eventOf(f.Messages().Get(i)); ok {
				c.events = append(c.events, e)
			}
		}
		return true
	})
	slices.SortFunc(c.events, func(a, b event) int { return strings.Compare(a.kind, b.kind) })
	return c, nil
}

// shared is the package of the methods that departments serve beside their own.
const shared = "qiao.platform.v1"

// unique refuses two methods of one name among all that a service serves: on the bus a
// method is called by its service's name and its own, whichever contract it stands in.
func (c contracts) unique() (err error) {
	methods := map[protoreflect.FullName]map[protoreflect.Name]protoreflect.FullName{} // of a package
	add := func(of protoreflect.FullName, m protoreflect.MethodDescriptor) {
		if methods[of] == nil {
			methods[of] = map[protoreflect.Name]protoreflect.FullName{}
		}
		if other, taken := methods[of][m.Name()]; taken && err == nil {
			first, second := min(other, m.FullName()), max(other, m.FullName())
			err = fmt.Errorf("%s and %s are one method on the bus: give one of them another name", first, second)
		}
		methods[of][m.Name()] = m.FullName()
	}
	each := func(add func(of protoreflect.FullName, m protoreflect.MethodDescriptor)) {
		c.files.RangeFiles(func(f protoreflect.FileDescriptor) bool {
			for i := range f.Services().Len() {
				for j := range f.Services().Get(i).Methods().Len() {
					add(f.Package(), f.Services().Get(i).Methods().Get(j))
				}
			}
			return true
		})
	}
	each(add)
	own := slices.Collect(maps.Keys(methods))
	each(func(of protoreflect.FullName, m protoreflect.MethodDescriptor) {
		for _, one := range own {
			if of == shared && one != shared {
				add(one, m)
			}
		}
	})
	return err
}

// serves reports whether there is a contract of a service's.
func (c contracts) serves(name string) bool {
	return c.files.NumFilesByPackage(protoreflect.FullName("qiao."+name+".v1")) > 0
}

func (c contracts) eventOf(m protoreflect.MessageDescriptor) (e event, ok bool) {
	m.Options().ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.FullName() != "qiao.platform.v1.event" {
			return true
		}
		rule := v.Message()
		get := func(name protoreflect.Name) protoreflect.Value {
			return rule.Get(rule.Descriptor().Fields().ByName(name))
		}
		ok = true
		e = event{kind: get("type").String(), basis: get("basis").String(), audience: "own", tells: rule.Has(rule.Descriptor().Fields().ByName("tell"))}
		e.by, _, _ = strings.Cut(e.kind, ".")
		if get("audience").Enum() == 2 {
			e.audience = "shared"
		}
		for i := range get("consumers").List().Len() {
			name := get("consumers").List().Get(i).String()
			if name != "holders" {
				e.consumers = append(e.consumers, name)
				continue
			}
			e.consumers = append(e.consumers, c.holders(get("fact").Message())...)
		}
		for i := range get("items").List().Len() {
			e.serves = append(e.serves, strconv.FormatInt(get("items").List().Get(i).Int(), 10))
		}
		for i := range m.Fields().Len() {
			e.payload = append(e.payload, string(m.Fields().Get(i).Name()))
		}
		return false
	})
	return e, ok
}

// holders are the services that the table of facts lets hold the kind that an event
// is news of, or any where it is news of none.
func (c contracts) holders(news protoreflect.Message) (all []string) {
	d, err := c.files.FindDescriptorByName("qiao.platform.v1.FactKind")
	kinds, ok := d.(protoreflect.EnumDescriptor)
	if err != nil || !ok {
		return nil
	}
	of := func(m protoreflect.Message, name protoreflect.Name) protoreflect.Value {
		return m.Get(m.Descriptor().Fields().ByName(name))
	}
	for i := range kinds.Values().Len() {
		kinds.Values().Get(i).Options().ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			if f.FullName() != "qiao.platform.v1.fact" || news.IsValid() && of(news, "kind").String() != of(v.Message(), "name").String() {
				return true
			}
			for j := range of(v.Message(), "holders").List().Len() {
				if s := of(of(v.Message(), "holders").List().Get(j).Message(), "service").String(); !slices.Contains(all, s) {
					all = append(all, s)
				}
			}
			return true
		})
	}
	return all
}

// readersFirst orders services so that each stands before those whose events it
// acts on; the registry, which everybody hears and which tells everybody, is last.
// Of those that read each other the one that is listed later comes first.
func (c contracts) readersFirst(services []service) (order []string) {
	reads := map[string]map[string]bool{} // who is read → by whom
	for _, e := range c.events {
		for _, reader := range e.consumers {
			if reads[e.by] == nil {
				reads[e.by] = map[string]bool{}
			}
			reads[e.by][reader] = true
		}
	}
	left := services[1:]
	for len(left) > 0 {
		next := len(left) - 1
		for i, s := range left {
			if !slices.ContainsFunc(left, func(r service) bool { return r.Name != s.Name && reads[s.Name][r.Name] }) {
				next = i
			}
		}
		order = append(order, left[next].Name)
		left = slices.Delete(slices.Clone(left), next, next+1)
	}
	return append(order, services[0].Name)
}
