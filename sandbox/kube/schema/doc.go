// Package schema knows the fields of Kubernetes' own types of object, and finds
// what does not decode: fields that do not exist, and values of another type.
//
// types.txt holds the fields. It is written from Kubernetes' Go types by a
// program in a module of its own. The first lines name the type of each root;
// then each structure has a block with its fields. [] is a list, {} a map.
//
// It does not know which fields are required, and which values they take: as in
// the API server, that is validation's.
package schema

//go:generate sh -c "go -C ../../../tools/kubeschema run . > types.txt"
