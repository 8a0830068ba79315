package cloud

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// openTimeout is how long to wait for another process to let go of the file.
const openTimeout = 2 * time.Second

var (
	resourcesBucket = []byte("resources")
	metaBucket      = []byte("meta")
	madeBucket      = []byte("made")
	buckets         = [][]byte{resourcesBucket, metaBucket, madeBucket}
	accountKey      = []byte("account")
	seqKey          = []byte("seq")
)

// ErrInUse is returned by [Open] when another process holds the account.
var ErrInUse = errors.New("the account is in use by another process")

// store keeps resources in memory and, when it has a file, writes every
// committed call through to it.
type store struct {
	path      string
	db        *bbolt.DB
	resources map[resourceKey]*Resource
	places    map[place][]*Resource // The same by kind and region, oldest first.
	made      map[string]int        // How often a seed has made IDs.
	seq       uint64
	sums      map[*Resource][sha256.Size]byte // What [Account.Fingerprint] has computed.
}

func openStore(path string) (*store, error) {
	s := &store{
		path: path, resources: map[resourceKey]*Resource{}, places: map[place][]*Resource{}, made: map[string]int{},
		sums: map[*Resource][sha256.Size]byte{},
	}
	if path == "" {
		return s, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	var notFile *fs.PathError
	err := s.open()
	switch {
	case err == nil:
		return s, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", path, ErrInUse)
	case errors.As(err, &notFile):
		return nil, fmt.Errorf("opening the sandbox's account: %w", err)
	}
	return nil, corrupt(path, err)
}

// open opens and reads the file. bbolt meets a damaged one with panics, or with
// a fault where the file ends too early; both become errors. Where bbolt could
// not even open it, the file stays locked until the process ends.
func (s *store) open() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
		if err != nil && s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
	}()
	// Without a sync after every call, what a call did is safe when this process
	// dies, but not when the machine does. A simulated account is worth no more,
	// and the syncs took most of a call's time.
	if s.db, err = bbolt.Open(s.path, 0o600, &bbolt.Options{Timeout: openTimeout, NoSync: true}); err != nil {
		return err
	}
	return s.load()
}

func corrupt(path string, err error) error {
	return fmt.Errorf("the sandbox's account in %s cannot be read (%w): move the file away to begin with an empty account; "+
		"what Pulumi believes to exist is then gone too, so move the folder around it away with it", path, err)
}

// load reads everything. It writes only to a file that is new, so that one that
// is damaged, or somebody else's, stays as it is.
func (s *store) load() error {
	fresh := false
	err := s.db.View(func(b *bbolt.Tx) error {
		if name, _ := b.Cursor().First(); name == nil {
			fresh = true
			return nil
		}
		for _, name := range buckets {
			if b.Bucket(name) == nil {
				return fmt.Errorf("it has no %s", name)
			}
		}
		return s.read(b)
	})
	if err != nil || !fresh {
		return err
	}
	return s.db.Update(func(b *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := b.CreateBucket(name); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *store) read(b *bbolt.Tx) error {
	if v := b.Bucket(metaBucket).Get(seqKey); v != nil {
		s.seq = binary.BigEndian.Uint64(v)
	}
	err := b.Bucket(madeBucket).ForEach(func(k, v []byte) error {
		s.made[string(k)] = int(binary.BigEndian.Uint64(v))
		return nil
	})
	if err != nil {
		return err
	}
	return b.Bucket(resourcesBucket).ForEach(func(k, v []byte) error {
		r := &Resource{}
		if err := json.Unmarshal(v, r); err != nil {
			return fmt.Errorf("%q: %w", k, err)
		}
		s.put(r)
		return nil
	})
}

var accountID = regexp.MustCompile(`^\d{12}$`)

// accountID is the number of the account in the file, or the one given for a
// new account.
func (s *store) accountID(id string) (string, error) {
	if id == "" {
		id = DefaultAccountID
	}
	if !accountID.MatchString(id) {
		return "", fmt.Errorf("account ID is %q: want twelve digits", id)
	}
	if s.db == nil {
		return id, nil
	}
	known := ""
	if err := s.db.View(func(b *bbolt.Tx) error {
		known = string(b.Bucket(metaBucket).Get(accountKey))
		return nil
	}); err != nil || known != "" {
		return known, err
	}
	return id, s.db.Update(func(b *bbolt.Tx) error { return b.Bucket(metaBucket).Put(accountKey, []byte(id)) })
}

// commit keeps what a call did: first in the file, then in memory, so that a
// call that cannot be written did nothing.
func (s *store) commit(tx *Tx) error {
	if s.db != nil {
		if err := s.db.Update(func(b *bbolt.Tx) error { return s.write(b, tx) }); err != nil {
			return fmt.Errorf("writing the sandbox's account to %s: %w", s.path, err)
		}
	}
	s.seq = tx.seq
	if tx.ids > 0 {
		s.made[tx.seed]++
	}
	for _, r := range tx.puts {
		s.put(r)
	}
	for k := range tx.dels {
		s.remove(k)
	}
	return nil
}

// put keeps a resource in memory, in the place of one with the same key.
func (s *store) put(r *Resource) {
	k := r.key()
	if old, found := s.resources[k]; found && old.Seq != r.Seq {
		s.remove(k)
	}
	delete(s.sums, s.resources[k])
	s.resources[k] = r
	list := s.places[k.place()]
	at, found := bySeqIn(list, r)
	if found {
		list[at] = r
		return
	}
	s.places[k.place()] = slices.Insert(list, at, r)
}

func (s *store) remove(k resourceKey) {
	r, found := s.resources[k]
	if !found {
		return
	}
	delete(s.resources, k)
	delete(s.sums, r)
	list := s.places[k.place()]
	at, _ := bySeqIn(list, r)
	s.places[k.place()] = slices.Delete(list, at, at+1)
}

// bySeqIn finds where a resource is, or belongs, in a list.
func bySeqIn(list []*Resource, r *Resource) (int, bool) {
	return slices.BinarySearchFunc(list, r, func(a, b *Resource) int { return cmp.Compare(a.Seq, b.Seq) })
}

func (s *store) write(b *bbolt.Tx, tx *Tx) error {
	bucket := b.Bucket(resourcesBucket)
	for k, r := range tx.puts {
		v, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if err := bucket.Put(k.bytes(), v); err != nil {
			return err
		}
	}
	for k := range tx.dels {
		if err := bucket.Delete(k.bytes()); err != nil {
			return err
		}
	}
	if tx.ids > 0 {
		if err := b.Bucket(madeBucket).Put([]byte(tx.seed), number(uint64(s.made[tx.seed]+1))); err != nil {
			return err
		}
	}
	return b.Bucket(metaBucket).Put(seqKey, number(tx.seq))
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func (s *store) close() error {
	if s.db == nil {
		return nil
	}
	return s.db.Close()
}

func (k resourceKey) bytes() []byte {
	return []byte(strings.Join([]string{k.kind, k.region, k.id}, "\x00"))
}
